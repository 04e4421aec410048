// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/base/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace ws::model {
namespace {

constexpr std::size_t kMostThreads = 8;

class Crew {
  public:
    Crew(std::size_t count, const std::function<void(std::size_t)>& work) : count_(count), work_(work) {}

    /// Does parts until there are no more; calls `between` after each of its own.
    template <class Between>
    void help(Between between) {
        try {
            for (;;) {
                const std::size_t part = next_.fetch_add(1);
                if (part >= count_) return;
                work_(part);
                between(part);
            }
        } catch (...) {
            const std::lock_guard lock(mutex_);
            if (!problem_) problem_ = std::current_exception();
            next_ = count_;
        }
    }

    void throw_problem() const {
        if (problem_) std::rethrow_exception(problem_);
    }

  private:
    std::size_t count_;
    const std::function<void(std::size_t)>& work_;
    std::atomic<std::size_t> next_{0};
    std::mutex mutex_;
    std::exception_ptr problem_;
};

}  // namespace

void for_each_in_parallel(std::size_t count, const std::function<void(std::size_t)>& work,
                          const std::function<void(double)>& tell, std::size_t worth_a_thread) {
    Crew crew(count, work);
    std::vector<std::thread> threads;
    const std::size_t cores = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMostThreads);
    const std::size_t wanted = std::min(cores, count / worth_a_thread + 1);
    try {
        for (std::size_t i = 1; i < wanted; ++i) threads.emplace_back([&crew] { crew.help([](std::size_t) {}); });
    } catch (const std::system_error&) {  // no more threads are to be had: those that there are do it
    }
    crew.help([&](std::size_t part) { tell(static_cast<double>(part + 1) / static_cast<double>(count)); });
    for (std::thread& thread : threads) thread.join();
    crew.throw_problem();
}

}  // namespace ws::model

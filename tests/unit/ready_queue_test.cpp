// SPDX-License-Identifier: Apache-2.0
// The queue of ready threads against a model that is nothing but a list and its rule; then what the rule is for: nobody
// starves.
#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <vector>

#include "hyp/kernel/ready_queue.hpp"
#include "tests/unit/catch.hpp"

using namespace ws;

namespace {

constexpr u64 kSlice = 1024;
constexpr u32 kCpus = 4;

/// Of all that wait and may run there, the one that is due first; of several the one that came first.
class Model {
  public:
    void add(Thread& thread, u64 due, bool woken) { waiting_.push_back({&thread, due, woken}); }
    Thread* first_for(u32 cpu) const {
        const Waiting* best = nullptr;
        for (const Waiting& each : waiting_) {
            if (may_run(each, cpu) && (best == nullptr || each.due < best->due)) best = &each;
        }
        return best == nullptr ? nullptr : best->thread;
    }
    bool woken_waits_for(u32 cpu) const {
        return std::any_of(waiting_.begin(), waiting_.end(),
                           [&](const Waiting& each) { return each.woken && may_run(each, cpu); });
    }
    void remove(const Thread& thread) {
        std::erase_if(waiting_, [&](const Waiting& each) { return each.thread == &thread; });
    }
    bool empty() const { return waiting_.empty(); }

  private:
    struct Waiting {
        Thread* thread;
        u64 due;
        bool woken;
    };
    static bool may_run(const Waiting& each, u32 cpu) { return (each.thread->may_run_on >> cpu & 1) != 0; }
    std::vector<Waiting> waiting_;
};

/// One CPU with the scheduler's rules (hyp/kernel/scheduler.cpp), and threads that only compute or wake each other in
/// turn.
class OneCpu {
  public:
    explicit OneCpu(std::size_t threads) : threads_(threads) {
        for (Thread& thread : threads_) thread.may_run_on = 1;
    }

    void wake(std::size_t thread) { queue_.add_woken(threads_.at(thread), now_); }
    std::size_t next() {
        Thread* const thread = queue_.first_for(0);
        REQUIRE(thread != nullptr);
        queue_.remove(*thread);
        came_ = now_;
        return static_cast<std::size_t>(thread - threads_.data());
    }
    void pass(u64 ticks) { now_ += ticks; }
    /// The thread's turn is ended by another one's.
    void interrupt(std::size_t thread) { queue_.add_again(threads_.at(thread), now_, now_ - came_, kSlice); }
    u64 now() const { return now_; }

  private:
    std::vector<Thread> threads_;
    ReadyQueue queue_;
    u64 now_ = 0, came_ = 0;
};

}  // namespace

TEST_CASE("the queue of ready threads is in the order in which they are due") {
    for (u32 seed = 0; seed < 200; ++seed) {
        std::mt19937 random(seed);
        const auto below = [&](u64 end) { return static_cast<u64>(random()) % end; };
        std::array<Thread, 12> threads;
        for (Thread& thread : threads) thread.may_run_on = static_cast<u32>(1 + below((1U << kCpus) - 1));
        std::vector<Thread*> elsewhere;
        for (Thread& thread : threads) elsewhere.push_back(&thread);
        ReadyQueue queue;
        Model model;
        u64 now = 0;
        for (int step = 0; step < 300; ++step) {
            now += below(3) * below(kSlice);  // often not at all
            if (below(2) == 0 && !elsewhere.empty()) {
                Thread& thread = **std::next(elsewhere.begin(), static_cast<std::ptrdiff_t>(below(elsewhere.size())));
                std::erase(elsewhere, &thread);
                if (below(2) == 0) {
                    queue.add_woken(thread, now);
                    model.add(thread, now, true);
                } else {
                    const u64 had = below(2 * kSlice);
                    queue.add_again(thread, now, had, kSlice);
                    model.add(thread, now + std::min(had, kSlice), false);
                }
            } else {
                Thread* const taken = model.first_for(static_cast<u32>(below(kCpus)));
                if (taken != nullptr) {
                    queue.remove(*taken);
                    model.remove(*taken);
                    elsewhere.push_back(taken);
                }
            }
            for (u32 cpu = 0; cpu < kCpus; ++cpu) {
                INFO("seed " << seed << ", step " << step << ", CPU " << cpu);
                REQUIRE(queue.first_for(cpu) == model.first_for(cpu));
                REQUIRE(queue.woken_waits_for(cpu) == model.woken_waits_for(cpu));
            }
            REQUIRE(queue.empty() == model.empty());
        }
    }
}

TEST_CASE("threads that woke are served in the order in which they woke") {
    OneCpu cpu(4);
    for (const std::size_t thread : {2U, 0U, 3U, 1U}) {
        cpu.wake(thread);
        cpu.pass(1);
    }
    for (const std::size_t thread : {2U, 0U, 3U, 1U}) CHECK(cpu.next() == thread);
}

TEST_CASE("one that woke early has its turn though two others wake each other for ever") {
    OneCpu cpu(3);
    constexpr std::size_t kEarly = 2;
    cpu.wake(kEarly);
    cpu.wake(0);
    bool had_its_turn = false;
    for (int turn = 0; turn < 8 && !had_its_turn; ++turn) {
        const std::size_t thread = cpu.next();
        had_its_turn = thread == kEarly;
        cpu.pass(kSlice / 100);
        if (!had_its_turn) cpu.wake(1 - thread);  // and waits
    }
    CHECK(had_its_turn);
}

TEST_CASE("one that computes goes on though two others wake each other for ever, and all wait for a slice at most") {
    constexpr std::size_t kComputes = 2;
    constexpr u64 kUrgent = kSlice / 64;  // after so long one that woke interrupts it
    for (const u64 burst : {u64{1}, kSlice / 100, kSlice / 3, kSlice}) {
        INFO("the others run for " << burst << " ticks each time");
        OneCpu cpu(3);
        cpu.wake(kComputes);
        cpu.wake(0);
        u64 last_turn = 0, longest_wait = 0, had = 0;
        while (cpu.now() < 100 * kSlice) {
            const std::size_t thread = cpu.next();
            if (thread == kComputes) {
                longest_wait = std::max(longest_wait, cpu.now() - last_turn);
                cpu.pass(kUrgent);
                had += kUrgent;
                cpu.interrupt(thread);
                last_turn = cpu.now();
            } else {
                cpu.pass(burst);
                cpu.wake(1 - thread);
            }
        }
        CHECK(longest_wait <= kUrgent + burst);
        CHECK(had >= cpu.now() * kUrgent / (2 * (kUrgent + burst)));
    }
}

TEST_CASE("threads that compute have their slices in turn") {
    OneCpu cpu(3);
    for (std::size_t thread = 0; thread < 3; ++thread) cpu.wake(thread);
    for (std::size_t turn = 0; turn < 30; ++turn) {
        const std::size_t thread = cpu.next();
        CHECK(thread == turn % 3);
        cpu.pass(kSlice);
        cpu.interrupt(thread);
    }
}

// SPDX-License-Identifier: Apache-2.0
// A list that several threads add to while others read it.
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "hyp/kernel/appended_list.hpp"
#include "tests/unit/catch.hpp"

using namespace ws;

namespace {

/// Half of it is written, then others have the CPU: who is not kept out by a lock comes in between.
struct Entry {
    Entry() = default;
    explicit Entry(u64 number) : value(number), complement(~number) {}
    Entry(const Entry&) = default;
    Entry& operator=(const Entry& other) {
        value = other.value;
        std::this_thread::yield();
        complement = other.complement;
        return *this;
    }
    u64 value = 0, complement = 0;
};

}  // namespace

TEST_CASE("threads that add at the same time lose nothing, and a reader sees whole entries alone") {
    constexpr u32 kThreads = 4, kEach = 500, kMost = kThreads * kEach;
    auto list = std::make_unique<AppendedList<Entry, kMost, std::mutex>>();
    std::vector<std::thread> threads;
    for (u64 first = 1; first <= kThreads; ++first) {
        threads.emplace_back([&list, first] {
            for (u64 i = 0; i < kEach; ++i) list->add(Entry(first + i * kThreads));
        });
    }
    const auto is_broken = [](const Entry& entry) { return entry.complement != ~entry.value; };
    bool broken = false;
    for (int look = 0; look < 200; ++look) broken = broken || list->find(is_broken) != nullptr;
    for (std::thread& thread : threads) thread.join();
    CHECK_FALSE(broken);

    std::set<u64> found;
    list->find([&](const Entry& entry) {
        found.insert(entry.value);
        return false;
    });
    CHECK(found.size() == kMost);
    CHECK_FALSE(list->add(Entry(0)));  // full
}

// SPDX-License-Identifier: Apache-2.0
// A list that several threads add to while others read it.
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "hyp/user/appended_list.hpp"
#include "tests/unit/catch.hpp"

using namespace ws;

namespace {

struct Entry {
    u64 value, complement;
};

}  // namespace

TEST_CASE("threads that add at the same time lose nothing, and a reader sees whole entries alone") {
    constexpr u32 kThreads = 4, kEach = 5000, kMost = kThreads * kEach;
    auto list = std::make_unique<AppendedList<Entry, kMost, std::mutex>>();
    std::vector<std::thread> threads;
    for (u64 first = 1; first <= kThreads; ++first) {
        threads.emplace_back([&list, first] {
            for (u64 i = 0; i < kEach; ++i) list->add({first + i * kThreads, ~(first + i * kThreads)});
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
    CHECK_FALSE(list->add({0, ~0ULL}));  // full
}

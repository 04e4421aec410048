// SPDX-License-Identifier: Apache-2.0
//
// The longest common subsequence by the greedy walk of Myers ("An O(ND) Difference Algorithm and Its Variations",
// Algorithmica 1986): equal keys cost nothing, so traces that hardly differ are paired in one pass. Its cost grows with
// the square of the difference, so it goes in rounds: a round that meets more than kMaxDifference differences commits
// to the way that came furthest, and the next round starts there. N operations take at most about N * kMaxDifference
// steps and a fixed amount of memory.
#include "viewer/model/operations/pairing.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <span>

namespace ws::model {
namespace {

using Keys = std::span<const u64>;
constexpr int kMaxDifference = 1024;

/// A place in the grid of both sequences.
struct Point {
    std::size_t x;
    std::size_t y;
};

/// One round from the start of both sequences.
class Round {
  public:
    Round(Keys a, Keys b) : a_(a), b_(b) {}

    /// Walks until both ends are reached, or until kMaxDifference; returns where it came to.
    Point walk() {
        Point furthest{0, 0};
        for (int d = 0; d <= kMaxDifference; ++d) {
            rows_.emplace_back(static_cast<std::size_t>(2 * d + 1), -1);
            for (int k = -d; k <= d; k += 2) {
                const long x = slide(start(d, k), k);
                at(d, k) = x;
                if (x < 0) continue;
                const Point here{static_cast<std::size_t>(x), static_cast<std::size_t>(x - k)};
                if (here.x + here.y >= furthest.x + furthest.y) {
                    furthest = here;
                    end_d_ = d;
                    end_k_ = k;
                }
                if (here.x == a_.size() && here.y == b_.size()) return here;
            }
        }
        return furthest;
    }

    /// The pairs on the way that walk() returned, last first.
    template <class Sink>
    void trace_back(Sink sink) {
        int k = end_k_;
        for (int d = end_d_; d >= 0; --d) {
            long x = at(d, k);
            const long begin = start(d, k);
            for (; x > begin; --x) sink(Point{static_cast<std::size_t>(x - 1), static_cast<std::size_t>(x - 1 - k)});
            if (d > 0) k = comes_from_below(d, k) ? k + 1 : k - 1;
        }
    }

  private:
    /// How far along A the walk with `d` differences is on diagonal `k` = x - y; -1 where there is none.
    long& at(int d, int k) { return rows_[static_cast<std::size_t>(d)][static_cast<std::size_t>(k + d)]; }
    long reached(int d, int k) { return k < -d || k > d ? -1 : at(d, k); }

    bool comes_from_below(int d, int k) { return k == -d || (k != d && reached(d - 1, k - 1) < reached(d - 1, k + 1)); }

    /// Where diagonal `k` begins with `d` differences: one step right or down from a neighbour; -1 outside the grid.
    long start(int d, int k) {
        if (d == 0) return 0;
        const bool below = comes_from_below(d, k);
        const long from = below ? reached(d - 1, k + 1) : reached(d - 1, k - 1);
        if (from < 0) return -1;
        const long x = below ? from : from + 1;
        const bool inside = x <= static_cast<long>(a_.size()) && x - k <= static_cast<long>(b_.size()) && x - k >= 0;
        return inside ? x : -1;
    }

    long slide(long x, int k) const {
        if (x < 0) return x;
        while (x < static_cast<long>(a_.size()) && x - k < static_cast<long>(b_.size()) &&
               a_[static_cast<std::size_t>(x)] == b_[static_cast<std::size_t>(x - k)]) {
            ++x;
        }
        return x;
    }

    Keys a_;
    Keys b_;
    std::vector<std::vector<long>> rows_;
    int end_d_ = 0;
    int end_k_ = 0;
};

/// What two operations must have in common. Kinds are numbered in each run for itself, so their names count.
std::vector<u64> keys_of(const Run& run, const std::vector<u32>& places) {
    std::vector<u64> hashes;
    for (const std::string& kind : run.operations.kinds()) hashes.push_back(std::hash<std::string>{}(kind));
    std::vector<u64> keys;
    keys.reserve(places.size());
    for (const u32 place : places) {
        const Operation& operation = run.operations.all()[place];
        u64 key = hashes[operation.kind];
        for (const u64 part : {operation.esr, operation.elr}) key = (key ^ part) * 0x9e37'79b9'7f4a'7c15 + (key >> 29);
        keys.push_back(key);
    }
    return keys;
}

/// Places of a run's operations by vCPU.
std::map<trace::Owner, std::vector<u32>> by_owner(const Run& run) {
    std::map<trace::Owner, std::vector<u32>> places;
    const auto& all = run.operations.all();
    for (u32 i = 0; i < all.size(); ++i) places[all[i].owner].push_back(i);
    return places;
}

std::vector<u32> without_partner(const std::vector<u32>& partners) {
    std::vector<u32> places;
    for (u32 i = 0; i < partners.size(); ++i) {
        if (partners[i] == kUnpaired) places.push_back(i);
    }
    return places;
}

/// Out of the pairs go those that no clock can compare.
void set_apart(Pairing& pairing, const Run& a, const Run& b) {
    if (a.operations.not_measurable() + b.operations.not_measurable() == 0) return;
    const auto measurable = [&](const Pair& pair) {
        return a.operations.all()[pair.a].measurable && b.operations.all()[pair.b].measurable;
    };
    const auto apart = std::stable_partition(pairing.pairs.begin(), pairing.pairs.end(), measurable);
    pairing.not_measurable.assign(apart, pairing.pairs.end());
    pairing.pairs.erase(apart, pairing.pairs.end());
}

Pairing with_itself(const Run& run) {
    const auto operations = static_cast<u32>(run.operations.all().size());
    Pairing result;
    result.pairs.reserve(operations);
    for (u32 i = 0; i < operations; ++i) result.pairs.push_back({i, i});
    result.partner_of_a.resize(operations);
    std::iota(result.partner_of_a.begin(), result.partner_of_a.end(), 0U);
    result.partner_of_b = result.partner_of_a;
    set_apart(result, run, run);
    return result;
}

}  // namespace

std::vector<Pair> common_subsequence(const std::vector<u64>& a, const std::vector<u64>& b, bool& exact) {
    std::vector<Pair> pairs;
    bool in_full = true;
    Point at{0, 0};
    while (at.x < a.size() && at.y < b.size()) {
        Round round(Keys(a).subspan(at.x), Keys(b).subspan(at.y));
        const Point end = round.walk();
        const std::size_t known = pairs.size();
        round.trace_back([&](Point point) {
            pairs.push_back({static_cast<u32>(at.x + point.x), static_cast<u32>(at.y + point.y)});
        });
        std::reverse(pairs.begin() + static_cast<std::ptrdiff_t>(known), pairs.end());
        at = {at.x + end.x, at.y + end.y};
        if (at.x < a.size() && at.y < b.size()) in_full = false;
    }
    // Where one side is paired to its last operation, no search could find more.
    if (!in_full && pairs.size() < std::min(a.size(), b.size())) exact = false;
    return pairs;
}

Pairing pair(const Run& a, const Run& b) {
    if (&a == &b) return with_itself(a);
    Pairing result;
    result.partner_of_a.assign(a.operations.all().size(), kUnpaired);
    result.partner_of_b.assign(b.operations.all().size(), kUnpaired);
    const auto owners_of_b = by_owner(b);
    for (const auto& [owner, places_a] : by_owner(a)) {
        const auto found = owners_of_b.find(owner);
        if (found == owners_of_b.end()) continue;
        for (const Pair& same : common_subsequence(keys_of(a, places_a), keys_of(b, found->second), result.exact)) {
            const Pair places{places_a[same.a], found->second[same.b]};
            result.pairs.push_back(places);
            result.partner_of_a[places.a] = places.b;
            result.partner_of_b[places.b] = places.a;
        }
    }
    std::sort(result.pairs.begin(), result.pairs.end(), [](const Pair& x, const Pair& y) { return x.a < y.a; });
    result.only_a = without_partner(result.partner_of_a);
    result.only_b = without_partner(result.partner_of_b);
    set_apart(result, a, b);
    return result;
}

}  // namespace ws::model

// SPDX-License-Identifier: Apache-2.0
// Where somebody was before, and the way back and forth. What is a move of the same look, such as a drag or a zoom, is
// one with the moves before it.
#pragma once

#include <cstddef>
#include <vector>

namespace ws::view {

/// `Place` has ==, and `same_but_moved(other)`.
template <class Place>
class History {
  public:
    static constexpr std::size_t kMost = 200;

    /// Told after each frame where one is now.
    void note(const Place& now) {
        if (!places_.empty() && places_[at_].place == now) return;
        if (places_.empty()) return push({now, false});
        const bool moved = places_[at_].place.same_but_moved(now);
        if (moved && places_[at_].moved && at_ + 1 == places_.size()) {
            places_[at_].place = now;
            return;
        }
        places_.resize(at_ + 1);
        push({now, moved});
    }

    /// The place before, or after; null if there is none.
    const Place* back() { return at_ == 0 ? nullptr : &places_[--at_].place; }
    const Place* forward() { return at_ + 1 >= places_.size() ? nullptr : &places_[++at_].place; }
    std::size_t size() const { return places_.size(); }

  private:
    struct Entry {
        Place place;
        bool moved;  ///< one came here by moves alone
    };

    void push(const Entry& entry) {
        if (places_.size() == kMost) places_.erase(places_.begin());
        places_.push_back(entry);
        at_ = places_.size() - 1;
    }

    std::vector<Entry> places_;
    std::size_t at_ = 0;
};

}  // namespace ws::view

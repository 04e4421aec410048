// SPDX-License-Identifier: Apache-2.0
// What lets a list whose items are made when somebody asks be walked and searched as a vector is.
#pragma once

#include <cstddef>
#include <iterator>
#include <utility>

namespace ws::model {

/// Walks a `List` that has size() and operator[], which returns a value.
template <class List>
class IndexIterator {
  public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = typename List::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = value_type;

    IndexIterator() = default;
    IndexIterator(const List* list, std::size_t place) : list_(list), place_(place) {}

    value_type operator*() const { return (*list_)[place_]; }
    value_type operator[](difference_type by) const { return *(*this + by); }
    IndexIterator& operator+=(difference_type by) {
        place_ += static_cast<std::size_t>(by);
        return *this;
    }
    IndexIterator& operator-=(difference_type by) { return *this += -by; }
    IndexIterator& operator++() { return *this += 1; }
    IndexIterator& operator--() { return *this += -1; }
    IndexIterator operator++(int) { return std::exchange(*this, *this + 1); }
    IndexIterator operator--(int) { return std::exchange(*this, *this - 1); }
    friend IndexIterator operator+(IndexIterator it, difference_type by) { return it += by; }
    friend IndexIterator operator+(difference_type by, IndexIterator it) { return it += by; }
    friend IndexIterator operator-(IndexIterator it, difference_type by) { return it -= by; }
    friend difference_type operator-(const IndexIterator& a, const IndexIterator& b) {
        return static_cast<difference_type>(a.place_) - static_cast<difference_type>(b.place_);
    }
    friend bool operator==(const IndexIterator& a, const IndexIterator& b) { return a.place_ == b.place_; }
    friend auto operator<=>(const IndexIterator& a, const IndexIterator& b) { return a.place_ <=> b.place_; }

  private:
    const List* list_ = nullptr;
    std::size_t place_ = 0;
};

/// Gives `List` the rest of what a vector has. The list must outlive its iterators.
template <class List>
class Indexed {
  public:
    IndexIterator<List> begin() const { return {&self(), 0}; }
    IndexIterator<List> end() const { return {&self(), self().size()}; }
    bool empty() const { return self().size() == 0; }
    auto front() const { return self()[0]; }
    auto back() const { return self()[self().size() - 1]; }

  private:
    const List& self() const { return static_cast<const List&>(*this); }
};

}  // namespace ws::model

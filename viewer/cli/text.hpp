// SPDX-License-Identifier: Apache-2.0
// Text for people: aligned tables, thousands separators, headings that stand out on a terminal.
#pragma once

#include <string>
#include <vector>

#include "viewer/report/figures.hpp"

namespace ws::cli {

using report::signed_thousands;
using report::thousands;

/// Emphasised if stdout is a terminal and NO_COLOR is not set.
std::string strong(const std::string& text);

/// The number of characters of a UTF-8 text.
std::size_t width(const std::string& text);

/// Broken at spaces into lines of at most `most` characters; the lines after the first begin with two spaces. A word
/// that is longer stays whole.
std::string wrapped(const std::string& text, std::size_t most = 110);

/// A table whose columns are as wide as they need be. The first column is for words, the others are figures and stand
/// to the right.
class Table {
  public:
    explicit Table(std::vector<std::string> head) : head_(std::move(head)) {}
    void add(std::vector<std::string> row) { rows_.push_back({std::move(row), false}); }
    /// A row that begins a part of the table.
    void add_heading(std::vector<std::string> row) { rows_.push_back({std::move(row), true}); }
    void print() const;

  private:
    struct Row {
        std::vector<std::string> cells;
        bool heading;
    };
    std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const;
    std::vector<std::string> head_;
    std::vector<Row> rows_;
};

}  // namespace ws::cli

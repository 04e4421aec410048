// SPDX-License-Identifier: Apache-2.0
// How a query is taken apart: its words with their columns, numbers and ranges.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "viewer/model/find/find.hpp"

namespace ws::model {

/// KEY=VALUE, or a word alone: then the key is empty. `or` is a word alone, and no term.
struct Term {
    std::string key;
    std::string value;
    std::size_t column;        ///< of the key, from 1
    std::size_t value_column;  ///< of the value
    bool negated;
    bool is_or = false;  ///< it stands between two alternatives
};

/// The words of a query; a value with spaces stands in double quotes.
std::vector<Term> split_query(const std::string& text);

/// From and to, both included.
struct Range {
    u64 first;
    u64 last;
    bool has(u64 value) const { return value >= first && value <= last; }
};

/// A number or two with .. between them; decimal, or hexadecimal with 0x. Throws QueryError.
Range parse_range(const Term& term);

}  // namespace ws::model

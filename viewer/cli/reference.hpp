// SPDX-License-Identifier: Apache-2.0
// Pieces of the reference pages: reStructuredText for the documentation's site.
#pragma once

#include <string>
#include <vector>

namespace ws::cli {

/// Text with what reStructuredText would take for markup made harmless; `code` becomes a literal.
std::string rst(const std::string& text);
/// ``text``
std::string literal(const std::string& text);
/// A list-table with a heading row.
void print_list_table(const std::string& title, const std::vector<std::string>& head,
                      const std::vector<std::vector<std::string>>& rows);

/// The page on how bytes lie in a trace (reference_format.cpp).
void print_format();
/// The metadata of a trace, as an example.
void print_metadata();

}  // namespace ws::cli

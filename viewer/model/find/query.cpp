// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/find/query.hpp"

#include <fmt/format.h>

#include <charconv>

namespace ws::model {
namespace {

constexpr const char* kSpaces = " \t\r\n";

/// The value from `at` on, in quotes or up to the next space; `at` becomes the place after it.
std::string take_value(const std::string& text, std::size_t& at) {
    if (at < text.size() && text[at] == '"') {
        const std::size_t end = text.find('"', at + 1);
        if (end == std::string::npos) throw QueryError(at + 1, "this quotation mark is not closed");
        std::string value = text.substr(at + 1, end - at - 1);
        at = end + 1;
        return value;
    }
    const std::size_t end = std::min(text.find_first_of(kSpaces, at), text.size());
    std::string value = text.substr(at, end - at);
    at = end;
    return value;
}

/// Does this very word stand at `at`, and a space or the end behind it?
bool is_word(const std::string& text, std::size_t at, const std::string& word) {
    const std::size_t end = std::min(text.find_first_of(kSpaces, at), text.size());
    return text.substr(at, end - at) == word;
}

/// `!` and `not` turn a term round, and each other; `at` becomes the place of what they are before.
bool take_not(const std::string& text, std::size_t& at) {
    bool negated = false;
    while (at < text.size()) {
        const std::size_t begin = at;
        if (text[at] == '!') {
            ++at;
        } else if (is_word(text, at, "not")) {
            at = std::min(text.find_first_not_of(kSpaces, at + 3), text.size());
        } else {
            return negated;
        }
        if (at == text.size()) throw QueryError(begin + 1, "there is no term behind it");
        negated = !negated;
    }
    return negated;
}

u64 parse_number(const std::string& text, std::size_t column) {
    const bool hexadecimal = text.rfind("0x", 0) == 0 || text.rfind("0X", 0) == 0;
    const char* begin = text.data() + (hexadecimal ? 2 : 0);
    const char* end = text.data() + text.size();
    u64 number = 0;
    const auto [stop, error] = std::from_chars(begin, end, number, hexadecimal ? 16 : 10);
    if (begin == end || error != std::errc{} || stop != end) {
        throw QueryError(
            column, fmt::format("'{}' is no number; numbers are like 17 or 0x40080fb0, ranges 0x1000..0x1fff", text));
    }
    return number;
}

}  // namespace

std::vector<Term> split_query(const std::string& text) {
    std::vector<Term> terms;
    std::size_t at = text.find_first_not_of(kSpaces);
    while (at != std::string::npos && at < text.size()) {
        Term term{"", "", at + 1, at + 1, false};
        term.negated = take_not(text, at);
        const std::size_t stop = text.find_first_of(std::string("=\"") + kSpaces, at);
        if (stop != std::string::npos && text[stop] == '=') {
            term.key = text.substr(at, stop - at);
            at = stop + 1;
            if (term.key.empty()) throw QueryError(term.column, "there is no key before =");
        }
        term.value_column = at + 1;
        term.is_or = term.key.empty() && !term.negated && is_word(text, at, "or");
        term.value = take_value(text, at);
        if (term.value.empty()) throw QueryError(term.value_column, "there is no value");
        terms.push_back(std::move(term));
        at = text.find_first_not_of(kSpaces, at);
    }
    return terms;
}

Range parse_range(const Term& term) {
    const std::size_t dots = term.value.find("..");
    if (dots == std::string::npos) {
        const u64 number = parse_number(term.value, term.value_column);
        return {number, number};
    }
    const u64 first = parse_number(term.value.substr(0, dots), term.value_column);
    const u64 last = parse_number(term.value.substr(dots + 2), term.value_column + dots + 2);
    if (first > last) throw QueryError(term.value_column, "the range ends before it begins");
    return {first, last};
}

}  // namespace ws::model

// SPDX-License-Identifier: Apache-2.0
// What arguments may be, for both programs. CLI11 by itself takes -1 for the largest number, and nothing for 0.
#pragma once

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdlib>
#include <string>

namespace ws::cli {

/// A whole number, 0 or more, that 64 bits hold.
inline std::string whole_number(const std::string& text) {
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    errno = 0;
    const bool fits = digits && (std::strtoull(text.c_str(), nullptr, 10), errno == 0);
    return fits ? "" : "'" + text + "' is no whole number, 0 or more, of 64 bits";
}

/// A file's name: not nothing.
inline std::string file_name(const std::string& text) {
    return text.empty() ? "a file's name is wanted, not nothing" : "";
}

}  // namespace ws::cli

// SPDX-License-Identifier: Apache-2.0
// Text in double quotes, as TSDL and JSON have it.
#pragma once

#include <string>

namespace ws::model {

/// With a backslash before quotes and backslashes, and a space for each control character.
inline std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
    return result + '"';
}

}  // namespace ws::model

// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/base/trimmed.hpp"

namespace ws::model {

std::string trimmed(const std::string& text) {
    static constexpr const char* kBlanks = " \t\r";
    const std::size_t first = text.find_first_not_of(kBlanks);
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace ws::model

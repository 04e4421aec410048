// SPDX-License-Identifier: Apache-2.0
// Is a text that a person wrote one that can be shown?
#pragma once

#include <string>

namespace ws::model {

bool is_utf8(const std::string& text);
/// Are there characters in it that are neither to be seen nor a tab?
bool has_controls(const std::string& text);

}  // namespace ws::model

// SPDX-License-Identifier: Apache-2.0
// A line of a text file without the blanks around it.
#pragma once

#include <string>

namespace ws::model {

/// Without spaces, tabs and carriage returns at both ends.
std::string trimmed(const std::string& text);

}  // namespace ws::model

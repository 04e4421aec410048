// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace ws::report {

/// The style sheet: both grounds, and a class `c-CAUSE` for each cause with the colour that it has in the window.
std::string style_sheet();

}  // namespace ws::report

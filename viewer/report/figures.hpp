// SPDX-License-Identifier: Apache-2.0
// How figures are written for people.
#pragma once

#include <string>

#include "viewer/model/base/thousands.hpp"

namespace ws::report {

using model::thousands;
/// The same with its sign, + as well.
std::string signed_thousands(i64 value);

}  // namespace ws::report

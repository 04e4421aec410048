// SPDX-License-Identifier: Apache-2.0
#include "viewer/report/figures.hpp"

#include <fmt/format.h>

namespace ws::report {

std::string signed_thousands(i64 value) {
    if (value == 0) return "0";
    const u64 magnitude = value < 0 ? u64{0} - static_cast<u64>(value) : static_cast<u64>(value);
    return fmt::format("{}{}", value < 0 ? "-" : "+", thousands(magnitude));
}

}  // namespace ws::report

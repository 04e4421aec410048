// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ws::app {

/// Writes red, green and blue of each pixel, the top row first. The file is whole or not there. Throws AppError, or
/// model::TraceError where it cannot be written.
void write_png(const std::string& file, int width, int height, const std::vector<std::uint8_t>& pixels);

}  // namespace ws::app

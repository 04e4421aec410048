// SPDX-License-Identifier: Apache-2.0
#include "viewer/app/png_file.hpp"

#include <fmt/format.h>

#include "viewer/app/frame.hpp"
#include "viewer/model/base/atomic_file.hpp"

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#define STB_IMAGE_WRITE_STATIC
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

namespace ws::app {

void write_png(const std::string& file, int width, int height, const std::vector<std::uint8_t>& pixels) {
    std::string bytes;
    const auto take = [](void* to, void* data, int size) {
        static_cast<std::string*>(to)->append(static_cast<const char*>(data), static_cast<std::size_t>(size));
    };
    if (stbi_write_png_to_func(take, &bytes, width, height, 3, pixels.data(), width * 3) == 0) {
        throw AppError(fmt::format("{}: the picture does not fit into memory", file));
    }
    model::write_atomically(file, bytes);
}

}  // namespace ws::app

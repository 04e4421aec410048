// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/base/text_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "viewer/model/base/error.hpp"

namespace ws::model {

std::string read_text_file(const std::filesystem::path& file, std::uintmax_t most, const std::string& what) {
    std::error_code error;
    if (std::filesystem::is_directory(file, error)) throw TraceError(file.string(), "is a folder, not " + what);
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw TraceError(file.string(), fmt::format("cannot be read: {}", std::strerror(errno)));
    // Whatever the file system tells of its size: it may be a pipe, or grow meanwhile.
    std::string text;
    for (char piece[1 << 14]; stream.read(piece, sizeof(piece)) || stream.gcount() != 0;) {
        text.append(piece, static_cast<std::size_t>(stream.gcount()));
        if (text.size() > most) throw TraceError(file.string(), "is too large for " + what);
    }
    if (stream.bad()) throw TraceError(file.string(), "cannot be read");
    return text;
}

}  // namespace ws::model

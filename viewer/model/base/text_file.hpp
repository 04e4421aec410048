// SPDX-License-Identifier: Apache-2.0
// The files that people and scripts write for this program: text, and not much of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace ws::model {

/// All of a file's text. `what` is what it should be, such as `a tour`: of more bytes than `most` it is none.
/// Throws TraceError: it is no plain file, too large, or cannot be read.
std::string read_text_file(const std::filesystem::path& file, std::uintmax_t most, const std::string& what);

}  // namespace ws::model

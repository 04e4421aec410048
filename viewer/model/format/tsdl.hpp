// SPDX-License-Identifier: Apache-2.0
// The trace described in TSDL, the language of CTF 1.8's metadata: every type, packet and event from the tables.
#pragma once

#include <string>

#include "viewer/model/format/metadata.hpp"

namespace ws::model {

/// What stands in the checksum's place while the checksum is made.
inline constexpr const char* kChecksumOfNothing = "0x00000000";

/// The line of `env` that holds the checksum.
std::string checksum_line(const std::string& value);

/// The metadata's text, its checksum not made yet.
std::string make_tsdl(const Metadata& metadata);

}  // namespace ws::model

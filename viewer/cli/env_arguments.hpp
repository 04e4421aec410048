// SPDX-License-Identifier: Apache-2.0
// What the command line says of a run, for the trace's metadata.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "viewer/model/format/metadata.hpp"

namespace ws::cli {

/// KEY=VALUE pairs. Throws TraceError.
model::Env env_of(const std::vector<std::string>& pairs);
/// Nothing for an empty text. Throws TraceError.
std::optional<model::Uuid> uuid_of(const std::string& text);

}  // namespace ws::cli

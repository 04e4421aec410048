// SPDX-License-Identifier: Apache-2.0
// A run's run.json, which `ws run` writes beside its trace.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "hyp/arch/types.hpp"

namespace ws::model {

inline constexpr const char* kRunDescription = "run.json";

/// What it tells of the run itself. What it does not tell, or tells in another way than `ws run` does, is empty.
struct RunDescription {
    bool tells_verdict = false;  ///< the key is there; while the run goes on it has no value
    std::string verdict;         ///< success, crash ...
    std::string words;           ///< how the run ended, in a sentence
    std::string started;         ///< such as 2026-11-28T10:37:37+00:00
    std::string design;
    std::string guest;
    std::string level;  ///< of the trace
    u64 cpus = 1;
};

/// The text of run.json in a run's folder; nothing if there is none that can be read.
std::optional<std::string> run_description_text(const std::filesystem::path& run_folder);

/// Nothing if the text is no JSON object.
std::optional<RunDescription> parse_run_description(const std::string& text);

}  // namespace ws::model

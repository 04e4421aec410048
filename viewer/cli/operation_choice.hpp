// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include "viewer/cli/commands.hpp"
#include "viewer/model/explain/compared_paths.hpp"

namespace ws::cli {

/// The operations that --operation and --number name, one of each run.
inline model::PathPair choose_pair(const RegistersArguments& arguments, const model::Run& a, const model::Run& b) {
    for (const model::Run* run : {&a, &b}) {
        if (run->trace.records_registers()) continue;
        throw model::ExplainError(
            fmt::format("{}: registers and steps are not recorded at trace level traps; record it with --trace full",
                        run->trace.path().string()));
    }
    const std::vector<model::PathKind> kinds = model::path_kinds(a, b);
    const model::PathKind& kind = model::find_kind(kinds, arguments.kind);
    if (kind.traps > 1) {
        throw model::ExplainError(fmt::format("{} is two operations; choose a kind that is one", kind.name));
    }
    if (arguments.number > kind.pairs.size()) {
        throw model::ExplainError(
            fmt::format("--number {}: of {} there are {}", arguments.number, kind.name, kind.pairs.size()));
    }
    return arguments.number == 0 ? model::typical_pair(a, b, kind).pair : kind.pairs[arguments.number - 1];
}

}  // namespace ws::cli

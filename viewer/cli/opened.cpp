// SPDX-License-Identifier: Apache-2.0
#include "viewer/cli/opened.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace ws::cli {
namespace {

std::vector<std::string>& damage() {
    static std::vector<std::string> told;
    return told;
}

void tell_damage(const model::Trace& trace) {
    for (const std::string& sentence : trace.damage_told()) {
        const std::string line = trace.path().string() + ": damaged: " + sentence;
        if (std::find(damage().begin(), damage().end(), line) != damage().end()) continue;  // compared with itself
        damage().push_back(line);
        fmt::print(stderr, "wstrace: warning: {}\n", line);
    }
}

}  // namespace

model::Trace open_trace(const std::string& folder) {
    model::Trace trace = model::Trace::load(folder);
    tell_damage(trace);
    return trace;
}

model::Run open_run(const std::string& folder) {
    model::Run run = model::Run::load(folder);
    tell_damage(run.trace);
    return run;
}

std::string told(const model::Run& run) { return run.title() + "; ended: " + run.end.words; }

const std::vector<std::string>& damage_of_opened() { return damage(); }

}  // namespace ws::cli

// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace ws::model {
namespace {

Figures less(const Figures& x, const Figures& y) {
    return {x.instructions - y.instructions, x.cycles - y.cycles};
}

/// The parts that `of` is not 0 for, by its magnitude.
template <class Of>
std::vector<Part> largest(Of of) {
    std::vector<Part> parts;
    for (const PartInfo& info : part_infos()) {
        if (info.part != Part::residual && of(info.part) != 0) parts.push_back(info.part);
    }
    std::stable_sort(parts.begin(), parts.end(), [&](Part x, Part y) { return std::abs(of(x)) > std::abs(of(y)); });
    parts.resize(std::min(parts.size(), kLargestCauses));
    return parts;
}

/// Refuses a run that does not say enough.
void demand(const Run& run, const char* which) {
    const auto refuse = [&](const std::string& reason) {
        throw ExplainError(fmt::format("{}: {} {}", run.trace.path().string(), which, reason));
    };
    if (!run.trace.shared_clock()) refuse("was made with --mttcg: its clocks do not count instructions");
    const auto& events = run.trace.events();
    const bool steps = std::any_of(events.begin(), events.end(),
                                   [](const Event& event) { return event.is(trace::EventId::phase_begin); });
    if (!steps && !run.operations.all().empty()) {
        refuse(fmt::format("has neither steps nor registers, its trace level is {}: record it with --trace full",
                           run.trace.env("trace_level")));
    }
}

}  // namespace

Figures Explanation::difference() const {
    return less(b.whole, a.whole);
}

Figures Explanation::difference(Part part) const {
    return less(b[part].figures, a[part].figures);
}

std::vector<Part> Explanation::largest_by_instructions() const {
    return largest([this](Part part) { return difference(part).instructions; });
}

std::vector<Part> Explanation::largest_by_cycles() const {
    return largest([this](Part part) { return difference(part).cycles; });
}

Explanation explain(const Run& a, const Run& b, const std::string& kind, const Profile& profile) {
    demand(a, "A");
    demand(b, "B");
    const std::vector<WayKind> kinds = way_kinds(a, b);
    const WayKind& chosen = find_kind(kinds, kind);
    const Typical typical = typical_pair(a, b, chosen);
    Explanation result;
    result.kind = chosen.name;
    result.design_a = a.trace.design();
    result.design_b = b.trace.design();
    result.profile = profile;
    result.pairs = chosen.pairs.size();
    result.number = typical.number + 1;
    result.net_a = typical.a;
    result.net_b = typical.b;
    result.a = break_down(a, typical.pair.a, profile);
    result.b = break_down(b, typical.pair.b, profile);
    return result;
}

}  // namespace ws::model

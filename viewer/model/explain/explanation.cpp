// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/explain/explanation.hpp"

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
    const std::string reason = unexplainable(run);
    if (!reason.empty()) throw ExplainError(fmt::format("{}: {} {}", run.trace.path().string(), which, reason));
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

std::string unexplainable(const Run& run) {
    if (!run.trace.shared_clock()) return "was made with --mttcg: its clocks do not count instructions";
    const auto& events = run.trace.events();
    const bool steps = std::any_of(events.begin(), events.end(),
                                   [](const Event& event) { return event.is(trace::EventId::phase_begin); });
    if (steps || run.operations.all().empty()) return {};
    return fmt::format("has neither steps nor registers, its trace level is {}: record it with --trace full",
                       run.trace.env("trace_level"));
}

Explanation explain_pair(const Run& a, const Run& b, const std::string& kind, const PathPair& pair,
                         const CostProfile& profile) {
    Explanation result;
    result.kind = kind;
    result.design_a = a.trace.design();
    result.design_b = b.trace.design();
    result.profile = profile;
    result.a = break_down(a, pair.a, profile);
    result.b = break_down(b, pair.b, profile);
    return result;
}

Explanation explain(const Run& a, const Run& b, const std::string& kind, const CostProfile& profile, u64 number) {
    demand(a, "A");
    demand(b, "B");
    const std::vector<PathKind> kinds = path_kinds(a, b);
    return explain_kind(a, b, find_kind(kinds, kind), profile, number);
}

Explanation explain_kind(const Run& a, const Run& b, const PathKind& chosen, const CostProfile& profile, u64 number) {
    if (number > chosen.pairs.size()) {
        throw ExplainError(fmt::format("--number {}: there are {} pairs of the kind \"{}\"", number,
                                       chosen.pairs.size(), chosen.name));
    }
    const Typical typical = typical_pair(a, b, chosen);
    const std::size_t place = number == 0 ? typical.number : number - 1;
    Explanation result = explain_pair(a, b, chosen.name, chosen.pairs[place], profile);
    result.pairs = chosen.pairs.size();
    result.number = place + 1;
    result.net_a = typical.a;
    result.net_b = typical.b;
    return result;
}

}  // namespace ws::model

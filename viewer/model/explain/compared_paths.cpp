// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/explain/compared_paths.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ws::model {
namespace {

u64 apart(u64 x, u64 y) {
    return x > y ? x - y : y - x;
}

/// The first kick in an operation that is for a vCPU with an interrupt to take, or kNoEvent.
EventIndex kick_in(const Run& run, const Operation& operation) {
    for (const Stay& stay : run.operations.stays(operation)) {
        const auto& of_cpu = run.trace.events_of(stay.cpu);
        for (auto at = std::lower_bound(of_cpu.begin(), of_cpu.end(), stay.first);
             at != of_cpu.end() && *at <= stay.last; ++at) {
            if (!run.trace.event(*at).is(trace::EventId::kick)) continue;
            const auto kick = run.trace.as<trace::payload::kick>(run.trace.event(*at));
            if (kick.reason == trace::KickReason::interrupt && kick.owner != trace::kHost) return *at;
        }
    }
    return kNoEvent;
}

bool takes_interrupt(const Run& run, const Operation& operation) {
    return run.operations.kind(operation).rfind("IRQ", 0) == 0;
}

/// The kinds with their pairs, but for the virtual IPI.
std::vector<PathKind> kinds_of_operations(const Run& a, const Run& b, const Comparison& comparison) {
    std::vector<PathKind> kinds;
    std::map<std::string, std::size_t> rows;
    for (const ComparisonRow& row : comparison.rows) {
        rows[row.kind] = kinds.size();
        kinds.push_back({row.kind, 1, row.a.count, row.b.count, {}, row.not_measurable});
    }
    for (const Pair& pair : comparison.pairing.pairs) {
        const std::string& name = a.operations.kind(a.operations.all()[pair.a]);
        if (name != b.operations.kind(b.operations.all()[pair.b])) continue;
        kinds[rows[name]].pairs.push_back({{pair.a, kNoEvent, {}}, {pair.b, kNoEvent, {}}});
    }
    return kinds;
}

std::string names_of(const std::vector<const PathKind*>& kinds) {
    std::string names;
    for (const PathKind* kind : kinds) names += (names.empty() ? "" : "; ") + kind->name;
    return names.empty() ? "none" : names;
}

std::vector<const PathKind*> with_pairs(const std::vector<PathKind>& kinds) {
    std::vector<const PathKind*> found;
    for (const PathKind& kind : kinds) {
        if (!kind.pairs.empty()) found.push_back(&kind);
    }
    return found;
}

const PathKind& of_most_traps(const std::vector<const PathKind*>& kinds) {
    if (kinds.empty()) throw ExplainError("no operation of one run has a partner in the other");
    const auto fewer = [](const PathKind* x, const PathKind* y) {
        return x->traps * x->pairs.size() < y->traps * y->pairs.size();
    };
    return **std::max_element(kinds.begin(), kinds.end(), fewer);
}

}  // namespace

std::string why_no_pair(const PathKind& kind) {
    if (kind.not_measurable == 0) return "none of A's has a partner in B";
    return fmt::format("{}: {}", kNotMeasurable, kWhyNotMeasurable);
}

std::vector<ComparedPath> virtual_ipis(const Run& run) {
    const auto& all = run.operations.all();
    std::vector<ComparedPath> paths;
    std::vector<bool> taken(all.size(), false);
    for (u32 i = 0; i < all.size(); ++i) {
        if (run.operations.kind(all[i]) != "SYS64 write ICC_SGI1R_EL1") continue;
        const EventIndex kick = kick_in(run, all[i]);
        if (kick == kNoEvent) continue;
        const auto target = run.trace.as<trace::payload::kick>(run.trace.event(kick));
        const auto after = std::upper_bound(
            all.begin(), all.end(), kick, [](EventIndex index, const Operation& other) { return index < other.first; });
        const auto its =
            std::find_if(after, all.end(), [&](const Operation& other) { return other.owner == target.owner; });
        const auto place = static_cast<u32>(its - all.begin());
        if (its == all.end() || its->cpu != target.cpu || taken[place] || !takes_interrupt(run, *its)) continue;
        taken[place] = true;
        paths.push_back({i, kick, place});
    }
    return paths;
}

std::vector<PathKind> path_kinds(const Run& a, const Run& b) {
    return path_kinds(a, b, compare(a, b));
}

std::vector<PathKind> path_kinds(const Run& a, const Run& b, const Comparison& comparison) {
    std::vector<PathKind> kinds = kinds_of_operations(a, b, comparison);
    const std::vector<ComparedPath> of_a = virtual_ipis(a);
    const std::vector<ComparedPath> of_b = virtual_ipis(b);
    if (of_a.empty() && of_b.empty()) return kinds;
    PathKind ipi{kVirtualIpi, 2, of_a.size(), of_b.size(), {}, 0};
    for (const ComparedPath& path : of_a) {
        const u32 partner = comparison.pairing.partner_of_a[path.operation];
        const auto same = [partner](const ComparedPath& other) { return other.operation == partner; };
        const auto found = std::find_if(of_b.begin(), of_b.end(), same);
        if (found == of_b.end()) continue;
        if (measurable(a, path) && measurable(b, *found)) {
            ipi.pairs.push_back({path, *found});
        } else {
            ++ipi.not_measurable;
        }
    }
    kinds.push_back(std::move(ipi));
    return kinds;
}

const PathKind& find_kind(const std::vector<PathKind>& kinds, const std::string& name) {
    const std::vector<const PathKind*> paired = with_pairs(kinds);
    if (name.empty()) return of_most_traps(paired);
    std::vector<const PathKind*> parts;
    for (const PathKind& kind : kinds) {
        if (kind.name == name) {
            parts = {&kind};
            break;
        }
        if (kind.name.find(name) != std::string::npos) parts.push_back(&kind);
    }
    if (parts.size() > 1) std::erase_if(parts, [](const PathKind* kind) { return kind->pairs.empty(); });
    if (parts.size() != 1) {
        throw ExplainError(fmt::format("kind {}: {} kind of operation has this name; both runs have: {}", name,
                                       parts.empty() ? "no" : "more than one", names_of(paired)));
    }
    const PathKind& kind = *parts[0];
    if (kind.pairs.empty()) {
        const bool one = kind.in_a == 0 || kind.in_b == 0;
        throw ExplainError(
            fmt::format("kind {}: {}; both runs have: {}", kind.name,
                        one ? fmt::format("only {} has it, {} times", kind.in_a != 0 ? "A" : "B", kind.in_a + kind.in_b)
                            : why_no_pair(kind),
                        names_of(paired)));
    }
    return kind;
}

Typical typical_pair(const Run& a, const Run& b, const PathKind& kind) {
    std::vector<u64> of_a;
    std::vector<u64> of_b;
    for (const PathPair& pair : kind.pairs) {
        of_a.push_back(net_of(a, pair.a));
        of_b.push_back(net_of(b, pair.b));
    }
    Typical typical{kind.pairs.at(0), 0, spread(of_a), spread(of_b)};
    const auto distance = [&](std::size_t i) {
        return apart(of_a[i], typical.a.median) + apart(of_b[i], typical.b.median);
    };
    for (std::size_t i = 1; i < kind.pairs.size(); ++i) {
        if (distance(i) < distance(typical.number)) typical.number = i;
    }
    typical.pair = kind.pairs[typical.number];
    return typical;
}

}  // namespace ws::model

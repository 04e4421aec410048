// SPDX-License-Identifier: Apache-2.0
#include "viewer/report/comparison_report.hpp"

#include <algorithm>

#include "viewer/model/operations/run_names.hpp"

namespace ws::report {
namespace {

/// How a kind's typical pair differs, or in `unexplained` why it cannot be said.
void add_explanation(Json& kind, const model::Run& a, const model::Run& b, const model::PathKind& paths,
                     const model::CostProfile& profile, const std::string& unexplained) {
    kind["explanation"] = Json();
    if (!unexplained.empty()) {
        kind["unexplained"] = unexplained;
    } else if (paths.pairs.empty()) {
        kind["unexplained"] = paths.not_measurable != 0 ? model::why_no_pair(paths)
                                                        : "no operation of one run has a partner in the other";
    } else {
        kind["explanation"] = json_of(model::explain_kind(a, b, paths, profile));
    }
}

std::string why_not(const model::Run& a, const model::Run& b) {
    const std::string of_a = model::unexplainable(a);
    if (!of_a.empty()) return "A " + of_a;
    const std::string of_b = model::unexplainable(b);
    return of_b.empty() ? "" : "B " + of_b;
}

}  // namespace

Json comparison_report(const model::Run& a, const model::Run& b, const model::Comparison& comparison,
                       const model::CostProfile& profile) {
    const std::vector<model::PathKind> paths = model::path_kinds(a, b, comparison);
    const std::string unexplained = why_not(a, b);
    Json kinds = Json::array();
    Json of_several = Json::array();
    for (std::size_t i = 0; i < paths.size(); ++i) {
        // The kinds of operations come first, in the comparison's order; then what is several operations.
        const bool one = i < comparison.rows.size();
        Json kind = one ? json_of(comparison.rows[i])
                        : Json{{"kind", paths[i].name},
                               {"in_a", paths[i].in_a},
                               {"in_b", paths[i].in_b},
                               {"paired", paths[i].pairs.size()}};
        add_explanation(kind, a, b, paths[i], profile, unexplained);
        (one ? kinds : of_several).push_back(std::move(kind));
    }
    const model::Pairing& pairing = comparison.pairing;
    const auto [name_a, name_b] = model::names_of_two(a, b);
    const auto bad_end = [](const model::Run& run) { return run.end.bad() ? Json(run.end.words) : Json(); };
    return {{"names", {{"a", name_a}, {"b", name_b}}},
            {"bad_end", {{"a", bad_end(a)}, {"b", bad_end(b)}}},
            {"damaged", {{"a", a.trace.damage_told()}, {"b", b.trace.damage_told()}}},
            {"a", json_of_env(a.trace)},
            {"b", json_of_env(b.trace)},
            {"operations",
             {{"paired", pairing.pairs.size()},
              {"only_a", pairing.only_a.size()},
              {"only_b", pairing.only_b.size()},
              {"not_measurable", pairing.not_measurable.size()},
              {"exact", pairing.exact}}},
            {"dropped", {{"a", a.trace.discarded()}, {"b", b.trace.discarded()}}},
            {"profile", json_of(profile)},
            {"measured", Json::array({"instructions"})},
            {"modelled", Json::array({"cycles"})},
            {"kinds", std::move(kinds)},
            {"of_several_operations", std::move(of_several)}};
}

}  // namespace ws::report

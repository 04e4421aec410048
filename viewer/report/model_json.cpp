// SPDX-License-Identifier: Apache-2.0
#include "viewer/report/model_json.hpp"

#include <fmt/format.h>

#include "viewer/model/explain/causes.hpp"
#include "viewer/model/trace/run_end.hpp"

namespace ws::report {
namespace {

using model::Explanation;
using model::KindFigures;
using model::Part;
using model::PartFigures;
using model::PartInfo;

Json json_of_figures(const KindFigures& figures) {
    const bool measured = figures.measured != 0;
    const bool recorded = figures.recorded;
    Json parts = Json::object();
    for (std::size_t i = 0; i < figures.parts.size(); ++i) parts[model::part_infos()[i].name] = figures.parts[i];
    Json json = {{"count", figures.count},
                 {"measured", figures.measured},
                 {"not_measured", figures.count - figures.measured},
                 {"net", measured ? json_of(figures.net) : Json()},
                 {"exceptions", figures.traps},
                 {"els_crossed", figures.els_crossed},
                 {"registers", recorded ? json_of_registers(figures) : Json()},
                 {"control_writes", recorded ? Json(figures.control_writes) : Json()},
                 {"control_changes", recorded ? Json(figures.control_changes) : Json()},
                 {"net_by_part", figures.parts.empty() ? Json() : std::move(parts)}};
    if (figures.count != figures.measured) json["why_not_measured"] = json_of_why();
    if (!recorded) json["why_null"] = kWhyNotRecorded;
    return json;
}

Json json_of_part(const PartFigures& part) {
    Json code = Json::array();
    for (const auto& [place, figures] : part.code) {
        code.push_back({{"file", place.file},
                        {"function", place.function},
                        {"instructions", figures.instructions},
                        {"cycles", json_of_cycles(figures.cycles)}});
    }
    return {{"saved", part.registers.saved},
            {"restored", part.registers.restored},
            {"control_writes", part.control_writes},
            {"code", std::move(code)}};
}

Json json_of_parts(const Explanation& explanation) {
    Json parts = Json::array();
    for (const PartInfo& info : model::part_infos()) {
        const PartFigures& a = explanation.a[info.part];
        const PartFigures& b = explanation.b[info.part];
        Json json = {{"part", info.name}, {"words", info.words}};
        json.update(json_of(a.figures, b.figures));
        json["a"] = json_of_part(a);
        json["b"] = json_of_part(b);
        parts.push_back(std::move(json));
    }
    return parts;
}

Json json_of_breakdown(const model::Breakdown& breakdown) {
    return {{"exceptions", breakdown.exceptions},
            {"returns", breakdown.returns},
            {"kernel_entries_at_el1", breakdown.kernel_entries_at_el1},
            {"user_entries", breakdown.user_entries},
            {"controller_accesses", breakdown.controller_accesses},
            {"priced_instructions", breakdown.priced_instructions}};
}

Json names_of(const std::vector<Part>& parts) {
    Json names = Json::array();
    for (const Part part : parts) names.push_back(model::info_of(part).name);
    return names;
}

}  // namespace

Json json_of_why() { return fmt::format("{}: {}", model::kNotMeasurable, model::kWhyNotMeasurable); }

std::string text_of(const Json& json, int indent) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json json_of_cycles(model::Millicycles cycles) {
    static constexpr double kThousand = 1000;
    return static_cast<double>(cycles) / kThousand;
}

Json json_of_env(const model::Trace& trace) {
    Json json = {{"path", trace.path().string()}, {"uuid", model::to_string(trace.metadata().uuid)}};
    for (const auto& [key, value] : trace.metadata().env) json[key] = value;
    const model::RunEnd end = model::run_end(trace.path());
    if (!end.verdict.empty()) json["verdict"] = end.verdict;
    json["ended"] = end.words;
    return json;
}

Json json_of(const model::Spread& spread) {
    return {{"min", spread.min}, {"median", spread.median}, {"max", spread.max}};
}

Json json_of_registers(const KindFigures& figures) {
    Json json = Json::object();
    for (std::size_t i = 0; i < kRegisterClassCount; ++i) {
        const model::Moved moved = figures.registers[i];
        if (moved == model::Moved{}) continue;
        json[kRegisterClasses[i].name] = {{"saved", moved.saved}, {"restored", moved.restored}};
    }
    return json;
}

Json json_of(const model::ComparisonRow& row) {
    const bool both = row.both_measured();
    return {{"kind", row.kind},
            {"a", json_of_figures(row.a)},
            {"b", json_of_figures(row.b)},
            {"paired", row.paired},
            {"only_a", row.only_a},
            {"only_b", row.only_b},
            {"not_measurable", row.not_measurable},
            {"difference", both ? Json(row.difference()) : Json()},
            {"ratio", both && row.ratio() != 0 ? Json(row.ratio()) : Json()}};
}

Json json_of(const model::Figures& a, const model::Figures& b) {
    return {{"instructions",
             {{"a", a.instructions}, {"b", b.instructions}, {"difference", b.instructions - a.instructions}}},
            {"cycles",
             {{"a", json_of_cycles(a.cycles)},
              {"b", json_of_cycles(b.cycles)},
              {"difference", json_of_cycles(b.cycles - a.cycles)}}}};
}

Json json_of(const model::CostProfile& profile) {
    return {{"name", profile.told()},
            {"machine", profile.machine},
            {"calibrated_on", profile.calibrated_on},
            {"instruction", json_of_cycles(profile.instruction.each)}};
}

Json json_of(const Explanation& explanation) {
    Json json = {{"pairs", explanation.pairs},
                 {"pair", explanation.number},
                 {"net", {{"a", json_of(explanation.net_a)}, {"b", json_of(explanation.net_b)}}},
                 {"counts", {{"a", json_of_breakdown(explanation.a)}, {"b", json_of_breakdown(explanation.b)}}}};
    json.update(json_of(explanation.a.whole, explanation.b.whole));
    json["parts"] = json_of_parts(explanation);
    json["largest"] = {{"instructions", names_of(explanation.largest_by_instructions())},
                       {"cycles", names_of(explanation.largest_by_cycles())}};
    json["headline"] = model::headline(explanation);
    json["causes"] = Json::array();
    for (const model::Cause& cause : model::causes(explanation)) {
        const model::PartInfo& info = model::info_of(cause.part);
        json["causes"].push_back(
            {{"part", info.name}, {"words", info.words}, {"instructions", cause.instructions}, {"why", cause.why}});
    }
    json["sentences"] = model::sentences(explanation);
    return json;
}

}  // namespace ws::report

// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/operations/cost_parts.hpp"

#include "viewer/model/peers/path_functions.hpp"

namespace ws::model {
namespace {

constexpr const char* kSwitch = "kernel_at_el2/every_exit.hpp or deferred.hpp";
constexpr const char* kHostEl1 = "{design}/host_el1.hpp";
constexpr const char* kSplit = "hyp/world_switch/split/enter_exit.cpp";
constexpr const char* kEveryExit = "hyp/world_switch/kernel_at_el2/every_exit.hpp";
constexpr const char* kPutOff = "hyp/world_switch/kernel_at_el2/deferred.hpp";

/// The file that has a step's code, with {design} in it.
std::string file_of(const StepPlace& place, const std::string& design, bool inside) {
    const bool of_switch = place.file == kSwitch;
    const bool of_host = place.file == kHostEl1;
    if (!of_switch && !of_host) return place.file;
    if (design == "split") return kSplit;
    if (of_host) return std::string("hyp/world_switch/") + kHostEl1;
    return inside ? kPutOff : kEveryExit;
}

}  // namespace

const std::vector<PartInfo>& part_infos() {
    static const std::vector<PartInfo> infos = {
#define PART(name, words, brief, meaning) {Part::name, #name, words, brief, meaning},
#include "viewer/model/operations/cost_parts.def"
    };
    return infos;
}

const PartInfo& info_of(Part part) { return part_infos()[static_cast<std::size_t>(part)]; }

const std::vector<StepPlace>& step_places() {
    static const std::vector<StepPlace> places = {
#define STEP_PLACE(step, part, priced, file, function) \
    {static_cast<u8>(trace::Step::step), Part::part, Priced::priced, file, function},
#include "viewer/model/operations/step_places.def"
    };
    return places;
}

const StepPlace* find_place(u8 step) {
    for (const StepPlace& place : step_places()) {
        if (place.step == step) return &place;
    }
    return nullptr;
}

const PartInfo* find_part(const std::string& name) {
    for (const PartInfo& info : part_infos()) {
        if (name == info.name) return &info;
    }
    return nullptr;
}

Part part_of_step(u8 step) {
    const StepPlace* const place = find_place(step);
    return place == nullptr ? Part::residual : place->part;
}

CodePlace place_in(const StepPlace& place, const Trace& trace, bool inside) {
    const auto peer = peer_of_design(trace.design());
    if (!peer) return place_in(place, trace.design(), inside);
    const std::string_view function = function_of_step(*peer, place.step);
    return {trace.env(kHypervisorKey), std::string(function.empty() ? place.function : function)};
}

CodePlace place_in(const StepPlace& place, const std::string& design, bool inside) {
    std::string file = file_of(place, design, inside);
    static const std::string pattern = "{design}";
    const std::size_t at = file.find(pattern);
    if (at != std::string::npos) file.replace(at, pattern.size(), design);
    return {file, place.function};
}

}  // namespace ws::model

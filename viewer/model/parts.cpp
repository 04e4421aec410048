// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/parts.hpp"

namespace ws::model {
namespace {

constexpr const char* kSwitch = "hyp/world_switch/{design}/enter_exit.cpp or deferred.hpp";
constexpr const char* kEveryExit = "hyp/world_switch/{design}/enter_exit.cpp";
constexpr const char* kPutOff = "hyp/world_switch/{design}/deferred.hpp";

}  // namespace

const std::vector<PartInfo>& part_infos() {
    static const std::vector<PartInfo> infos = {
#define PART(name, words, meaning) {Part::name, #name, words, meaning},
#include "viewer/model/parts.def"
    };
    return infos;
}

const PartInfo& info_of(Part part) {
    return part_infos()[static_cast<std::size_t>(part)];
}

const std::vector<StepPlace>& step_places() {
    static const std::vector<StepPlace> places = {
#define STEP_PLACE(step, part, priced, file, function) \
    {static_cast<u8>(trace::Step::step), Part::part, Priced::priced, file, function},
#include "viewer/model/parts.def"
    };
    return places;
}

const StepPlace* find_place(u8 step) {
    for (const StepPlace& place : step_places()) {
        if (place.step == step) return &place;
    }
    return nullptr;
}

const char* cause_of_part(Part part) {
    for (const StepPlace& place : step_places()) {
        if (place.part == part) return find_step(place.step)->cause;
    }
    return "outside";
}

CodePlace place_in(const StepPlace& place, const std::string& design, bool inside) {
    std::string file = place.file == kSwitch ? (inside ? kPutOff : kEveryExit) : place.file;
    static const std::string pattern = "{design}";
    const std::size_t at = file.find(pattern);
    if (at != std::string::npos) file.replace(at, pattern.size(), design);
    return {file, place.function};
}

}  // namespace ws::model

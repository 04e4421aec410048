// SPDX-License-Identifier: Apache-2.0
// What an operation's cost is made of, and where in the code each step is: cost_parts.def and step_places.def
// at run time.
#pragma once

#include <string>

#include "viewer/model/format/event_info.hpp"
#include "viewer/model/trace/trace.hpp"

namespace ws::model {

enum class Part : u8 {
#define PART(name, words, brief, meaning) name,
#include "viewer/model/operations/cost_parts.def"
};

struct PartInfo {
    Part part;
    const char* name;
    const char* words;
    const char* brief;  ///< where there is little room
    const char* meaning;
};

/// All parts, in the order in which they are shown.
const std::vector<PartInfo>& part_infos();
inline constexpr std::size_t kParts = static_cast<std::size_t>(Part::residual) + 1;

const PartInfo& info_of(Part part);

/// What a step's code is priced by.
enum class Priced : u8 { registers, code };

/// A row of step_places.def.
struct StepPlace {
    u8 step;
    Part part;
    Priced priced;
    const char* file;
    const char* function;
};

/// All rows, ascending by step.
const std::vector<StepPlace>& step_places();

/// The row of a step, or null for one without.
const StepPlace* find_place(u8 step);

/// The part with that name, or null.
const PartInfo* find_part(const std::string& name);

/// The part that a step's time is of; residual for none.
Part part_of_step(u8 step);

/// A function of the sources.
struct CodePlace {
    std::string file;
    std::string function;
    friend auto operator<=>(const CodePlace&, const CodePlace&) = default;
};

/// Where a step is in the code of the hypervisor that was traced; `inside`: it runs inside another step. Of one that is
/// not this project's the function is known, and instead of a file what the hypervisor is.
CodePlace place_in(const StepPlace& place, const Trace& trace, bool inside);
/// The same for a design of this project's.
CodePlace place_in(const StepPlace& place, const std::string& design, bool inside);

}  // namespace ws::model

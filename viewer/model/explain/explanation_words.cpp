// SPDX-License-Identifier: Apache-2.0
// An explanation in plain sentences. What is measured and what is modelled never share one.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "viewer/model/base/thousands.hpp"
#include "viewer/model/explain/explanation.hpp"

namespace ws::model {
namespace {

constexpr const char* kOrdinals[kLargestCauses] = {"The largest cause", "The second", "The third"};

/// One of the two runs, for a sentence.
struct Side {
    std::string name;
    const Breakdown& breakdown;
};

std::array<Side, 2> sides(const Explanation& explanation) {
    return {{{fmt::format("A ({})", explanation.design_a), explanation.a},
             {fmt::format("B ({})", explanation.design_b), explanation.b}}};
}

std::string figure(i64 value) {
    return (value < 0 ? "-" : "") + thousands(static_cast<u64>(std::abs(value)));
}

/// What B has less or more than A.
std::string change(i64 difference) {
    if (difference == 0) return "as many";
    return fmt::format("{} {}", thousands(static_cast<u64>(std::abs(difference))), difference < 0 ? "fewer" : "more");
}

std::string counted(u32 count, const char* noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// `In A (split): save_fp and restore_fp in hyp/...`.
std::string places(const Side& side, Part part) {
    std::vector<std::pair<std::string, std::string>> files;
    for (const auto& [place, figures] : side.breakdown[part].code) {
        if (files.empty() || files.back().first != place.file) files.emplace_back(place.file, "");
        files.back().second += (files.back().second.empty() ? "" : ", ") + place.function;
    }
    std::string text;
    for (const auto& [file, functions] : files) {
        text += fmt::format("{}{} in {}", text.empty() ? "" : "; ", functions, file);
    }
    return text.empty() ? "" : fmt::format(" In {}: {}.", side.name, text);
}

std::string cause(const Explanation& explanation, std::size_t rank, Part part, i64 difference, const char* unit,
                  bool with_code) {
    const auto both = sides(explanation);
    std::string text = fmt::format("{} is {}, {} {}.", kOrdinals[rank], info_of(part).words, change(difference), unit);
    if (!with_code) return text;
    const std::string doing = doings(both[0].breakdown, part);
    if (!doing.empty()) {
        text += fmt::format(" {} {}; {} {}.", both[0].name, doing, both[1].name, doings(both[1].breakdown, part));
    }
    return text + places(both[0], part) + places(both[1], part);
}

}  // namespace

std::string doings(const Breakdown& breakdown, Part part) {
    const PartFigures& figures = breakdown[part];
    if (part == Part::transitions) {
        std::string text = fmt::format("takes {}", counted(breakdown.exceptions, "exception"));
        if (breakdown.user_entries != 0)
            text += fmt::format(" and enters EL0 {}", counted(breakdown.user_entries, "time"));
        return text;
    }
    if (part == Part::trap_config || part == Part::stage2) {
        return fmt::format("writes {}", counted(figures.control_writes, "control register"));
    }
    const bool moves_registers = part >= Part::general && part <= Part::debug;
    if (!moves_registers) return "";
    if (figures.registers == Moved{}) return "moves no register";
    return fmt::format("saves {} and restores {}", counted(figures.registers.saved, "register"),
                       figures.registers.restored);
}

std::string grouped(i64 value) {
    return value == 0 ? "0" : (value < 0 ? "" : "+") + figure(value);
}

i64 whole_cycles(Millicycles cycles) {
    static constexpr Millicycles kHalf = 500;
    return (cycles + (cycles < 0 ? -kHalf : kHalf)) / (2 * kHalf);
}

std::vector<std::string> sentences(const Explanation& explanation) {
    const auto& [a, b] = sides(explanation);
    const Figures whole = explanation.difference();
    std::vector<std::string> text = {fmt::format("Measured: one {} takes {} instructions in {} and {} in {}, {}.",
                                                 explanation.kind, figure(a.breakdown.whole.instructions), a.name,
                                                 figure(b.breakdown.whole.instructions), b.name,
                                                 change(whole.instructions))};
    const std::vector<Part> by_instructions = explanation.largest_by_instructions();
    for (std::size_t i = 0; i < by_instructions.size(); ++i) {
        const Part part = by_instructions[i];
        text.push_back(cause(explanation, i, part, explanation.difference(part).instructions, "instructions", true));
    }
    text.push_back(fmt::format("In no step are {} instructions of {} and {} of {}: the residual is {}.",
                               figure(a.breakdown[Part::residual].figures.instructions), a.name,
                               figure(b.breakdown[Part::residual].figures.instructions), b.name,
                               grouped(explanation.difference(Part::residual).instructions)));
    text.push_back(fmt::format("Modelled with the profile {}: {} cycles in {} and {} in {}, {}.",
                               explanation.profile.told(), figure(whole_cycles(a.breakdown.whole.cycles)), a.name,
                               figure(whole_cycles(b.breakdown.whole.cycles)), b.name,
                               change(whole_cycles(whole.cycles))));
    const std::vector<Part> by_cycles = explanation.largest_by_cycles();
    for (std::size_t i = 0; i < by_cycles.size(); ++i) {
        const Part part = by_cycles[i];
        const bool told = std::find(by_instructions.begin(), by_instructions.end(), part) != by_instructions.end();
        text.push_back(cause(explanation, i, part, whole_cycles(explanation.difference(part).cycles), "cycles", !told));
    }
    return text;
}

}  // namespace ws::model

// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/explain/causes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/model/base/thousands.hpp"

namespace ws::model {
namespace {

constexpr double kNearlyOne = 1.005;  // it would be told as 1.00

/// One of the two runs, in a sentence.
struct RunInWords {
    std::string name;
    const Breakdown& breakdown;

    const PartFigures& operator[](Part part) const { return breakdown[part]; }
    std::string instructions(Part part) const {
        const i64 count = breakdown[part].figures.instructions;
        return (count < 0 ? "-" : "") + thousands(static_cast<u64>(count < 0 ? -count : count));
    }
    bool kernel_at_el1() const { return breakdown.kernel_entries_at_el1 != 0; }
};

/// The one that takes longer in a part, and the other one.
struct TwoSides {
    RunInWords longer;
    RunInWords shorter;
    /// The longer one's kernel shares EL1 with the guest's, and the shorter one's does not.
    bool shares_el1() const { return longer.kernel_at_el1() && !shorter.kernel_at_el1(); }
};

bool moves(const RunInWords& side, Part part) { return side[part].registers != Moved{}; }

/// `saves 48 and restores 48`.
std::string moved(const RunInWords& side, Part part) {
    const Moved& registers = side[part].registers;
    if (registers == Moved{}) return "moves none";
    return fmt::format("saves {} and restores {}", registers.saved, registers.restored);
}

std::string of_el1(const TwoSides& two) {
    if (!two.shares_el1()) return {};
    const std::string rest =
        moves(two.shorter, Part::el1) ? moved(two.shorter, Part::el1) : "leaves the guest's where they are";
    return fmt::format(
        "In {0} two kernels share EL1, the guest's and the hypervisor's own, and EL1 has one set of system registers: "
        "so that each finds its own, {0} {1} of them. {2}'s kernel is at EL2, which has its own, and {3}.",
        two.longer.name, moved(two.longer, Part::el1), two.shorter.name, rest);
}

std::string of_transitions(const TwoSides& two) {
    const u32 more = two.longer.breakdown.exceptions;
    const u32 less = two.shorter.breakdown.exceptions;
    if (!two.shares_el1() || more <= less) return {};
    return fmt::format(
        "In {0} the guest traps to EL2, EL2 returns to the hypervisor's kernel at EL1, and that must trap to EL2 once "
        "more before the guest can go on: a double trap. {0} takes {1} exceptions for it, {2} takes {3}.",
        two.longer.name, more, two.shorter.name, less);
}

std::string of_fp(const TwoSides& two) {
    if (!moves(two.longer, Part::fp) || moves(two.shorter, Part::fp)) return {};
    const std::string reason = two.shares_el1()
                                   ? fmt::format(
                                         "{}'s kernel at EL1 could use the FP/SIMD registers without EL2's knowing, so "
                                         "they are moved to be sure: it {}",
                                         two.longer.name, moved(two.longer, Part::fp))
                                   : fmt::format("{} {}", two.longer.name, moved(two.longer, Part::fp));
    return fmt::format("{}. {} leaves them in the CPU until somebody else uses them.", reason, two.shorter.name);
}

std::string of_trap_config(const TwoSides& two) {
    if (!two.shares_el1()) return {};
    return fmt::format(
        "What is to trap of the guest holds for everything at EL1 and EL0, for {0}'s own kernel as well. So {0} writes "
        "EL2's control registers for the one and for the other, {1} times; {2}'s kernel at EL2 is not subject to "
        "them: {3}.",
        two.longer.name, two.longer[Part::trap_config].control_writes, two.shorter.name,
        two.shorter[Part::trap_config].control_writes);
}

std::string of_stage2(const TwoSides& two) {
    if (!two.shares_el1()) return {};
    return fmt::format(
        "The guest's memory goes through stage 2 translation, and {0}'s kernel at EL1 must run without it: it is "
        "turned "
        "off and on again, with {1} writes. {2}'s kernel at EL2 is not subject to it: {3}.",
        two.longer.name, two.longer[Part::stage2].control_writes, two.shorter.name,
        two.shorter[Part::stage2].control_writes);
}

std::string of_general(const TwoSides& two) {
    if (!two.shares_el1()) return {};
    return fmt::format(
        "{0}'s hypervisor is in two parts, at EL1 and at EL2, and at each crossing the registers of the part that is "
        "left are kept as well as the guest's: it {1}, {2} {3}.",
        two.longer.name, moved(two.longer, Part::general), two.shorter.name, moved(two.shorter, Part::general));
}

/// Registers that the switch may leave in the CPU while the vCPU is loaded.
std::string of_deferred(const TwoSides& two, Part part, const char* whose) {
    if (!moves(two.longer, part) || moves(two.shorter, part)) return {};
    return fmt::format("{0} {1} of {2} at this exit; {3} leaves them in the CPU, where the guest finds them again.",
                       two.longer.name, moved(two.longer, part), whose, two.shorter.name);
}

std::string of_code(const TwoSides& two, Part part, const char* what) {
    return fmt::format("{} is {} instructions in {} and {} in {}.", what, two.longer.instructions(part),
                       two.longer.name, two.shorter.instructions(part), two.shorter.name);
}

std::string reason_of(const TwoSides& two, Part part) {
    switch (part) {
        case Part::el1: return of_el1(two);
        case Part::transitions: return of_transitions(two);
        case Part::fp: return of_fp(two);
        case Part::general: return of_general(two);
        case Part::trap_config: return of_trap_config(two);
        case Part::stage2: return of_stage2(two);
        case Part::vgic: return of_deferred(two, part, "the GIC's virtual interface");
        case Part::timer: return of_deferred(two, part, "the guest's timer");
        case Part::debug: return of_deferred(two, part, "the debug registers");
        case Part::handler: return of_code(two, part, "The code that does what the guest asked for, and leads to it,");
        case Part::vmm: return of_code(two, part, "The program at EL0 that emulates the guest's devices");
        case Part::interrupt_controller: return of_code(two, part, "The care for interrupts, physical and virtual,");
        case Part::other_cpus:
            return of_code(two, part, "What other CPUs executed meanwhile, on a clock that counts all of them,");
        case Part::residual: break;
    }
    return {};
}

/// What both did in a part, where there is no reason to give.
std::string figures_of(const Explanation& explanation, const TwoSides& two, Part part) {
    const std::string doing = doings(two.longer.breakdown, part);
    const std::string other = doings(two.shorter.breakdown, part);
    if (doing.empty() || doing == other) {
        return of_code(two, part, fmt::format("The part \"{}\"", info_of(part).words).c_str());
    }
    const bool a_is_longer = explanation.difference(part).instructions < 0;
    return a_is_longer ? fmt::format("{} {}; {} {}.", two.longer.name, doing, two.shorter.name, other)
                       : fmt::format("{} {}; {} {}.", two.shorter.name, other, two.longer.name, doing);
}

}  // namespace

std::pair<std::string, std::string> names_in_words(const Explanation& explanation) {
    if (explanation.design_a == explanation.design_b) return {"A", "B"};
    return {explanation.design_a, explanation.design_b};
}

std::string why(const Explanation& explanation, Part part) {
    const auto [name_a, name_b] = names_in_words(explanation);
    const RunInWords a{name_a, explanation.a};
    const RunInWords b{name_b, explanation.b};
    const bool a_is_longer = explanation.difference(part).instructions <= 0;
    const TwoSides two = a_is_longer ? TwoSides{a, b} : TwoSides{b, a};
    const std::string reason = reason_of(two, part);
    return reason.empty() ? figures_of(explanation, two, part) : reason;
}

std::vector<Cause> causes(const Explanation& explanation) {
    std::vector<Cause> all;
    for (const Part part : explanation.largest_by_instructions()) {
        all.push_back({part, explanation.difference(part).instructions, why(explanation, part)});
    }
    return all;
}

std::string headline(const Explanation& explanation) {
    const auto [name_a, name_b] = names_in_words(explanation);
    const i64 a = explanation.a.whole.instructions;
    const i64 b = explanation.b.whole.instructions;
    const auto figure = [](i64 count) { return thousands(static_cast<u64>(count)); };
    if (a <= 0 || b <= 0 || a == b) {
        return fmt::format("{}: {} instructions in {} and {} in {}.", explanation.kind, figure(std::max<i64>(a, 0)),
                           name_a, figure(std::max<i64>(b, 0)), name_b);
    }
    const bool a_is_longer = a > b;
    const double ratio = static_cast<double>(std::max(a, b)) / static_cast<double>(std::min(a, b));
    if (ratio < kNearlyOne) {
        return fmt::format("{} takes nearly as many instructions in {} as in {}: {} and {}.", explanation.kind, name_a,
                           name_b, figure(a), figure(b));
    }
    return fmt::format("{} takes {:.2f} times as many instructions in {} as in {}: {} and {}.", explanation.kind, ratio,
                       a_is_longer ? name_a : name_b, a_is_longer ? name_b : name_a, figure(std::max(a, b)),
                       figure(std::min(a, b)));
}

}  // namespace ws::model

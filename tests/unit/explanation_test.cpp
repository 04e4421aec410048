// SPDX-License-Identifier: Apache-2.0
// Explanations: the parts sum to the whole, in instructions and in cycles; what is told in words; what is refused.
#include <algorithm>

#include "tests/unit/catch.hpp"
#include "tests/unit/some_profile.hpp"
#include "tests/unit/stories.hpp"
#include "viewer/model/explain/causes.hpp"
#include "viewer/model/explain/what_if.hpp"

using namespace ws;
using namespace ws::test;
using model::Breakdown;
using model::Explanation;
using model::Figures;
using model::Part;

namespace {

/// A run of a design's hypercalls.
struct Played {
    explicit Played(const std::string& design, u64 hypercalls = 5) : fake({.design = design}) {
        play(fake, design, hypercalls);
        run = fake.run();
    }
    FakeRun fake;
    model::Run run;
};

void check_sums(const Breakdown& breakdown) {
    Figures sum;
    for (const model::PartFigures& part : breakdown.parts) sum += part.figures;
    CHECK(sum.instructions == breakdown.whole.instructions);
    CHECK(sum.cycles == breakdown.whole.cycles);
}

i64 instructions_of(const Breakdown& breakdown, Part part) { return breakdown[part].figures.instructions; }

std::string refusal(const model::Run& a, const model::Run& b, const std::string& kind) {
    try {
        model::explain(a, b, kind, some_profile());
    } catch (const model::ExplainError& error) {
        return error.what();
    }
    return "taken";
}

template <class Act>
std::string refusal_of(Act act) {
    try {
        act();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "taken";
}

const model::ClassCost& cost_of(const model::CostProfile& profile, RegisterClass c) {
    return profile.classes[static_cast<std::size_t>(c)];
}

}  // namespace

TEST_CASE("every step has its part, the same in both tables, and its place", "[explain]") {
    for (const model::StepInfo& step : model::step_infos()) {
        INFO(step.name);
        const model::StepPlace* const place = model::find_place(step.number);
        REQUIRE(place != nullptr);
        CHECK(std::string(model::info_of(place->part).name) == step.part);
    }
    CHECK(model::step_places().size() == model::step_infos().size());
}

TEST_CASE("a step's place depends on the design, and on whether it was put off", "[explain]") {
    const model::StepPlace& place = *model::find_place(static_cast<u8>(trace::Step::save_el1));
    CHECK(model::place_in(place, "split", false).file == "hyp/world_switch/split/enter_exit.cpp");
    CHECK(model::place_in(place, "vhe", false).file == "hyp/world_switch/kernel_at_el2/every_exit.hpp");
    CHECK(model::place_in(place, "new", true).file == "hyp/world_switch/kernel_at_el2/deferred.hpp");
    const model::StepPlace& host = *model::find_place(static_cast<u8>(trace::Step::save_host_el1));
    CHECK(model::place_in(host, "split", false).file == "hyp/world_switch/split/enter_exit.cpp");
    CHECK(model::place_in(host, "el2", true).file == "hyp/world_switch/el2/host_el1.hpp");
    CHECK(model::place_in(place, "vhe", true).function == "save_el1");
}

TEST_CASE("the parts of an operation sum to its net instructions", "[explain]") {
    for (const std::string design : {"split", "vhe"}) {
        Played played(design);
        for (u32 i = 0; i < played.run.operations.all().size(); ++i) {
            const Breakdown breakdown = model::break_down(played.run, {i, model::kNoEvent, {}}, some_profile());
            check_sums(breakdown);
            CHECK(breakdown.whole.instructions == static_cast<i64>(played.run.operations.all()[i].net()));
            CHECK(breakdown.exceptions == played.run.operations.all()[i].traps);
            CHECK(breakdown.returns == breakdown.exceptions);
        }
    }
}

TEST_CASE("cycles are counts times the profile's costs", "[explain]") {
    Played played("vhe", 1);
    const model::CostProfile profile = some_profile();
    const Breakdown breakdown = model::break_down(played.run, {0, model::kNoEvent, {}}, profile);
    const auto registers = static_cast<i64>(model::find_block(RegisterClass::general)->registers);
    const model::ClassCost& general = cost_of(profile, RegisterClass::general);
    CHECK(breakdown[Part::general].figures.cycles == registers * (general.save.each + general.restore.each));
    // Two writes of HCR_EL2 outside any step are in the residual, with the instructions there.
    const i64 writes = 2 * cost_of(profile, RegisterClass::trap_config).write.each;
    const i64 residual = instructions_of(breakdown, Part::residual);
    CHECK(breakdown[Part::residual].figures.cycles == writes + residual * profile.instruction.each);
    CHECK(breakdown[Part::transitions].figures.cycles == profile.exception.each + profile.exception_return.each);
    CHECK(breakdown[Part::handler].figures.cycles == 50 * profile.instruction.each);
    CHECK(breakdown.priced_instructions == residual + 50);
}

TEST_CASE("a difference is part by part, its sum the whole, and the other way round negative", "[explain]") {
    Played split("split");
    Played vhe("vhe");
    const Explanation there = model::explain(split.run, vhe.run, "", some_profile());
    const Explanation back = model::explain(vhe.run, split.run, "", some_profile());
    CHECK(there.kind == "hypercall (HVC, unhandled)");
    CHECK(there.pairs == 5);
    Figures sum;
    for (const model::PartInfo& info : model::part_infos()) {
        const Figures difference = there.difference(info.part);
        sum += difference;
        CHECK(difference.instructions == -back.difference(info.part).instructions);
        CHECK(difference.cycles == -back.difference(info.part).cycles);
    }
    CHECK(sum.instructions == there.difference().instructions);
    CHECK(sum.cycles == there.difference().cycles);
    CHECK(there.difference().instructions < 0);
    CHECK(there.a.exceptions == 2);
    CHECK(there.b.exceptions == 1);
    REQUIRE(!there.largest_by_instructions().empty());
    CHECK(there.largest_by_instructions()[0] == Part::el1);
}

TEST_CASE("a run explained by itself differs in nothing", "[explain]") {
    Played split("split");
    const Explanation explanation = model::explain(split.run, split.run, "", some_profile());
    CHECK(explanation.difference().instructions == 0);
    CHECK(explanation.largest_by_instructions().empty());
    CHECK(explanation.largest_by_cycles().empty());
    CHECK(model::sentences(explanation).size() == 3);
    check_contains(model::sentences(explanation)[0], "as many");
}

TEST_CASE("one value of a profile changes what it prices and nothing else", "[explain]") {
    Played split("split");
    Played vhe("vhe");
    model::CostProfile dear = some_profile();
    constexpr model::Millicycles kMore = 7000;
    dear.classes[static_cast<std::size_t>(RegisterClass::el1)].save.each += kMore;
    const Explanation before = model::explain(split.run, vhe.run, "", some_profile());
    const Explanation after = model::explain(split.run, vhe.run, "", dear);
    const i64 saved = 2 * static_cast<i64>(model::find_block(RegisterClass::el1)->registers);
    for (const model::PartInfo& info : model::part_infos()) {
        const i64 change = info.part == Part::el1 ? -saved * kMore : 0;
        CHECK(after.difference(info.part).cycles - before.difference(info.part).cycles == change);
        CHECK(after.difference(info.part).instructions == before.difference(info.part).instructions);
    }
    CHECK(after.difference().cycles - before.difference().cycles == -saved * kMore);
}

TEST_CASE("sentences name the causes, the code, the profile and the residual", "[explain]") {
    Played split("split");
    Played vhe("vhe");
    const std::vector<std::string> told = model::sentences(model::explain(split.run, vhe.run, "", some_profile()));
    check_contains(told.at(0), "Measured: one hypercall (HVC, unhandled) takes");
    check_contains(told.at(1), "The largest cause is EL1 state, ");
    check_contains(told.at(1), "fewer instructions.");
    check_contains(told.at(1), "save_el1");
    check_contains(told.at(1), "hyp/world_switch/split/enter_exit.cpp");
    check_contains(told.at(1), "B (vhe) moves no register");
    const auto with = [&](const std::string& part) {
        return std::any_of(told.begin(), told.end(),
                           [&](const std::string& line) { return line.find(part) != std::string::npos; });
    };
    CHECK(with("the residual is"));
    CHECK(with("Modelled with the profile some: "));
    for (const std::string& line : told) {
        INFO(line);
        CHECK((line.find("instructions") == std::string::npos || line.find("cycles") == std::string::npos));
    }
}

TEST_CASE("the causes say why, in words: two kernels share EL1, and trap twice", "[explain]") {
    Played split("split");
    Played vhe("vhe");
    const Explanation explanation = model::explain(split.run, vhe.run, "", some_profile());
    CHECK(explanation.a.kernel_entries_at_el1 == 1);
    CHECK(explanation.b.kernel_entries_at_el1 == 0);
    const std::vector<model::Cause> causes = model::causes(explanation);
    REQUIRE(causes.size() >= 2);
    CHECK(causes.size() <= model::kLargestCauses);
    CHECK(causes[0].part == Part::el1);
    CHECK(causes[0].instructions == explanation.difference(Part::el1).instructions);
    check_contains(causes[0].why, "In split two kernels share EL1");
    check_contains(causes[0].why, "vhe's kernel is at EL2");
    check_contains(model::why(explanation, Part::transitions),
                   "a double trap. split takes 2 exceptions for it, vhe takes 1.");
}

TEST_CASE("whichever run is the longer one, the causes are the same", "[explain]") {
    Played split("split");
    Played vhe("vhe");
    const Explanation there = model::explain(split.run, vhe.run, "", some_profile());
    const Explanation back = model::explain(vhe.run, split.run, "", some_profile());
    CHECK(model::headline(there) == model::headline(back));
    check_contains(model::headline(there), "times as many instructions in split as in vhe: ");
    for (const model::Cause& cause : model::causes(there)) CHECK(cause.why == model::why(back, cause.part));
}

TEST_CASE("no reason is given that the two runs do not show", "[explain]") {
    Played split("split");
    const Explanation same = model::explain(split.run, split.run, "", some_profile());
    CHECK(model::causes(same).empty());
    CHECK(model::headline(same).find("times as many") == std::string::npos);
    for (const model::PartInfo& info : model::part_infos()) {
        INFO(info.words);
        const std::string told = model::why(same, info.part);
        CHECK(!told.empty());
        for (const char* reason : {"share EL1", "double trap", "to be sure", "not subject"}) {
            CHECK(told.find(reason) == std::string::npos);
        }
    }
}

TEST_CASE("a kind is found by its name or by a part that no other has", "[explain]") {
    FakeRun split;
    FakeRun vhe({.design = "vhe"});
    play(split, "split", 2);
    play(vhe, "vhe", 2);
    for (FakeRun* each : {&split, &vhe}) mark(*each, 1, 0);
    vhe_hypercall(vhe, 0xC600'0002);
    const model::Run a = split.run();
    const model::Run b = vhe.run();
    CHECK(model::explain(a, b, "unhandled", some_profile()).kind == "hypercall (HVC, unhandled)");
    CHECK(model::explain(a, b, "mark", some_profile()).kind == "hypercall mark");
    check_contains(refusal(a, b, "hypercall"), "kind hypercall: more than one kind of operation has this name");
    check_contains(refusal(a, b, "WFI"), "kind WFI: no kind of operation has this name; both runs have: ");
    check_contains(refusal(a, b, "console_putc"), "only B has it, 1 times");
}

TEST_CASE("traces without steps, and without operations, cannot be explained", "[explain]") {
    Played split("split");
    FakeRun traps({.level = trace::Level::traps});
    enter_guest(traps);
    trap_from_guest(traps);
    enter_guest(traps);
    const model::Run without = traps.run();
    check_contains(refusal(split.run, without, ""), "B has neither steps nor registers");
    check_contains(refusal(split.run, without, ""), "--trace full");
    FakeRun timed({.icount = false});
    play(timed, "split", 1);
    check_contains(refusal(timed.run(), split.run, ""), "A was made with --mttcg");
    FakeRun nothing;
    CHECK(refusal(split.run, nothing.run(), "") == "no operation of one run has a partner in the other");
}

TEST_CASE("a virtual IPI is the sender's exit up to the kick and the target's whole one", "[explain]") {
    static constexpr trace::Owner kTarget = 2;
    static constexpr u64 kSgiEsr = 0x623a'3036;  // SYS64, a write of ICC_SGI1R_EL1
    static constexpr u8 kLowerIrq = 9;
    FakeRun fake({.cpus = 2});
    enter(fake, kVcpu, 0);
    enter(fake, kTarget, 1);
    leave(fake, kVcpu, 0, kSgiEsr);
    fake.emit(trace::payload::phase_begin{trace::Step::handle_exit}, 0);
    fake.work(30);
    fake.emit(trace::payload::kick{1, kTarget, trace::KickReason::interrupt}, 0);
    fake.work(100);  // not on the way
    fake.emit(trace::payload::phase_end{trace::Step::handle_exit}, 0);
    enter(fake, kVcpu, 0);
    fake.emit(trace::payload::trap{0, kGuestPc, kSpsrEl1, 0, 0, kTarget, kLowerIrq, 2}, 1);
    fake.emit(trace::payload::phase_begin{trace::Step::handle_interrupt}, 1);
    fake.work(40);
    fake.emit(trace::payload::physical_irq{0, kTarget}, 1);
    fake.emit(trace::payload::phase_end{trace::Step::handle_interrupt}, 1);
    enter(fake, kTarget, 1);
    const model::Run run = fake.run();
    const auto ways = model::virtual_ipis(run);
    REQUIRE(ways.size() == 1);
    const model::CostProfile profile = some_profile();
    const Breakdown breakdown = model::break_down(run, ways[0], profile);
    check_sums(breakdown);
    CHECK(breakdown.whole.instructions == static_cast<i64>(model::net_of(run, ways[0])));
    CHECK(instructions_of(breakdown, Part::handler) == 30);
    CHECK(instructions_of(breakdown, Part::interrupt_controller) == 40);
    CHECK(breakdown[Part::interrupt_controller].figures.cycles ==
          40 * profile.instruction.each + 3 * profile.controller_access.each);
    CHECK(breakdown.exceptions == 2);
    CHECK(breakdown.returns == 1);
    CHECK(model::explain(run, run, "", profile).kind == model::kVirtualIpi);
}

TEST_CASE("what another CPU executed meanwhile is told as such and costs no cycles", "[explain]") {
    static constexpr trace::Owner kOther = 2;
    FakeRun fake({.cpus = 2});
    enter(fake, kVcpu, 0);
    enter(fake, kOther, 1);
    leave(fake, kVcpu, 0);
    fake.emit(trace::payload::phase_begin{trace::Step::handle_exit}, 0);
    fake.work(500);
    leave(fake, kOther, 1);
    fake.work(6);
    enter(fake, kOther, 1);
    fake.work(10);
    fake.emit(trace::payload::phase_end{trace::Step::handle_exit}, 0);
    enter(fake, kVcpu, 0);
    const model::Run run = fake.run();
    const auto& all = run.operations.all();
    REQUIRE(all.size() == 2);
    const Breakdown breakdown = model::break_down(run, {0, model::kNoEvent, {}}, some_profile());
    check_sums(breakdown);
    CHECK(breakdown.whole.instructions == static_cast<i64>(all[0].net()));
    CHECK(instructions_of(breakdown, Part::other_cpus) > 500);
    CHECK(breakdown[Part::other_cpus].figures.cycles == 0);
    // What the other CPU's recorder spent on its last event is known from its next one, and there is none.
    CHECK(instructions_of(breakdown, Part::handler) == 10 + 20 + FakeRun::kRecorderCost);
}

TEST_CASE("what if: a way without some of its parts", "[explain]") {
    const Played a("split");
    const Played b("vhe");
    const Explanation explanation = model::explain(a.run, b.run, "", some_profile());
    const Breakdown& whole = explanation.a;
    CHECK(model::without(whole, {}).instructions == whole.whole.instructions);
    const model::Parts parts = model::parse_parts("fp,vgic");
    CHECK(parts.count() == 2);
    const Figures rest = model::without(whole, parts);
    CHECK(rest.instructions ==
          whole.whole.instructions - instructions_of(whole, Part::fp) - instructions_of(whole, Part::vgic));
    CHECK(rest.cycles == whole.whole.cycles - whole[Part::fp].figures.cycles - whole[Part::vgic].figures.cycles);
    CHECK(model::parse_parts("").none());
    const std::string said = refusal_of([] { model::parse_parts("handler"); });
    check_contains(said, "cannot be left out");
    check_contains(said, "vgic");
}

TEST_CASE("a pair is chosen by its number", "[explain]") {
    const Played a("split");
    const Played b("vhe");
    const Explanation last = model::explain(a.run, b.run, "", some_profile(), 5);
    CHECK(last.number == 5);
    check_contains(refusal_of([&] { model::explain(a.run, b.run, "", some_profile(), last.pairs + 1); }), "--number");
}

TEST_CASE("a cost is set, and a profile's text is one again", "[explain]") {
    model::CostProfile profile = some_profile();
    model::set_cost(profile, "exception = 12.5");
    CHECK(profile.exception.each == 12'500);
    CHECK(model::cycles_text(12'500) == "12.5");
    CHECK(model::cycles_text(65'000) == "65");
    CHECK(model::cycles_text(7) == "0.007");
    model::CostProfile again = model::CostProfile::parse(model::profile_text(profile), "again.profile");
    const auto costs = model::profile_costs(profile);
    const auto same = model::profile_costs(again);
    for (std::size_t i = 0; i < costs.size(); ++i) {
        INFO(costs[i].first);
        CHECK(same[i].second->each == costs[i].second->each);
    }
    for (const char* wrong : {"exception", "tea=1", "exception=-1", "exception=1.2345", "exception=x", "exception="}) {
        INFO(wrong);
        CHECK_THROWS_AS(model::set_cost(profile, wrong), model::ProfileError);
    }
    CHECK(profile.exception.each == 12'500);
}

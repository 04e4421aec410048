// SPDX-License-Identifier: Apache-2.0
// The parts of what makes traces of raw logs: reader, symbols, encodings, call stack; and what the plugin knows of A64.
#include "scripts/qemu_plugin/a64_instruction.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/raw_log_story.hpp"
#include "viewer/model/base/error.hpp"
#include "viewer/model/peers/call_stack.hpp"
#include "viewer/model/peers/raw_log_reader.hpp"
#include "viewer/model/peers/sysreg_names.hpp"

using namespace ws;
using ws::test::check_contains;
using ws::test::RawLogStory;

namespace {

template <class Action>
std::string refusal(Action action) {
    try {
        action();
    } catch (const model::TraceError& error) {
        return error.what();
    }
    return "";
}

std::string read(std::vector<u64> words) {
    return refusal([&] { const model::RawLog log(std::move(words), "raw"); });
}

constexpr trace::Step kNone{};

std::vector<trace::Step> steps_of(const model::CallStack& stack) {
    std::vector<trace::Step> steps;
    for (const u8 step : stack.steps()) steps.push_back(static_cast<trace::Step>(step));
    return steps;
}

}  // namespace

TEST_CASE("a raw log's times", "[raw_log]") {
    RawLogStory story;
    story.begin();
    story.work(5);
    story.mark(1, 2, "hypercall");
    story.cpu = 1;
    story.work(7);
    story.mark(2, 2, "hypercall");
    const model::RawLog log(story.words, "raw");
    REQUIRE(log.records().size() == 4);
    CHECK(log.records()[0].time == 1000);
    CHECK(log.records()[2].time == 1005);
    CHECK(log.records()[3].time == 1012);
    CHECK(log.records()[3].cpu == 1);
    CHECK(log.cpus() == 2);
}

TEST_CASE("raw logs that are none, or not whole", "[raw_log]") {
    check_contains(read({}), "is no raw log");
    check_contains(read({1, 2, 3}), "is no raw log");
    check_contains(read({raw::kRawMagic, raw::kRawVersion + 1}), "of version 2");
    RawLogStory story;
    story.begin();
    CHECK(read(story.words).empty());
    for (std::size_t words = 3; words < story.words.size(); ++words) {
        if (words == 5) continue;  // a whole record
        check_contains(read({story.words.begin(), story.words.begin() + static_cast<std::ptrdiff_t>(words)}),
                       "has no whole record at byte");
    }
    for (const u64 header : {raw::header(static_cast<raw::Kind>(99), 0, 0, 0), raw::header(raw::Kind::read, 0, 2, 0),
                             raw::header(raw::Kind::window_end, 9, 1, 0), ~u64{0}}) {
        check_contains(read({raw::kRawMagic, raw::kRawVersion, header, 0, 0, 0}), "has no whole record at byte 16");
    }
    // A time that no run comes to.
    const u64 begin = raw::header(raw::Kind::window_begin, 0, 2, 0);
    check_contains(read({raw::kRawMagic, raw::kRawVersion, begin, u64{1} << 56, 0}), "has no whole record at byte 16");
}

TEST_CASE("symbols", "[raw_log]") {
    model::Symbols symbols = model::Symbols::parse(
        "ffff800008000000 T _text\nffff800008001000 t $x\nffff800008001000 t one.isra.0\nffff800008001010 D data\n"
        "ffff800008001100 t __kvm_nvhe_two\t[module]\nnonsense\n\nffff800008001200 T three\n",
        "kallsyms");
    const auto name_at = [&symbols](u64 address) {
        const auto found = symbols.find(address);
        return found ? symbols[*found].name : "";
    };
    CHECK(name_at(0xffff800008001004) == "one");
    CHECK(name_at(0xffff8000080010ff) == "one");
    CHECK(name_at(0xffff800008001100) == "two");
    CHECK(name_at(0xffff7fffffffffff).empty());
    CHECK(name_at(0xffff810000000000).empty());
    CHECK(symbols.address_of("two", true) == 0xffff800008001100);
    CHECK_FALSE(symbols.address_of("two", false));
    symbols.move_nvhe(u64{0} - 0xffff000000000000);
    CHECK(name_at(0x800008001104) == "two");
    CHECK(name_at(0x800008001204).empty());  // not nVHE's
    CHECK(symbols.start(*symbols.find(0x800008001104)) == 0x800008001100);
    CHECK(model::Symbols::parse("0x200000 T start\n", "f").address_of("start", false) == 0x200000);  // Xen's map
    CHECK(model::Symbols::parse("0x256330 t entry.o#guest_sync\n", "f").address_of("guest_sync", false) == 0x256330);
    check_contains(refusal([] { model::Symbols::parse("x\n", "f"); }), "has no line with a function's address");
    check_contains(refusal([] { model::Symbols::parse("0000000000000000 T a\n", "f"); }), "kptr_restrict");
}

TEST_CASE("which register a name reaches at EL2", "[raw_log]") {
    const auto reached = [](u8 op1, u8 crn, u8 crm, u8 op2, bool e2h) {
        const SysregEncoding encoding{3, op1, crn, crm, op2};
        return model::sysreg_reached(raw::encoding(encoding), e2h);
    };
    CHECK(reached(0, 1, 0, 0, false) == SysregId::SCTLR_EL1);
    CHECK(reached(0, 1, 0, 0, true) == SysregId::SCTLR_EL2);
    CHECK(reached(5, 1, 0, 0, true) == SysregId::SCTLR_EL1);
    CHECK(reached(0, 1, 0, 2, true) == SysregId::CPTR_EL2);
    CHECK(reached(0, 4, 0, 1, true) == SysregId::ELR_EL2);
    CHECK(reached(0, 14, 1, 0, true) == SysregId::CNTHCTL_EL2);
    CHECK(reached(5, 14, 1, 0, true) == SysregId::CNTKCTL_EL1);
    CHECK(reached(5, 14, 3, 1, true) == SysregId::CNTV_CTL_EL0);
    CHECK(reached(3, 14, 3, 1, true) == SysregId::CNTHV_CTL_EL2);
    CHECK(reached(3, 14, 3, 1, false) == SysregId::CNTV_CTL_EL0);
    CHECK(reached(3, 13, 0, 2, true) == SysregId::TPIDR_EL0);
    CHECK_FALSE(reached(0, 15, 15, 7, false));
}

TEST_CASE("a name that E2H redirects reaches a register that has a row", "[raw_log]") {
    for (const SysregInfo& row : kSysregs) {
        if (row.e2h != E2h::redirected) continue;
        INFO(row.name);
        const auto reached = model::sysreg_reached(raw::encoding(row.encoding), true);
        // A view of a register that has one is none of its own.
        const bool view = std::string(row.name).find("_TVAL_") != std::string::npos;
        CHECK(reached.has_value() != view);
    }
}

TEST_CASE("the steps of an exit to Xen, whose vectors call what handles it", "[raw_log]") {
    const model::Symbols symbols = model::Symbols::parse(
        "0x1000 t entry.o#guest_sync_slowpath\n0x2000 T do_trap_guest_sync\n0x3000 T do_trap_hvc\n"
        "0x4000 T leave_hypervisor_to_guest\n0x5000 t entry.o#return_from_trap\n",
        "map");
    const auto number = [&symbols](u64 address) { return *symbols.find(address); };
    model::CallStack stack(model::Peer::xen, symbols);
    using trace::Step;
    using Steps = std::vector<Step>;
    stack.call(number(0x1000), false);
    CHECK(steps_of(stack) == Steps{Step::save_general_purpose});
    stack.call(number(0x2000), false);
    CHECK(steps_of(stack) == Steps{Step::handle_exit});
    stack.jump(number(0x3000), false);  // a call at its end
    CHECK(steps_of(stack) == Steps{Step::handle_exit});
    stack.back(number(0x1000), false);
    CHECK(steps_of(stack).empty());
    stack.call(number(0x4000), false);
    CHECK(steps_of(stack) == Steps{Step::handle_exit});
    stack.back(number(0x1000), false);
    CHECK(steps_of(stack) == Steps{Step::restore_general_purpose});
    stack.jump(number(0x5000), false);
    CHECK(steps_of(stack) == Steps{Step::restore_general_purpose});
}

TEST_CASE("the steps that a call stack is in", "[raw_log]") {
    const model::Symbols symbols = model::Symbols::parse(test::nvhe_symbols("0000000000022000 t helper\n"), "kallsyms");
    const auto number = [&symbols](u64 address) { return *symbols.find(address); };
    model::CallStack stack(model::Peer::nvhe, symbols);
    using trace::Step;
    using Steps = std::vector<Step>;
    stack.call(number(0x10000), false);
    CHECK(steps_of(stack) == Steps{Step::handle_exit});
    CHECK_FALSE(stack.switches());
    stack.call(number(0x11000), false);
    CHECK(steps_of(stack) == Steps{Step::handle_exit, Step::sync_interrupts});
    stack.back(number(0x10000), false);
    stack.call(number(0x21500), false);
    CHECK(steps_of(stack).empty());  // something new: what called it does not count
    CHECK(stack.switches());
    stack.call(number(0x21200), true);
    CHECK(steps_of(stack) == Steps{Step::save_host_el1});
    stack.call(number(0x22000), true);
    CHECK(steps_of(stack) == Steps{Step::save_host_el1});
    CHECK_FALSE(stack.unmapped());
    stack.back(number(0x21500), false);
    CHECK(steps_of(stack).empty());
    stack.call(number(0x21300), false);
    stack.back(number(0x21500), false);
    CHECK(steps_of(stack) == Steps{Step::enter_stage2});
    stack.wrote(SysregId::VTCR_EL2);
    CHECK(steps_of(stack) == Steps{Step::enter_stage2});
    stack.wrote(SysregId::VTTBR_EL2);
    CHECK(steps_of(stack) == Steps{Step::activate_traps});
    stack.call(number(0x22000), false);
    CHECK(stack.unmapped());
    CHECK(steps_of(stack).empty());
}

TEST_CASE("an exception on top of a call stack", "[raw_log]") {
    const model::Symbols symbols = model::Symbols::parse(
        "0000000000001000 T kvm_arch_vcpu_ioctl_run\n0000000000002000 T el1h_64_irq\n0000000000003000 t helper\n", "k");
    model::CallStack stack(model::Peer::vhe, symbols);
    stack.call(0, false);
    stack.take_exception(1);
    using trace::Step;
    CHECK(steps_of(stack) == std::vector<Step>{Step::handle_exit, Step::handle_interrupt});
    stack.call(2, false);
    stack.back(0, false);  // not returned to: it was interrupted
    CHECK(stack.frames().size() == 2);
    stack.return_from_exception();
    CHECK(steps_of(stack) == std::vector<Step>{Step::handle_exit});
    stack.return_from_exception();
    CHECK(stack.empty());
    CHECK(steps_of(stack) == std::vector<Step>{});
    CHECK(kNone == trace::Step{});
}

TEST_CASE("what the plugin knows of A64", "[raw_log]") {
    const auto decoded = [](u32 word) { return a64::decode(0x1000, word); };
    CHECK(decoded(0xd503201f).kind == a64::Kind::plain);  // nop
    CHECK(decoded(0x14000002).offset == 8);               // b
    CHECK(decoded(0x17ffffff).offset == -4);
    CHECK(decoded(0x94000001).kind == a64::Kind::call);         // bl
    CHECK(decoded(0x54ffffe1).kind == a64::Kind::conditional);  // b.ne
    CHECK(decoded(0x54ffffe1).offset == -4);
    CHECK(decoded(0xb4000041).offset == 8);                   // cbz x1
    CHECK(decoded(0x37f80041).offset == 8);                   // tbnz w1, #31
    CHECK(decoded(0xd61f0200).rn == 16);                      // br x16
    CHECK(decoded(0xd63f0020).kind == a64::Kind::call_to);    // blr x1
    CHECK(decoded(0xd65f03c0).kind == a64::Kind::back);       // ret
    CHECK(decoded(0xd65f0bff).rn == 30);                      // retaa
    CHECK(decoded(0xd69f03e0).kind == a64::Kind::eret);       // eret
    CHECK(decoded(0xd4000002).kind == a64::Kind::exception);  // hvc #0
    CHECK(decoded(0xd4200000).kind == a64::Kind::plain);      // brk #0: it comes again
    CHECK(decoded(0xd5381002).kind == a64::Kind::mrs);        // mrs x2, sctlr_el1
    CHECK(decoded(0xd5381002).encoding == raw::encoding(SysregId::SCTLR_EL1));
    CHECK(decoded(0xd51c1101).kind == a64::Kind::msr);  // msr hcr_el2, x1
    CHECK(decoded(0xd51c1101).encoding == raw::encoding(SysregId::HCR_EL2));
    CHECK(decoded(0xd50342df).kind == a64::Kind::plain);  // msr daifset, #2
    CHECK(decoded(0xf9400c41).kind == a64::Kind::load);   // ldr x1, [x2, #24]
    CHECK(decoded(0xf9400c41).offset == 24);
    CHECK(decoded(0xf81f8041).offset == -8);            // stur x1, [x2, #-8]
    const a64::Instruction pair = decoded(0xa90e7821);  // stp x1, x30, [x1, #224]
    CHECK(pair.kind == a64::Kind::store);
    CHECK(pair.rt2 == 30);
    CHECK(pair.offset == 224);
    CHECK(decoded(0xa8c17bfd).offset == 0);                      // ldp x29, x30, [sp], #16
    CHECK(decoded(0xad000400).kind == a64::Kind::vector_store);  // stp q0, q1, [x0]
    CHECK(decoded(0xad4f7c1e).kind == a64::Kind::vector_load);   // ldp q30, q31, [x0, #480]
    CHECK(decoded(0xad410c02).kind == a64::Kind::plain);         // ldp q2, q3, [x0, #32]
}

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>

#include "hyp/arch/syndrome.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/stories.hpp"
#include "viewer/model/trace/describe.hpp"

using namespace ws;
using namespace ws::test;
using model::Field;

namespace {

const Field& field(const std::vector<Field>& fields, std::string_view name) {
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == name; });
    INFO("field " << name);
    REQUIRE(found != fields.end());
    return *found;
}

bool has(const std::vector<Field>& fields, const std::string& name) {
    return std::any_of(fields.begin(), fields.end(), [&](const Field& f) { return f.name == name; });
}

/// ESR_EL2 of a trapped MRS or MSR.
u64 sys64(SysregEncoding e, bool read) {
    using namespace iss::sys64;
    return reg::ESR_EL2::EC.of(static_cast<u64>(Ec::SYS64)) | reg::ESR_EL2::IL.of(1) | Op0.of(e.op0) | Op1.of(e.op1) |
           CRn.of(e.crn) | CRm.of(e.crm) | Op2.of(e.op2) | Direction.of(read ? 1 : 0);
}

}  // namespace

TEST_CASE("a trap's syndrome is told down to its fields", "[describe]") {
    FakeRun run;
    run.emit(trace::payload::trap{kHvcEsr | 0x42, kGuestPc, kSpsrEl1, 0, 0, kVcpu, kLowerSync, 2});
    const model::Trace trace = run.trace();
    const auto fields = model::describe(trace, trace.event(0));
    CHECK(field(fields, "owner").text == "vCPU 0");
    CHECK(field(fields, "vector").text == "lower_el_aarch64_sync");
    const Field& esr = field(fields, "ESR_EL2");
    check_contains(esr.text, "HVC64 imm16=0x42");
    CHECK(esr.hex == "0x000000005a000042");
    CHECK(field(esr.parts, "EC").text == "HVC64");
    CHECK(field(esr.parts, "EC").bits == "31:26");
    CHECK(field(field(esr.parts, "ISS").parts, "imm16").value == 0x42);
    CHECK(field(field(fields, "SPSR_EL2").parts, "M").value == 5);
}

TEST_CASE("a trap without a syndrome or a fault address says so, whatever its event holds there", "[describe]") {
    constexpr u64 kStale = 0x9300'0047;  // a data abort's, which came before
    constexpr u8 kLowerIrq = 9;
    constexpr u8 kLowerFiq = 10;
    FakeRun run;
    run.emit(trace::payload::trap{kStale, kGuestPc, kSpsrEl1, 0x1234, 0x80000, kVcpu, kLowerIrq, 2});
    run.emit(trace::payload::trap{kStale, kGuestPc, kSpsrEl1, 0x1234, 0x80000, kVcpu, kLowerFiq, 2});
    run.emit(trace::payload::trap{kHvcEsr, kGuestPc, kSpsrEl1, 0x1234, 0x80000, kVcpu, kLowerSync, 2});
    run.emit(trace::payload::trap{kStale, kGuestPc, kSpsrEl1, 0x1234, 0x80000, kVcpu, kLowerSync, 2});
    const model::Trace trace = run.trace();
    const auto check_none = [&](model::EventIndex index, const char* name, const char* words) {
        INFO("event " << index);
        const auto fields = model::describe(trace, trace.event(index));
        const Field& none = field(fields, name);
        CHECK(none.text == words);
        CHECK(none.hex.empty());
        CHECK(none.parts.empty());
    };
    for (const char* name : {"FAR_EL2", "HPFAR_EL2"}) {
        check_none(0, name, "none: an IRQ has no fault address");
        check_none(2, name, "none: an exception of this class has no fault address");
        CHECK_FALSE(field(model::describe(trace, trace.event(3)), name).hex.empty());
    }
    check_none(0, "ESR_EL2", "none: an IRQ has no syndrome");
    check_none(1, "ESR_EL2", "none: an FIQ has no syndrome");
    check_contains(field(model::describe(trace, trace.event(3)), "ESR_EL2").text, "DABT_LOW");
    CHECK(field(model::describe(trace, trace.event(0)), "ELR_EL2").value == kGuestPc);
}

TEST_CASE("a trapped system register is told by its name", "[describe]") {
    CHECK(model::esr_summary(sys64(info(SysregId::ID_AA64PFR0_EL1).encoding, true)) == "SYS64 read ID_AA64PFR0_EL1");
    CHECK(model::esr_summary(sys64({3, 5, 15, 14, 7}, false)) == "SYS64 write S3_5_C15_C14_7");
}

TEST_CASE("every system register is found by a trapped access to it", "[describe]") {
    for (const SysregInfo& row : kSysregs) {
        INFO(row.name);
        CHECK(model::esr_summary(sys64(row.encoding, false)) == std::string("SYS64 write ") + row.name);
    }
}

TEST_CASE("every exception class has a summary and parts", "[describe]") {
    for (u64 ec = 0; ec < 64; ++ec) {
        for (const u64 rest : {u64{0}, u64{0x1ff'ffff}, u64{0xaa'aaaa}}) {
            const u64 esr = reg::ESR_EL2::EC.of(ec) | rest;
            INFO("ESR " << model::hex(esr));
            CHECK(!model::esr_summary(esr).empty());
            CHECK(model::describe_esr(esr).size() == 3);
        }
    }
}

TEST_CASE("a register block tells its registers by name, the 128-bit ones in full", "[describe]") {
    FakeRun run;
    run.block(RegisterClass::fp, trace::Operation::save, kVcpu, 0x10);
    run.block(RegisterClass::el1, trace::Operation::restore, trace::kHost, 1);
    const model::Trace trace = run.trace();
    const auto fp = model::describe(trace, trace.event(0));
    CHECK(field(fp, "operation").text == "save");
    CHECK(field(fp, "V0").hex == "0x00000000000000110000000000000010");
    CHECK(field(fp, "V31").hex == "0x000000000000004f000000000000004e");
    const auto el1 = model::describe(trace, trace.event(1));
    CHECK(field(el1, "operation").text == "restore");
    CHECK(field(el1, "owner").text == "host");
    CHECK(field(field(el1, "SCTLR_EL1").parts, "M").value == 1);
    CHECK(field(el1, "SCTLR_EL1").meaning == "System Control Register");
}

TEST_CASE("a control write shows the bits of the register, in the layout of the design", "[describe]") {
    for (const char* design : {"split", "vhe"}) {
        INFO(design);
        FakeRun run({.design = design});
        run.emit(trace::payload::control_write{0, 0x30'0000, SysregId::CPTR_EL2, kVcpu});
        const model::Trace trace = run.trace();
        const auto fields = model::describe(trace, trace.event(0));
        CHECK(field(fields, "sysreg").text == "CPTR_EL2");
        const auto& bits = field(fields, "new_value").parts;
        CHECK(has(bits, "FPEN") == (trace.design() == "vhe"));
        CHECK(has(bits, "TFP") == (trace.design() == "split"));
        if (has(bits, "FPEN")) CHECK(field(bits, "FPEN").value == 3);
    }
}

TEST_CASE("numbers without a name are shown as numbers", "[describe]") {
    FakeRun run;
    run.emit(trace::payload::trap{0, 0, 0, 0, 0, 200, 99, 0});
    run.emit(trace::payload::phase_begin{static_cast<trace::Step>(250)});
    run.emit(trace::payload::control_write{1, 2, static_cast<SysregId>(60000), 0});
    const model::Trace trace = run.trace();
    check_contains(model::one_line(trace, trace.event(0)), "vector=99 (unknown)");
    check_contains(model::one_line(trace, trace.event(1)), "step=250 (unknown)");
    check_contains(model::one_line(trace, trace.event(2)), "60000 (unknown register)");
}

// SPDX-License-Identifier: Apache-2.0
// The laws on the machine that guests see: each holds where it should and is seen to be broken where it is.
#include <algorithm>

#include "tests/unit/catch.hpp"
#include "tests/unit/stories.hpp"
#include "viewer/model/laws/laws.hpp"

using namespace ws;
using namespace ws::test;
namespace payload = trace::payload;
using enum trace::IrqChange;

namespace {

/// How often this law is broken; no other is.
u64 offences(FakeRun& run, const std::string& name) {
    const model::CheckReport report = model::check(run.trace());
    u64 result = 0;
    for (const model::LawReport& each : report.laws) {
        INFO(each.law << ": " << each.first_offence);
        if (each.law == name) {
            result = each.offences;
        } else {
            CHECK(each.offences == 0);
        }
    }
    return result;
}

void irq(FakeRun& run, std::initializer_list<trace::IrqChange> changes, u32 intid = 27, trace::Owner owner = kVcpu) {
    for (const trace::IrqChange change : changes) run.emit(payload::virtual_irq{intid, owner, change});
}

}  // namespace

TEST_CASE("a vCPU on two CPUs at once", "[laws]") {
    FakeRun run({.cpus = 2});
    schedule(run, 0, 1, 0, trace::SwitchReason::started);
    enter(run, 1, 0);
    leave(run, 1, 0);
    SECTION("put before it is loaded") {
        schedule(run, 1, 0, 0);
        schedule(run, 0, 1, 1);
        enter(run, 1, 1);
        CHECK(offences(run, "vcpu_on_one_cpu") == 0);
    }
    SECTION("loaded while it is still on the other one") {
        schedule(run, 0, 1, 1);
        enter(run, 1, 1);
        CHECK(offences(run, "vcpu_on_one_cpu") == 1);
    }
}

TEST_CASE("a guest without its second stage of translation, and a host with a guest's", "[laws]") {
    FakeRun run;
    const auto write = [&run](u64 before, u64 after) {
        run.emit(payload::control_write{before, after, SysregId::HCR_EL2, kVcpu});
    };
    enter_guest(run);
    trap_from_guest(run, 0x9200'0000);
    SECTION("nobody has seen a write") { enter_guest(run); }
    SECTION("a guest's") {
        write(1, 0x8000'0001);
        enter_guest(run);
        CHECK(offences(run, "stage2_is_the_guests") == 0);
    }
    SECTION("a host's, for a guest") {
        write(1, 0x8000'0000);
        enter_guest(run);
        CHECK(offences(run, "stage2_is_the_guests") == 1);
    }
    SECTION("a guest's, for the host") {
        write(0, 0x8000'0001);
        enter(run, trace::kHost, 0);
        CHECK(offences(run, "stage2_is_the_guests") == 1);
    }
    SECTION("a guest's with TGE, for a process of the host's") {
        write(0, 0x8800'0001);
        enter(run, trace::kHost, 0);
        CHECK(offences(run, "stage2_is_the_guests") == 0);
    }
}

TEST_CASE("an access that was refused", "[laws]") {
    FakeRun run;
    enter_guest(run);
    trap_from_guest(run, 0x9200'0000);
    run.emit(payload::mmio{0x100, 0, kVcpu, trace::Device::none, trace::Access::read, 4});
    SECTION("injects") {
        run.emit(payload::inject{0, 0, kVcpu, trace::Injection::external_abort});
        enter_guest(run);
        CHECK(offences(run, "refused_is_injected") == 0);
    }
    SECTION("injects into another vCPU") {
        run.emit(payload::inject{0, 0, 2, trace::Injection::external_abort});
        enter_guest(run);
        CHECK(offences(run, "refused_is_injected") == 1);
    }
}

TEST_CASE("the life of a virtual interrupt", "[laws]") {
    FakeRun run;
    const std::string law = "virtual_interrupts_in_order";
    irq(run, {raised, listed, unlisted, listed, taken});
    SECTION("again while it is active") {
        irq(run, {listed, ended, taken, ended, lowered});
        CHECK(offences(run, law) == 0);
    }
    SECTION("a line that stays high") {
        irq(run, {ended, listed, taken, ended});
        CHECK(offences(run, law) == 0);
    }
    SECTION("listed twice") {
        irq(run, {listed, listed});
        CHECK(offences(run, law) == 1);
    }
    SECTION("taken twice") {
        irq(run, {taken});
        CHECK(offences(run, law) == 1);
    }
    SECTION("ended twice") {
        irq(run, {ended, ended});
        CHECK(offences(run, law) == 1);
    }
    SECTION("another vCPU's, never raised") {
        irq(run, {listed}, 27, 2);
        CHECK(offences(run, law) == 1);
    }
    SECTION("a shared one goes to another vCPU") {
        irq(run, {raised}, 33, 1);
        irq(run, {listed, taken, ended}, 33, 2);
        CHECK(offences(run, law) == 0);
    }
    SECTION("made active by the guest itself") {
        run.emit(payload::mmio{0x0800'0300, 1, kVcpu, trace::Device::distributor, trace::Access::write, 4});
        irq(run, {ended}, 40);
        CHECK(offences(run, law) == 0);
    }
}

TEST_CASE("memory is mapped once", "[laws]") {
    FakeRun run({.vm_of_vcpu = {1, 2}});
    const auto map = [&run](u64 ipa, u64 bytes, trace::Owner owner = kVcpu) {
        run.emit(payload::stage2_map{ipa, 0x7000'0000, bytes, owner, 7});
    };
    map(0x4000'0000, 0x20'0000);
    SECTION("another VM has its own") {
        map(0x4000'0000, 0x20'0000, 2);
        CHECK(offences(run, "stage2_maps_once") == 0);
    }
    SECTION("a page within what is mapped") {
        map(0x401f'f000, 0x1000);
        CHECK(offences(run, "stage2_maps_once") == 1);
    }
    SECTION("a page that was taken out") {
        run.emit(payload::stage2_unmap{0x4000'3000, 0x2000, kVcpu});
        map(0x4000'4000, 0x1000);
        map(0x4000'3000, 0x1000);
        CHECK(offences(run, "stage2_maps_once") == 0);
    }
    SECTION("the rest around what was taken out") {
        run.emit(payload::stage2_unmap{0x4000'3000, 0x2000, kVcpu});
        map(0x4000'5000, 0x1000);
        map(0x4000'2000, 0x1000);
        CHECK(offences(run, "stage2_maps_once") == 2);
    }
}

TEST_CASE("a reset makes void what was saved", "[laws]") {
    FakeRun run;
    run.block(RegisterClass::el1, trace::Operation::save, kVcpu, 10);
    run.emit(payload::vcpu_reset{0x4008'0000, kVcpu});
    run.block(RegisterClass::el1, trace::Operation::restore, kVcpu, 99);
    run.block(RegisterClass::list_registers, trace::Operation::save, kVcpu, 10);
    run.block(RegisterClass::list_registers, trace::Operation::restore, kVcpu, 99);
    CHECK(offences(run, "saved_is_restored") == 0);
}

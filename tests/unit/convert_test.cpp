// SPDX-License-Identifier: Apache-2.0
// From a raw log, as QEMU's plugin writes it, to a trace.
#include "tests/unit/catch.hpp"
#include "tests/unit/raw_log_story.hpp"
#include "tests/unit/temporary_folder.hpp"
#include "viewer/model/base/error.hpp"
#include "viewer/model/explain/breakdown.hpp"
#include "viewer/model/laws/laws.hpp"
#include "viewer/model/operations/benchmark_marks.hpp"
#include "viewer/model/peers/converter.hpp"
#include "viewer/model/trace/describe.hpp"

using namespace ws;
using ws::test::check_contains;
using ws::test::RawLogStory;

namespace {

class Converted {
  public:
    explicit Converted(const RawLogStory& story, const std::string& symbols = test::nvhe_symbols()) {
        model::ConvertOptions options;
        options.out = folder_.path() / "trace";
        options.env = {{"guest", "made-up"}, {"hypervisor", "Linux 6.1, KVM"}};
        result = model::convert(model::RawLog(story.words, "raw"), model::Symbols::parse(symbols, "kallsyms"), options);
        run.emplace(model::Run::load(folder_.path()));
    }

  private:
    test::TemporaryFolder folder_;

  public:
    model::ConvertResult result;
    std::optional<model::Run> run;
};

/// `trap`, `begin save_el1`, `save TTBR0_EL1 of vCPU 0`, ...
std::vector<std::string> told(const model::Trace& trace) {
    std::vector<std::string> lines;
    for (model::EventIndex index = 0; index < trace.events().size(); ++index) {
        const model::Event event = trace.event(index);
        std::string line = event.info().name;
        for (const model::Field& field : model::describe(trace, event)) {
            if (field.name == "step" || field.name == "operation" || field.name == "owner" || field.name == "sysreg") {
                line += " " + field.text;
            }
        }
        lines.push_back(line);
    }
    return lines;
}

std::string refusal(const RawLogStory& story, const std::string& symbols = test::nvhe_symbols()) {
    try {
        const Converted converted(story, symbols);
    } catch (const model::TraceError& error) {
        return error.what();
    }
    return "";
}

RawLogStory one_hypercall() {
    RawLogStory story;
    story.begin();
    story.work(3);
    story.hypercall();
    return story;
}

}  // namespace

TEST_CASE("a hypercall of KVM without VHE, from raw log to events", "[convert]") {
    const Converted converted(one_hypercall());
    const model::Trace& trace = converted.run->trace;
    CHECK(trace.design() == "kvm-nvhe");
    CHECK(trace.from_outside());
    CHECK(trace.layout() == Layout::e2h0);
    CHECK(trace.env("hypervisor") == "Linux 6.1, KVM");
    CHECK(told(trace) == std::vector<std::string>{
                             "trap vCPU 0",
                             "phase_begin save_general_purpose",
                             "registers_callee_saved restore host",
                             "registers_general save vCPU 0",
                             "phase_end save_general_purpose",
                             "phase_begin save_el1",
                             "register_move TTBR0_EL1 save vCPU 0",
                             "phase_end save_el1",
                             "phase_begin deactivate_traps",
                             "control_write HCR_EL2 host",
                             "phase_end deactivate_traps",
                             "phase_begin leave_stage2",
                             "phase_end leave_stage2",
                             "phase_begin restore_host_el1",
                             "register_move TTBR0_EL1 restore host",
                             "phase_end restore_host_el1",
                             "phase_begin return_to_host",
                             "registers_general restore host",
                             "eret host",
                             "phase_begin handle_exit",
                             "phase_end handle_exit",
                             "phase_begin sync_interrupts",
                             "phase_end sync_interrupts",
                             "phase_begin handle_exit",
                             "phase_end handle_exit",
                             "trap host",
                             "registers_general save host",
                             "phase_begin save_host_el1",
                             "register_move TTBR0_EL1 save host",
                             "phase_end save_host_el1",
                             "phase_begin restore_el1",
                             "register_move TTBR0_EL1 restore vCPU 0",
                             "phase_end restore_el1",
                             "phase_begin enter_stage2",
                             "control_write VTTBR_EL2 vCPU 0",
                             "phase_end enter_stage2",
                             "phase_begin activate_traps",
                             "control_write HCR_EL2 vCPU 0",
                             "phase_end activate_traps",
                             "phase_begin restore_general_purpose",
                             "registers_callee_saved save host",
                             "hypercall vCPU 0",
                             "registers_general restore vCPU 0",
                             "eret vCPU 0",
                         });
    CHECK(converted.result.vcpus == 1);
    CHECK(converted.result.windows == 1);
    CHECK(converted.result.events == trace.events().size());
    for (const model::LawReport& law : model::check(trace).laws) {
        INFO(law.law << ": " << law.first_offence);
        CHECK(law.offences == 0);
    }
}

TEST_CASE("what a recorded operation came to", "[convert]") {
    const Converted converted(one_hypercall());
    REQUIRE(converted.run->operations.all().size() == 1);
    const model::Operation& operation = converted.run->operations.all()[0];
    CHECK(converted.run->operations.kind(operation) == "hypercall (HVC, unhandled)");
    CHECK(operation.traps == 2);
    CHECK(operation.els_crossed == 4);
    CHECK(operation.control_writes == 3);
    CHECK(operation.control_changes == 3);
    CHECK(operation.registers[static_cast<std::size_t>(RegisterClass::el1)] == model::Moved{2, 2});
    CHECK(operation.registers[static_cast<std::size_t>(RegisterClass::general)] == model::Moved{64, 64});
    CHECK(operation.net() == 90);
    const model::OperationEvents parts = model::take_apart(*converted.run, operation);
    i64 sum = 0;
    for (const model::Segment& segment : parts.segments) sum += segment.end - segment.begin;
    CHECK(sum == 90);
}

TEST_CASE("a step's code is a function of the recorded hypervisor", "[convert]") {
    const Converted converted(one_hypercall());
    const model::CodePlace place =
        model::place_in(*model::find_place(static_cast<u8>(trace::Step::save_el1)), converted.run->trace, false);
    CHECK(place.function == "__sysreg_save_state_nvhe");
    CHECK(place.file == "Linux 6.1, KVM");
    const auto function_of = [](trace::Step step) {
        return model::function_of_step(model::Peer::vhe, static_cast<u8>(step));
    };
    CHECK(function_of(trace::Step::handle_exit) == "kvm_arch_vcpu_ioctl_run");
    CHECK(function_of(trace::Step::save_general_purpose) == "__kvm_hyp_vector");
    CHECK(function_of(trace::Step::save_el1) == "sysreg_save_guest_state_vhe");
    CHECK(function_of(trace::Step::return_to_host).empty());
}

TEST_CASE("marks of a guest that does not call for them are a benchmark", "[convert]") {
    RawLogStory story;
    story.put(raw::Kind::window_begin, {1000, 0x4000'0000});
    story.mark(1, 99, "hypercall");
    story.put(raw::Kind::place, {1, 1, RawLogStory::kGuestHcr, RawLogStory::kVmpidr, 0, 0x4000'0000});
    for (int i = 0; i < 3; ++i) story.hypercall();
    story.mark(2, 3, "hypercall");
    story.put(raw::Kind::window_end, {0x4000'0010});
    const Converted converted(story);
    const auto measured = model::measure(*converted.run);
    REQUIRE(measured.size() == 1);
    CHECK(measured[0].benchmark == "hypercall");
    CHECK(measured[0].iterations == 3);
    CHECK(measured[0].operations == 3);
    CHECK(model::check(converted.run->trace).holds());
}

TEST_CASE("a window of a guest that measures nothing has no mark", "[convert]") {
    RawLogStory story;
    story.put(raw::Kind::window_begin, {1000, 0x4000'0000});
    story.mark(1, 99, "not a benchmark");
    story.put(raw::Kind::place, {1, 1, RawLogStory::kGuestHcr, RawLogStory::kVmpidr, 0, 0x4000'0000});
    story.hypercall();
    const Converted converted(story);
    CHECK(told(converted.run->trace).front() == "trap vCPU 0");
}

TEST_CASE("an access to a device that KVM emulates", "[convert]") {
    RawLogStory story;
    story.begin();
    // LDR W5, [..], of GICD_IIDR: ISV, SAS 2, SRT 5
    const u64 esr = u64{0x24} << 26 | 1 << 25 | 1 << 24 | 2 << 22 | 5 << 16 | 6;
    story.exception(RawLogStory::at(0x20c00), esr, 0x4000'0008, RawLogStory::kEl1h, RawLogStory::kGuestHcr, 0x0800'0008,
                    0x0800'0000 >> 8);
    story.branch(RawLogStory::at(0x20c10), RawLogStory::at(0x21100), raw::Branch::jump, RawLogStory::kVcpu);
    story.x[5] = 0xffff'ffff'4b00'043b;
    story.eret(0x4000'000c, RawLogStory::kEl1h, RawLogStory::kGuestHcr);
    story.hypercall();
    const Converted converted(story);
    CHECK(converted.run->operations.kind(converted.run->operations.all()[0]) == "mmio read distributor");
    const model::Trace& trace = converted.run->trace;
    for (model::EventIndex index = 0; index < trace.events().size(); ++index) {
        if (!trace.event(index).is(trace::EventId::mmio)) continue;
        const auto mmio = trace.as<trace::payload::mmio>(trace.event(index));
        CHECK(u64{mmio.address} == 0x0800'0008);
        CHECK(u64{mmio.value} == 0x4b00'043b);
        CHECK(mmio.bytes == 4);
    }
}

TEST_CASE("a function on the way that no row maps is an error that names it", "[convert]") {
    RawLogStory story;
    story.begin();
    story.exception(RawLogStory::at(0x20c00), 0x5a00'0000, 0x4000'0008, RawLogStory::kEl1h, RawLogStory::kGuestHcr);
    story.branch(RawLogStory::at(0x20c10), RawLogStory::at(0x21000), raw::Branch::jump, 2, RawLogStory::kVcpu);
    story.back(0x21030, 0x21580);
    story.call(0x21584, 0x22000);
    story.enter();
    const std::string what = refusal(story, test::nvhe_symbols("0000000000022000 t __kvm_nvhe_brand_new.cold\n"));
    check_contains(what, "__kvm_vcpu_run > brand_new is on the way into or out of a guest");
    check_contains(what, "path_functions.def");
    const test::TemporaryFolder folder;
    model::ConvertOptions options;
    options.out = folder.path() / "trace";
    CHECK_THROWS_AS(
        model::convert(model::RawLog(story.words, "raw"),
                       model::Symbols::parse(test::nvhe_symbols("0000000000022000 t __kvm_nvhe_new\n"), "k"), options),
        model::TraceError);
    CHECK_FALSE(std::filesystem::exists(options.out));
}

TEST_CASE("a register that the log has lost is missed by a count or a law", "[convert]") {
    // The host's TTBR0_EL1 comes back as the guest's was: as if the one record between had been dropped.
    RawLogStory story = one_hypercall();
    story.hypercall();
    for (std::size_t i = 0; i + 2 < story.words.size(); ++i) {
        const bool restores = story.words[i] == raw::encoding(SysregId::TTBR0_EL1) && story.words[i + 1] == 22 &&
                              story.words[i + 2] == RawLogStory::kHostContext + 0x200;
        if (restores && i > story.words.size() / 2) story.words[i + 1] = 11;
    }
    const Converted converted(story);
    CHECK_FALSE(model::check(converted.run->trace).holds());
}

TEST_CASE("what cannot be converted", "[convert]") {
    check_contains(refusal(RawLogStory{}), "has no window");
    RawLogStory only_guest;
    only_guest.begin();
    CHECK(Converted(only_guest).run->operations.all().empty());  // a guest that never traps
    only_guest.exception(RawLogStory::at(0x20c00), 0x5a00'0000, 0x4000'0008, RawLogStory::kEl1h,
                         RawLogStory::kGuestHcr);
    check_contains(refusal(only_guest), "no trap of KVM's host");
    check_contains(refusal(one_hypercall(), "0000000000010000 T kvm_arch_vcpu_ioctl_run\n"),
                   "no __kvm_nvhe_ functions");
    RawLogStory elsewhere = one_hypercall();
    elsewhere.hypercall();
    elsewhere.exception(RawLogStory::at(0x20c00), 0x5a00'0000, 0x4000'0008, RawLogStory::kEl1h, RawLogStory::kGuestHcr);
    elsewhere.branch(RawLogStory::at(0x20c10), 0x77, raw::Branch::jump);
    check_contains(refusal(elsewhere), "where the symbols have no function");
    // KVM's host shuts down: EL2 is the kernel's stub's again.
    RawLogStory ends = one_hypercall();
    ends.exception(RawLogStory::at(0x20400), 0x5a00'0000, 0x1004c, RawLogStory::kEl1h, RawLogStory::kHostHcr);
    ends.branch(RawLogStory::at(0x20410), 0x77, raw::Branch::jump);
    ends.write(SysregId::HCR_EL2, 0);
    CHECK(Converted(ends).run->operations.all().size() == 1);
}

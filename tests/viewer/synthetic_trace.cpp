// SPDX-License-Identifier: Apache-2.0
// Writes a trace as a run of `split` or `vhe` would leave it: a few kinds of operations, one of them many times.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "tests/viewer/synthetic_machine.hpp"
#include "tests/viewer/synthetic_story.hpp"

namespace ws::test {
namespace {

using enum RegisterClass;
constexpr Owner kGuest = 1;
constexpr u64 kKernel = 0x7f00'1240;
constexpr u64 kUnhandled = 0x8600'ff01;
constexpr u64 kConsoleWrite = 0xc600'0001;

/// What the guest traps for.
struct Trap {
    u64 esr = kHvc;
    u64 elr = 0x4008'0fb0;
    u64 function = kUnhandled;
    u64 handler = 40;
    u64 far = 0;
    u64 hpfar = 0;
};

/// A step that moves one class.
void move(SyntheticMachine& m, Step step, RegisterClass c, Operation operation, Owner owner, u64 more = 6) {
    m.begin(step);
    m.work(more);
    m.block(c, operation, owner);
    m.work(2);
    m.end(step);
    m.work(1);
}

void configure(SyntheticMachine& m, bool guest) {
    const Owner owner = guest ? kGuest : trace::kHost;
    const u64 host_hcr = 0x8000'0000;
    const u64 guest_hcr = 0x8000'0038 | (1U << 19) | 1U;
    m.begin(guest ? Step::activate_traps : Step::deactivate_traps);
    m.control(SysregId::HCR_EL2, owner, guest ? host_hcr : guest_hcr, guest ? guest_hcr : host_hcr);
    m.control(SysregId::CPTR_EL2, owner, guest ? 0x33ff : 0x37ff, guest ? 0x37ff : 0x33ff);
    m.control(SysregId::VBAR_EL2, owner, 0x7f00'8000, 0x7f00'8800);
    m.end(guest ? Step::activate_traps : Step::deactivate_traps);
}

void save_general(SyntheticMachine& m) {
    m.begin(Step::save_general_purpose);
    m.block(general, Operation::save, kGuest);
    m.block(callee_saved, Operation::restore, trace::kHost);
    m.end(Step::save_general_purpose);
}

void enter(SyntheticMachine& m, const Trap& trap) {
    m.begin(Step::restore_general_purpose);
    m.block(callee_saved, Operation::save, trace::kHost);
    m.block(general, Operation::restore, kGuest);
    m.eret(kGuest, trap.elr + 4, kGuestEl1);
}

void handle(SyntheticMachine& m, const Trap& trap) {
    m.begin(Step::handle_exit);
    m.work(trap.handler / 2);
    if (trap.esr == kHvc) m.hypercall(kGuest, trap.function, 0, ~u64{0});
    m.work(trap.handler - trap.handler / 2);
    m.end(Step::handle_exit);
    m.work(4);
}

void split_to_host(SyntheticMachine& m) {
    move(m, Step::save_timer, timer, Operation::save, kGuest);
    move(m, Step::save_vgic, vgic, Operation::save, kGuest);
    move(m, Step::save_el1, el1, Operation::save, kGuest);
    move(m, Step::save_fp, fp, Operation::save, kGuest);
    move(m, Step::save_debug, debug, Operation::save, kGuest);
    configure(m, false);
    m.begin(Step::leave_stage2);
    m.control(SysregId::VTTBR_EL2, trace::kHost, 0x1'0000'7e00'0000, 0);
    m.end(Step::leave_stage2);
    move(m, Step::restore_host_el1, el1, Operation::restore, trace::kHost);
    move(m, Step::restore_host_fp, fp, Operation::restore, trace::kHost);
    move(m, Step::restore_host_debug, debug, Operation::restore, trace::kHost);
    m.begin(Step::return_to_host);
    m.work(6);
    m.eret(trace::kHost, kKernel, kHostEl1);
}

void split_to_guest(SyntheticMachine& m) {
    m.trap(trace::kHost, kHvc, kKernel - 4, kHostEl1);
    m.work(12);
    move(m, Step::save_host_el1, el1, Operation::save, trace::kHost);
    move(m, Step::save_host_fp, fp, Operation::save, trace::kHost);
    move(m, Step::save_host_debug, debug, Operation::save, trace::kHost);
    configure(m, true);
    m.begin(Step::enter_stage2);
    m.control(SysregId::VTTBR_EL2, kGuest, 0, 0x1'0000'7e00'0000);
    m.end(Step::enter_stage2);
    move(m, Step::restore_vgic, vgic, Operation::restore, kGuest);
    move(m, Step::restore_timer, timer, Operation::restore, kGuest);
    move(m, Step::restore_el1, el1, Operation::restore, kGuest);
    move(m, Step::restore_fp, fp, Operation::restore, kGuest);
    move(m, Step::restore_debug, debug, Operation::restore, kGuest);
}

/// One operation, from the guest's trap until it runs again.
void operate(SyntheticMachine& m, bool split, const Trap& trap) {
    m.trap(kGuest, trap.esr, trap.elr, kGuestEl1, trap.far, trap.hpfar);
    save_general(m);
    if (split) {
        split_to_host(m);
        m.work(9);
        handle(m, trap);
        split_to_guest(m);
    } else {
        move(m, Step::save_el1, return_state, Operation::save, kGuest, 2);
        configure(m, false);
        m.work(9);
        handle(m, trap);
        configure(m, true);
        move(m, Step::restore_el1, return_state, Operation::restore, kGuest, 2);
    }
    enter(m, trap);
}

void load_vcpu(SyntheticMachine& m, bool split) {
    if (!split) {
        m.begin(Step::vcpu_load);
        m.work(20);
        move(m, Step::restore_timer, timer, Operation::restore, kGuest);
        move(m, Step::restore_el1, el1, Operation::restore, kGuest);
        m.end(Step::vcpu_load);
        configure(m, true);
    } else {
        split_to_guest(m);
    }
    enter(m, {});
}

void play(SyntheticMachine& m, bool split, u64 operations) {
    load_vcpu(m, split);
    m.work(3000);
    for (u64 i = 0; i < 12; ++i) {
        operate(m, split, {.elr = 0x4008'1000, .function = kConsoleWrite, .handler = 900 + 31 * i});
        m.work(400);
    }
    const u64 read_uart = 0x9200'0000 | (1U << 24) | (2U << 22) | (3U << 16) | 7U;
    for (u64 i = 0; i < operations; ++i) {
        operate(m, split, {.handler = i % 97 == 5 ? 61U : 40U});
        m.work(5 + i % 3);
        if (i % 16 == 3) {
            operate(m, split,
                    {.esr = read_uart, .elr = 0x4008'2010, .handler = 320, .far = 0x900'0018, .hpfar = 0x900'0});
        }
        if (i % 50 == 7) operate(m, split, {.esr = kWfi, .elr = 0x4008'3000, .handler = split ? 700U : 690U});
    }
    if (!split) operate(m, split, {.esr = kWfi, .elr = 0x4008'4444, .handler = 500});  // one without a partner
}

void write(const std::filesystem::path& folder, const std::string& design, const std::string& level, u64 operations,
           u32 cpus) {
    std::filesystem::create_directories(folder);
    model::Metadata metadata;
    for (std::size_t i = 0; i < metadata.uuid.size(); ++i) metadata.uuid[i] = static_cast<u8>(i * 17 + design.size());
    metadata.env = {{"format_version", std::to_string(trace::kFormatVersion)},
                    {"design", design},
                    {"e2h", design == "vhe" ? "1" : "0"},
                    {"guest", "synthetic"},
                    {"cpus", std::to_string(cpus)},
                    {"trace_level", level},
                    {model::kVmOfVcpuKey, cpus == 1 ? "1" : "1 1 2"}};
    const trace::Level detail = level == "full" ? trace::Level::full : trace::Level::traps;
    SyntheticMachine machine(folder, detail, 0, metadata.uuid);
    std::string packets;
    if (cpus == 1) {
        play(machine, design == "split", operations);
        packets = std::to_string(machine.finish());
    } else {
        SyntheticMachine second(folder, detail, 1, metadata.uuid);
        play_two_cpus(machine, second, design == "split", operations);
        packets = std::to_string(machine.finish());
        packets += " " + std::to_string(second.finish());
    }
    metadata.set(model::kPacketsKey, packets);
    std::ofstream(folder / "metadata", std::ios::binary) << model::make_metadata(metadata);
}

}  // namespace
}  // namespace ws::test

int main(int argc, char** argv) {
    CLI::App app("Writes a trace without a machine");
    std::string folder;
    std::string design = "split";
    std::string level = "full";
    ws::u64 operations = 1000;
    ws::u32 cpus = 1;
    app.add_option("folder", folder, "the trace's folder")->required();
    app.add_option("--design", design)->check(CLI::IsMember({"split", "vhe"}));
    app.add_option("--level", level)->check(CLI::IsMember({"traps", "full"}));
    app.add_option("--operations", operations, "hypercalls, or with two CPUs rounds of the story");
    app.add_option("--cpus", cpus)->check(CLI::Range(1, 2));
    CLI11_PARSE(app, argc, argv);
    ws::test::write(folder, design, level, operations, cpus);
    return 0;
}

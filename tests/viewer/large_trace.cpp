// SPDX-License-Identifier: Apache-2.0
// Writes a trace of many events that keeps every law: what a run of `split` or `vhe` on one CPU or two leaves, with
// hypercalls, devices, interrupts and idle times in a mixture that a seed tells. For measuring the viewer.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "hyp/arch/syndrome.hpp"
#include "tests/viewer/synthetic_machine.hpp"

namespace ws::test {
namespace {

namespace payload = trace::payload;
using enum RegisterClass;
using trace::IrqChange;

constexpr u64 kGuestEl0 = 0x3c0;
constexpr u64 kGuestEl1 = 0x3c5;
constexpr u64 kHostEl1 = 0x5;
constexpr u64 kKernel = 0x4020'1240;
constexpr u64 kHvc = 0x5a00'0000;
constexpr u64 kWfi = 0x0600'0000;
constexpr u64 kRead = 0x9200'0007 | 1U << 24 | 2U << 22 | 3U << 16;
constexpr u64 kWrite = kRead | 1U << 6;
constexpr u64 kUnhandled = 0x8600'ff01;
constexpr u64 kHostHcr = 0x8000'0000;
constexpr u64 kGuestHcr = 0x8008'0039;
constexpr u32 kTimer = 27;
constexpr u32 kSgi = 5;
constexpr u32 kKick = 1;

u64 write_of_sgi() {
    using namespace iss::sys64;
    const SysregEncoding e = info(SysregId::ICC_SGI1R_EL1).encoding;
    return reg::ESR_EL2::EC.of(static_cast<u64>(Ec::SYS64)) | reg::ESR_EL2::IL.of(1) | Op0.of(e.op0) | Op1.of(e.op1) |
           CRn.of(e.crn) | CRm.of(e.crm) | Op2.of(e.op2);
}

/// One CPU with the vCPU that is pinned to it.
class Cpu {
  public:
    Cpu(SyntheticMachine& machine, bool split, u32 number, u64 seed)
        : m(machine), split_(split), owner_(static_cast<Owner>(number + 1)), random_(seed + number) {}

    void start() {
        m.emit(payload::schedule{trace::kHost, owner_, trace::SwitchReason::started});
        enter();
    }

    /// One operation and the guest's own work after it.
    void operate() {
        const u64 choice = random(100);
        if (choice < 45) return hypercall();
        if (choice < 65)
            return device(kWrite, {0x0900'0000, 'w', owner_, trace::Device::uart, trace::Access::write, 1});
        if (choice < 80) {
            return device(kRead, {0x0800'0008, 0x43b, owner_, trace::Device::distributor, trace::Access::read, 4});
        }
        choice < 98 ? timer() : idle();
    }

    /// An interrupt from this CPU's vCPU to another CPU's.
    void send_to(Cpu& other) {
        trap(write_of_sgi());
        m.begin(Step::handle_exit);
        m.work(60 + random(20));
        other.change(m, kSgi, IrqChange::raised);
        m.emit(payload::kick{static_cast<u8>(other.owner_ - 1), other.owner_, trace::KickReason::interrupt});
        m.end(Step::handle_exit);
        enter();
        other.m.go_on_after(m);
        other.interrupt(kKick, kSgi);
        m.go_on_after(other.m);
    }

    SyntheticMachine& m;

  private:
    u64 random(u64 below) {
        random_ = random_ * 6364136223846793005U + 1442695040888963407U;
        return (random_ >> 33) % below;
    }

    /// A step that moves one class. What is restored is what was saved.
    void move(Step step, RegisterClass c, Operation operation, Owner owner) {
        m.begin(step);
        m.work(4 + random(3));
        block(c, operation, owner);
        m.end(step);
        m.work(1);
    }

    void block(RegisterClass c, Operation operation, Owner owner) {
        u64& version = versions_[owner != trace::kHost][static_cast<std::size_t>(c)];
        if (operation == Operation::save) ++version;
        m.block(c, operation, owner, version * 1000 + owner);
    }

    void configure(bool guest) {
        m.begin(guest ? Step::activate_traps : Step::deactivate_traps);
        m.control(SysregId::HCR_EL2, guest ? owner_ : trace::kHost, guest ? kHostHcr : kGuestHcr,
                  guest ? kGuestHcr : kHostHcr);
        m.control(SysregId::VBAR_EL2, guest ? owner_ : trace::kHost, guest ? 0x7f00'8000 : 0x7f00'8800,
                  guest ? 0x7f00'8800 : 0x7f00'8000);
        m.end(guest ? Step::activate_traps : Step::deactivate_traps);
    }

    /// From the guest to the kernel; `esr` is 0 for an interrupt.
    void trap(u64 esr) {
        pc_ = 0x4008'0000 + 4 * random(4000);
        mode_ = esr != 0 || random(2) == 0 ? kGuestEl1 : kGuestEl0;
        if (esr == 0) {
            m.trap_by_irq(owner_, pc_, mode_);
        } else {
            m.trap(owner_, esr, pc_, mode_, 0x0900'0018, 0x9000);
        }
        m.begin(Step::save_general_purpose);
        block(general, Operation::save, owner_);
        block(callee_saved, Operation::restore, trace::kHost);
        m.end(Step::save_general_purpose);
        if (split_) {
            move(Step::save_timer, RegisterClass::timer, Operation::save, owner_);
            move(Step::save_vgic, vgic, Operation::save, owner_);
            move(Step::save_el1, el1, Operation::save, owner_);
            move(Step::save_fp, fp, Operation::save, owner_);
        } else {
            move(Step::save_el1, return_state, Operation::save, owner_);
        }
        configure(false);
        if (!split_) return;
        move(Step::restore_host_el1, el1, Operation::restore, trace::kHost);
        move(Step::restore_host_fp, fp, Operation::restore, trace::kHost);
        m.begin(Step::return_to_host);
        m.work(6);
        m.eret(trace::kHost, kKernel, kHostEl1);
        m.work(8 + random(4));
    }

    /// From the kernel into the guest, which then does something of its own.
    void enter() {
        if (split_) {
            m.trap(trace::kHost, kHvc, kKernel - 4, kHostEl1);
            move(Step::save_host_el1, el1, Operation::save, trace::kHost);
            move(Step::save_host_fp, fp, Operation::save, trace::kHost);
        }
        configure(true);
        if (split_) {
            move(Step::restore_vgic, vgic, Operation::restore, owner_);
            move(Step::restore_timer, RegisterClass::timer, Operation::restore, owner_);
            move(Step::restore_el1, el1, Operation::restore, owner_);
            move(Step::restore_fp, fp, Operation::restore, owner_);
        } else {
            move(Step::restore_el1, return_state, Operation::restore, owner_);
        }
        m.begin(Step::restore_general_purpose);
        block(callee_saved, Operation::save, trace::kHost);
        block(general, Operation::restore, owner_);
        m.eret(owner_, pc_ + 4, mode_);
        m.work(20 + random(random(8) == 0 ? 5000 : 200));
    }

    void hypercall() {
        trap(kHvc);
        m.begin(Step::handle_exit);
        m.work(20 + random(6));
        m.hypercall(owner_, kUnhandled, random(8), ~u64{0});
        m.work(20);
        m.end(Step::handle_exit);
        enter();
    }

    void device(u64 esr, const payload::mmio& access) {
        trap(esr);
        m.begin(Step::handle_exit);
        m.work(110 + random(60));
        m.emit(access);
        m.end(Step::handle_exit);
        enter();
    }

    void timer() {
        m.emit(payload::timer{123456, owner_, trace::Timer::virtual_timer, trace::TimerChange::expired});
        change(m, kTimer, IrqChange::raised);
        interrupt(kTimer, kTimer);
    }

    /// A physical interrupt brings a virtual one in; by the next trap the guest has taken and ended it.
    void interrupt(u32 physical, u32 intid) {
        trap(0);
        m.begin(Step::handle_interrupt);
        m.emit(payload::physical_irq{physical, owner_});
        m.work(50 + random(30));
        change(m, intid, IrqChange::listed);
        m.emit(payload::list_register{0x5000'0000'0000'0000 | intid | u64{1} << 62, owner_, 0});
        m.end(Step::handle_interrupt);
        enter();
        trap(kHvc);
        m.begin(Step::handle_exit);
        change(m, intid, IrqChange::taken);
        change(m, intid, IrqChange::ended);
        m.hypercall(owner_, kUnhandled, 0, ~u64{0});
        m.end(Step::handle_exit);
        enter();
    }

    void idle() {
        trap(kWfi);
        m.begin(Step::handle_exit);
        m.begin(Step::switch_thread);
        m.emit(payload::schedule{owner_, trace::kHost, trace::SwitchReason::waits});
        m.work(2000 + random(40000));
        m.emit(payload::schedule{trace::kHost, owner_, trace::SwitchReason::waits});
        m.end(Step::switch_thread);
        m.end(Step::handle_exit);
        enter();
    }

    void change(SyntheticMachine& on, u32 intid, IrqChange change) {
        on.emit(payload::virtual_irq{intid, owner_, change});
        on.work(12);
    }

    bool split_;
    Owner owner_;
    u64 random_;
    u64 pc_ = 0x4008'0000;
    u64 mode_ = kGuestEl1;
    u64 versions_[2][kRegisterClassCount] = {};  ///< of the host's and of the guest's registers, by class
};

/// Two CPUs take turns, as under QEMU's -icount.
void play(std::vector<Cpu>& cpus, u64 events) {
    static constexpr u64 kTurn = 8;
    const auto count = [&cpus] {
        u64 sum = 0;
        for (const Cpu& cpu : cpus) sum += cpu.m.events();
        return sum;
    };
    for (std::size_t i = 0; i < cpus.size(); ++i) {
        if (i != 0) cpus[i].m.go_on_after(cpus[i - 1].m);
        cpus[i].start();
    }
    for (u64 turn = 0; count() < events; ++turn) {
        Cpu& cpu = cpus[turn % cpus.size()];
        Cpu& other = cpus[(turn + 1) % cpus.size()];
        if (cpus.size() > 1) cpu.m.go_on_after(other.m);
        for (u64 i = 0; i < kTurn && count() < events; ++i) cpu.operate();
        if (cpus.size() > 1 && turn % 4 == 0) cpu.send_to(other);
    }
}

u64 write(const std::filesystem::path& folder, const std::string& design, u64 events, u32 cpus, u64 seed) {
    std::filesystem::create_directories(folder);
    model::Metadata metadata;
    for (std::size_t i = 0; i < metadata.uuid.size(); ++i) metadata.uuid[i] = static_cast<u8>(i * 13 + design.size());
    metadata.env = {{"format_version", std::to_string(trace::kFormatVersion)},
                    {"design", design},
                    {"e2h", design == "vhe" ? "1" : "0"},
                    {"guest", "large"},
                    {"cpus", std::to_string(cpus)},
                    {"trace_level", "full"},
                    {model::kVmOfVcpuKey, cpus == 1 ? "1" : "1 1"}};
    std::vector<std::unique_ptr<SyntheticMachine>> machines;
    std::vector<Cpu> players;
    for (u32 cpu = 0; cpu < cpus; ++cpu) {
        machines.push_back(std::make_unique<SyntheticMachine>(folder, trace::Level::full, cpu, metadata.uuid));
        players.emplace_back(*machines.back(), design == "split", cpu, seed);
    }
    play(players, events);
    std::string packets;
    u64 written = 0;
    for (const auto& machine : machines) {
        packets += (packets.empty() ? "" : " ") + std::to_string(machine->finish());
        written += machine->events();
    }
    metadata.set(model::kPacketsKey, packets);
    std::ofstream(folder / "metadata", std::ios::binary) << model::make_metadata(metadata);
    return written;
}

}  // namespace
}  // namespace ws::test

int main(int argc, char** argv) {
    CLI::App app("Writes a large trace without a machine");
    std::string folder;
    std::string design = "split";
    ws::u64 events = 10'000'000;
    ws::u64 seed = 1;
    ws::u32 cpus = 1;
    app.add_option("folder", folder, "the trace's folder")->required();
    app.add_option("--design", design)->check(CLI::IsMember({"split", "vhe"}));
    app.add_option("--events", events, "how many, at least (10000000)");
    app.add_option("--seed", seed, "of the mixture of operations");
    app.add_option("--cpus", cpus)->check(CLI::Range(1, 2));
    CLI11_PARSE(app, argc, argv);
    fmt::print("{}\n", ws::test::write(folder, design, events, cpus, seed));
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "guests/lib/exceptions.hpp"
#include "guests/lib/gic.hpp"
#include "guests/lib/guest_pl011.hpp"
#include "guests/lib/guest_psci.hpp"
#include "guests/lib/mmu.hpp"
#include "guests/lib/patterns.hpp"
#include "guests/lib/random.hpp"
#include "guests/lib/smp.hpp"
#include "guests/lib/timer.hpp"

namespace guest {

namespace {

constexpr u64 kPage = 4096;
constexpr u64 kPagesOfCpu = 64;

/// One arming, one interrupt.
struct TimerCount {
    u64 armed, taken, deadline;
    bool running() const { return armed != load(taken); }
};
/// What one CPU has sent to another by the SGI of the sender's number, and what that one has taken.
struct Note {
    u64 sent, taken;
};

struct Cpu {
    PatternedCpu patterned;
    TimerCount one_shot;  ///< virtual timer
    TimerCount periodic;  ///< physical timer, armed again whenever it has gone off
    u64 operations;
};
Cpu cpus[kMaxCpus];
Note notes[kMaxCpus][kMaxCpus];  // by source and target
u64 exits, seed, period;
u64 id_registers[3];
u32 device_words[5];
Barrier barrier;

template <class T>
void on_timer(TimerCount& count) {
    expect(T::count() >= count.deadline, "a timer interrupt before its time, CPU", cpu_index());
    expect(count.armed == count.taken + 1, "more timer interrupts than armings:", count.taken + 1, count.armed);
    T::stop();
    store(count.taken, count.taken + 1);
}

/// Before each operation, and not by the interrupt's own handler: where a handler takes longer than the period, as it
/// may on a host's clock, nothing else would ever have its turn.
void arm_periodic(Cpu& me) {
    IrqMask masked;
    if (me.periodic.running()) return;
    me.periodic.deadline = PhysicalTimer::count() + period;
    ++me.periodic.armed;
    PhysicalTimer::arm_at(me.periodic.deadline);
}

void on_irq(u32 intid) {
    const u64 self = cpu_index();
    Cpu& me = cpus[self];
    if (intid == machine().virtual_timer_intid) {
        on_timer<VirtualTimer>(me.one_shot);
    } else if (intid == machine().physical_timer_intid) {
        on_timer<PhysicalTimer>(me.periodic);
    } else {
        expect(intid < machine().cpus, "interrupt", intid, "that nobody asked for");
        Note& note = notes[intid][self];
        const u64 sent = load(note.sent);
        expect(note.taken + 1 == sent, "SGI from CPU", intid, "to CPU", self, "taken", note.taken, "sent", sent);
        store(note.taken, sent);
    }
    gic::end(intid);
}

void arm_one_shot(Cpu& me, u64 wait) {
    if (me.one_shot.running()) return;
    me.one_shot.deadline = VirtualTimer::count() + wait;
    ++me.one_shot.armed;
    VirtualTimer::arm_at(me.one_shot.deadline);
}

void send_sgi(u64 self, u64 target) {
    Note& note = notes[self][target];
    if (load(note.taken) != note.sent) return;
    store(note.sent, note.sent + 1);
    gic::send_sgi(static_cast<u32>(self), target);
}

void wait_for_interrupt(Cpu& me, Random& random) {
    IrqMask masked;
    arm_one_shot(me, 100 + random.below(5000));
    // Whatever woke it is taken when interrupts are unmasked again.
    asm volatile("wfi" ::: "memory");
}

void spin_with_patterns(Cpu& me, Random& random) {
    me.patterned.fill(random.next());
    me.patterned.spin(1 + random.below(1000));
    me.patterned.verify(me.operations);
}

const u64 kDeviceOffsets[] = {gic::kTyper, gic::kIidr, gic::kPidr2};

void read_words(u32 (&words)[5]) {
    for (u64 i = 0; i < 3; ++i) words[i] = mmio_read(machine().distributor + kDeviceOffsets[i]);
    words[3] = mmio_read(gic::redistributor(0) + gic::kPidr2);
    words[4] = uart::read(uart::kPeripheralId);
}

void use_devices(u64 self, Random& random) {
    if (random.one_in(2)) {
        u32 words[5];
        read_words(words);
        for (u64 i = 0; i < 5; ++i)
            expect(words[i] == device_words[i], "device word", i, "was", hex(device_words[i]), "and is", hex(words[i]));
        return;
    }
    // Four SPIs for each CPU, which nothing raises.
    const u64 at = machine().distributor + gic::kIpriorityr + 40 + 4 * self;
    const u32 value = static_cast<u32>(random.next()) & 0xf8f8'f8f8;
    mmio_write(at, value);
    expect(mmio_read(at) == value, "priorities were set to", hex(value), "and are", hex(mmio_read(at)));
}

void read_ids(u64 (&ids)[3]) {
    ids[0] = ws::hw::read<ws::reg::ID_AA64PFR0_EL1>();
    ids[1] = ws::hw::read<ws::reg::ID_AA64MMFR0_EL1>();
    ids[2] = ws::hw::read<ws::reg::MIDR_EL1>();
}

void check_ids() {
    u64 ids[3];
    read_ids(ids);
    for (u64 i = 0; i < 3; ++i)
        expect(ids[i] == id_registers[i], "ID register", i, "was", hex(id_registers[i]), "and is", hex(ids[i]));
}

void call(u64 self) {
    constexpr u64 kUnknown = 0xC600'FFFF;
    expect(hvc(kUnknown) == kNotSupported, "an unknown call did not return NOT_SUPPORTED");
    expect(psci::call(psci::Function::affinity_info, machine().mpidr[self], 0) == psci::kOn,
           "AFFINITY_INFO of this CPU");
}

void use_memory(u64 self, Random& random) {
    const u64 page =
        ((free_start() + 0xf'ffff) & ~u64{0xf'ffff}) + (self * kPagesOfCpu + random.below(kPagesOfCpu)) * kPage;
    auto& word = *reinterpret_cast<volatile u64*>(page + random.below(kPage / 8) * 8);
    const u64 value = random.next();
    word = value;
    expect(word == value, "memory at", hex(page), "was", hex(value), "and is", hex(word));
    if (!machine().hypervisor || !random.one_in(4)) return;
    expect(hypercall(Hypercall::memory_release, page, kPage) == 0, "memory_release of", hex(page), "failed");
    expect(word == 0, "memory that was given back is", hex(word));
}

void do_something(u64 self, Random& random) {
    Cpu& me = cpus[self];
    switch (random.below(9)) {
        case 0: {
            IrqMask masked;
            arm_one_shot(me, random.below(3000));
            break;
        }
        case 1: send_sgi(self, self); break;
        case 2:
        case 3: send_sgi(self, random.below(machine().cpus)); break;
        case 4: spin_with_patterns(me, random); break;
        case 5: use_devices(self, random); break;
        case 6: random.one_in(2) ? check_ids() : call(self); break;
        case 7: use_memory(self, random); break;
        default: wait_for_interrupt(me, random); break;
    }
}

void run(u64 self) {
    gic::init_cpu();
    for (u32 i = 0; i < machine().cpus; ++i) gic::enable(i);
    gic::enable(machine().virtual_timer_intid);
    gic::enable(machine().physical_timer_intid);
    Cpu& me = cpus[self];
    barrier.wait(machine().cpus);
    unmask_irq();
    Random random(seed * 1000 + self);
    for (me.operations = 0; me.operations < exits; ++me.operations) {
        arm_periodic(me);
        do_something(self, random);
    }
    wait_until([&] { return !me.one_shot.running() && !me.periodic.running(); }, "the last timers");
    for (u64 target = 0; target < machine().cpus; ++target) {
        wait_until([&] { return load(notes[self][target].taken) == notes[self][target].sent; }, "the last SGIs");
    }
    barrier.wait(machine().cpus);
}

void report() {
    u64 one_shot = 0;
    u64 periodic = 0;
    u64 sgis = 0;
    for (u64 i = 0; i < machine().cpus; ++i) {
        one_shot += cpus[i].one_shot.taken;
        periodic += cpus[i].periodic.taken;
        for (const Note& note : notes[i]) sgis += note.taken;
    }
    print("guest: ", exits, " operations on each of ", machine().cpus, " CPUs; ", one_shot, " one-shot and ", periodic,
          " periodic timer interrupts, ", sgis, " SGIs\n");
}

}  // namespace

u64 main() {
    exits = number_argument("exits", 2000);
    seed = seed_argument();
    period = number_argument("period", 20'000);
    turn_on_mmu();
    set_irq_handler(on_irq);
    gic::init_distributor();
    read_words(device_words);
    read_ids(id_registers);
    start_other_cpus(run);
    run(0);
    report();
    return 0;
}

}  // namespace guest

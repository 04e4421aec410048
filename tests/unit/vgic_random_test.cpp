// SPDX-License-Identifier: Apache-2.0
// The virtual GIC against the architecture's state machine: long random runs of guests, devices and registers.
#include <cstdio>
#include <deque>
#include <random>
#include <string>

#include "tests/unit/catch.hpp"
#include "tests/unit/vgic_cpu_interface.hpp"
#include "tests/unit/vgic_reference.hpp"

using namespace ws;
using namespace ws::test;
using vgic::Frame;
using vgic::InterruptController;

namespace {

constexpr u32 kLinked[] = {27, 30};
/// Interrupts that much happens to, so that they meet in all their states.
constexpr u32 kBusy[] = {0, 1, 2, 7, 15, 20, 27, 30, 32, 33, 34, 35, 40, 63, 64, 95, 200, 287};

struct Bits {
    u32 base;
    const char* name;
};
constexpr Bits kBitRegisters[] = {{0x080, "IGROUPR"}, {0x100, "ISENABLER"}, {0x180, "ICENABLER"}, {0x200, "ISPENDR"},
                                  {0x280, "ICPENDR"}, {0x300, "ISACTIVER"}, {0x380, "ICACTIVER"}};

/// What one guest has in its hands.
struct Guest {
    VirtualCpuInterface interface;
    bool entered = false;
    bool waiting = false;
    struct Taken {
        u32 intid, group;
    };
    std::vector<Taken> taken;
    std::vector<u32> dropped;
};

class World {
  public:
    /// `one_group`: all interrupts stay in group 1, so the order must hold between exits as well.
    World(u32 seed, u32 vcpus, bool one_group)
        : seed_(seed), random_(seed), vcpus_(vcpus), one_group_(one_group), guests_(vcpus), reference_(vcpus) {
        for (const u32 intid : kLinked) gic_.link(intid, intid);
        gic_.reset(vcpus);
        group_all();
        write(Frame::distributor, 0, 0, 4, 3);
        reference_.group_on[0] = reference_.group_on[1] = true;
    }

    void run(u32 steps) {
        for (step_ = 0; step_ < steps && !failed_; step_++) {
            step();
            attend();
            if (step_ % 997 == 0) compare_all();
        }
        if (!failed_) compare_all();
        INFO("seed " << seed_ << ", step " << step_ << ": " << failure_ << "\nbefore it:\n" << tail());
        CHECK(!failed_);
        CHECK(acknowledged_ > steps / 50);
        CHECK(overflows_ > steps / 200);
        CHECK((lazily_ > steps / 200 || !one_group_));
    }

  private:
    u32 pick(u32 below) { return static_cast<u32>(random_() % below); }
    bool chance(u32 percent) { return pick(100) < percent; }
    u32 any_vcpu() { return pick(vcpus_); }
    u32 any_intid() { return chance(85) ? kBusy[pick(std::size(kBusy))] : pick(288); }
    static bool is_linked(u32 intid) { return intid == 27 || intid == 30; }

    void log(const std::string& line) {
        history_.push_back(std::to_string(step_) + ": " + line);
        if (history_.size() > 40) history_.pop_front();
    }
    std::string tail() const {
        std::string all;
        for (const std::string& line : history_) all += line + "\n";
        return all;
    }
    void fail(const std::string& what) {
        if (!failed_) failure_ = what;
        failed_ = true;
    }
    void expect(bool right, const std::string& what) {
        if (!right) fail(what);
    }
    static std::string text(const char* what, u32 a, u32 b = 0, u64 c = 0) {
        char buffer[120];
        std::snprintf(buffer, sizeof(buffer), "%s %u %u 0x%llx", what, a, b, static_cast<unsigned long long>(c));
        return buffer;
    }

    // --- what the kernel does ---

    void sync(u32 v) {
        Guest& guest = guests_[v];
        if (!guest.entered) return;
        gic_.sync(v, guest.interface.lr, guest.interface.hcr);
        guest.entered = false;
        expect(Hcr::EOIcount.get(guest.interface.hcr) == 0, "EOIcount stays");
    }
    void enter(u32 v) {
        Guest& guest = guests_[v];
        guest.waiting = false;
        const bool expected = gic_.has_work(v);
        const u32 used = gic_.flush(v, guest.interface.lr, guest.interface.hcr);
        guest.entered = true;
        expect(expected == (used != 0), text("has_work", v, used));
        for (u32 i = 0; i < vgic::kListRegisters; i++) {
            expect((state_of(guest.interface.lr[i]) != 0) == (used >> i & 1), "mask of list registers");
        }
        expect(!guest.interface.maintenance(), text("maintenance interrupt at once", v));
        overflows_ += Hcr::UIE.get(guest.interface.hcr) || Hcr::LRENPIE.get(guest.interface.hcr);
    }
    /// Kicks and wakes, and takes maintenance interrupts; who waits must not miss anything.
    void attend() {
        u32 rounds = 0;
        for (bool again = true; again && !failed_; rounds++) {
            expect(rounds < 100, "kicks and maintenance interrupts without end");
            // What a vCPU brings back from its guest may be work for another one.
            const u32 work = gic_.take_work();
            again = work != 0;
            for (u32 v = 0; v < vcpus_; v++) {
                Guest& guest = guests_[v];
                if (guest.entered && ((work >> v & 1) || guest.interface.maintenance())) {
                    sync(v);
                    enter(v);
                    again = true;
                }
                if (work >> v & 1) guest.waiting = false;
            }
        }
        for (u32 v = 0; v < vcpus_; v++) {
            if (guests_[v].waiting) expect(!reference_.signals(v), text("vCPU not woken", v, reference_.best(v)));
        }
    }
    void leave_for_access(Frame frame, u32 frame_vcpu, u32 offset, u32 bytes) {
        const u32 self = any_vcpu();
        sync(self);
        const u32 holders = gic_.holders(frame, frame_vcpu, offset, bytes, self);
        expect(!(holders >> self & 1), "holders without the one who asks");
        for (u32 v = 0; v < vcpus_; v++) {
            if (holders >> v & 1) sync(v);
        }
    }
    void write(Frame frame, u32 frame_vcpu, u32 offset, u32 bytes, u64 value) {
        log(text(frame == Frame::distributor ? "write GICD" : "write GICR", frame_vcpu, offset, value));
        leave_for_access(frame, frame_vcpu, offset, bytes);
        expect(gic_.write(frame, frame_vcpu, offset, bytes, value), text("write refused", offset, bytes));
    }
    u64 read(Frame frame, u32 frame_vcpu, u32 offset, u32 bytes) {
        leave_for_access(frame, frame_vcpu, offset, bytes);
        u64 value = 0;
        expect(gic_.read(frame, frame_vcpu, offset, bytes, value), text("read refused", offset, bytes));
        return value;
    }
    static Frame frame_of(u32 intid) { return intid < 32 ? Frame::redistributor : Frame::distributor; }
    static u32 base_of(u32 intid) { return intid < 32 ? 0x1'0000 : 0; }

    // --- registers, on both sides ---

    void group_all() {
        for (u32 v = 0; v < vcpus_; v++) {
            for (u32 word = 0; word < 9; word++) {
                if (v == 0 || word == 0) write_bits(0, v, word, ~u32{0});
            }
        }
    }
    void write_bits(u32 which, u32 v, u32 word, u32 value) {
        const u32 first = word * 32;
        write(frame_of(first), v, base_of(first) + kBitRegisters[which].base + word * 4, 4, value);
        for (u32 i = 0; i < 32; i++) {
            auto& it = reference_.at(v, first + i);
            const bool bit = value >> i & 1;
            if (which == 0) it.group1 = bit;
            if (!bit) continue;
            if (which == 1) it.enabled = true;
            if (which == 2) it.enabled = false;
            if (which == 3) it.latch = true;
            if (which == 4) it.latch = false;
            if (which == 5 && !it.active) {
                it.active = true;
                it.holder = first == 0 ? v : it.route < vcpus_ ? static_cast<u32>(it.route) : 0;
            }
            if (which == 6) it.active = false;
        }
    }
    u32 expected_bits(u32 which, u32 v, u32 word) {
        u32 value = 0;
        for (u32 i = 0; i < 32; i++) {
            const auto& it = reference_.at(v, word * 32 + i);
            const bool bits[] = {it.group1, it.enabled, it.enabled, it.pending(), it.pending(), it.active, it.active};
            value |= u32{bits[which]} << i;
        }
        return value;
    }
    void check_bits(u32 which, u32 v, u32 word) {
        const u32 first = word * 32;
        const u64 value = read(frame_of(first), v, base_of(first) + kBitRegisters[which].base + word * 4, 4);
        const u32 expected = expected_bits(which, v, word);
        expect(value == expected, std::string(kBitRegisters[which].name) + text("", v, word, value ^ expected));
    }
    void write_priority(u32 v, u32 intid, u32 bytes, u32 value) {
        intid &= ~(bytes - 1);
        write(frame_of(intid), v, base_of(intid) + 0x400 + intid, bytes, value);
        for (u32 i = 0; i < bytes; i++) reference_.at(v, intid + i).priority = value >> (8 * i) & 0xf8;
    }
    void check_priority(u32 v, u32 intid, u32 bytes) {
        intid &= ~(bytes - 1);
        u64 expected = 0;
        for (u32 i = 0; i < bytes; i++) expected |= u64{reference_.at(v, intid + i).priority} << (8 * i);
        const u64 value = read(frame_of(intid), v, base_of(intid) + 0x400 + intid, bytes);
        expect(value == expected, text("IPRIORITYR", v, intid, value));
    }
    void write_configuration(u32 v, u32 intid, u32 value) {
        intid &= ~15U;
        write(frame_of(intid), v, base_of(intid) + 0xc00 + intid / 4, 4, value);
        for (u32 i = 0; i < 16; i++) {
            if (intid >= 16 && !is_linked(intid + i)) reference_.at(v, intid + i).edge = value >> (2 * i + 1) & 1;
        }
    }
    void check_configuration(u32 v, u32 intid) {
        intid &= ~15U;
        u64 expected = 0;
        for (u32 i = 0; i < 16; i++) expected |= u64{reference_.at(v, intid + i).edge} << (2 * i + 1);
        expect(read(frame_of(intid), v, base_of(intid) + 0xc00 + intid / 4, 4) == expected, text("ICFGR", v, intid));
    }
    void write_route(u32 intid) {
        const u64 route = chance(90) ? any_vcpu() : chance(50) ? vcpus_ : 0x1'0000'0000;
        const u32 offset = 0x6000 + 8 * intid;
        if (chance(50)) {
            write(Frame::distributor, 0, offset, 8, route | 1ULL << 31);
            reference_.at(0, intid).route = route;
        } else {
            const u64 old = reference_.at(0, intid).route;
            write(Frame::distributor, 0, offset, 4, route);
            reference_.at(0, intid).route = (old & ~0xffff'ffffULL) | (route & 0xffff'ffff);
            write(Frame::distributor, 0, offset + 4, 4, route >> 32);
            reference_.at(0, intid).route = route;
        }
    }
    void check_route(u32 intid) {
        expect(read(Frame::distributor, 0, 0x6000 + 8 * intid, 8) == reference_.at(0, intid).route,
               text("IROUTER", intid));
    }

    void compare_all() {
        for (u32 v = 0; v < vcpus_; v++) sync(v);
        for (u32 v = 0; v < vcpus_; v++) {
            for (u32 word = 0; word < 9; word++) {
                for (u32 which = 0; which < std::size(kBitRegisters); which++) check_bits(which, v, word);
            }
            for (u32 intid = 0; intid < 288; intid++) {
                const auto& it = reference_.at(v, intid);
                expect(gic_.is_active(v, intid) == it.active && gic_.is_pending(v, intid) == it.pending() &&
                           gic_.is_enabled(v, intid) == it.enabled && gic_.line(v, intid) == it.line,
                       text("state of", v, intid));
                if (intid % 4 == 0) check_priority(v, intid, 4);
                if (intid % 16 == 0) check_configuration(v, intid);
                if (intid >= 32) check_route(intid);
            }
            expect(gic_.would_signal(v, guests_[v].interface.vmcr()) == reference_.signals(v), text("would_signal", v));
        }
    }

    // --- what the guests and the devices do ---

    void acknowledge(u32 v) {
        Guest& guest = guests_[v];
        // As it is since the last entry, where nothing may have been missed; or after an exit.
        const bool lazy = guest.entered && one_group_ && chance(70);
        if (!lazy) {
            sync(v);
            enter(v);
        }
        u32 group = 0;
        const u32 intid = guest.interface.acknowledge(group);
        const u32 expected = reference_.acknowledge(v);
        log(text(lazy ? "acknowledge, no exit" : "acknowledge", v, intid));
        expect(intid == expected, text("acknowledged, but expected", intid, expected));
        if (intid == kSpurious) return;
        guest.taken.push_back({intid, group});
        acknowledged_++;
        lazily_ += lazy;
    }

    /// Can the guest end this one, given that an end without a list register is only counted?
    bool can_deactivate(u32 v, u32 intid) {
        const auto& it = reference_.at(v, intid);
        if (!it.active || it.holder != v) return false;
        if (guests_[v].interface.has(intid)) return true;
        for (u32 other = 0; other < 288; other++) {
            const auto& that = reference_.at(v, other);
            if (!that.active || that.holder != v || guests_[v].interface.has(other)) continue;
            if (that.priority < it.priority || (that.priority == it.priority && other < intid)) return false;
        }
        return true;
    }
    void ended(u32 v, u32 intid) {
        reference_.at(v, intid).active = false;
        if (!is_linked(intid)) return;
        sync(v);
        set_line(v, intid, chance(40));
    }
    void end(u32 v) {
        Guest& guest = guests_[v];
        if (guest.taken.empty()) return;
        if (!guest.entered) enter(v);
        const auto [intid, group] = guest.taken.back();
        guest.taken.pop_back();
        guest.interface.eoi_mode = chance(25) || !can_deactivate(v, intid);
        log(text(guest.interface.eoi_mode ? "drop" : "end", v, intid));
        guest.interface.end(intid, group);
        reference_.cpu(v).running.pop_back();
        if (guest.interface.eoi_mode) {
            guest.dropped.push_back(intid);
        } else {
            ended(v, intid);
        }
    }
    void deactivate(u32 v) {
        Guest& guest = guests_[v];
        if (guest.dropped.empty()) return;
        if (!guest.entered) enter(v);
        const u32 at = pick(static_cast<u32>(guest.dropped.size()));
        const u32 intid = guest.dropped[at];
        if (!can_deactivate(v, intid) && reference_.at(v, intid).active && reference_.at(v, intid).holder == v) return;
        guest.dropped.erase(guest.dropped.begin() + at);
        if (!can_deactivate(v, intid)) return;
        log(text("deactivate", v, intid));
        guest.interface.deactivate(intid);
        ended(v, intid);
    }
    void set_line(u32 v, u32 intid, bool high) {
        log(text(high ? "raise" : "lower", v, intid));
        gic_.set_line(v, intid, high);
        reference_.set_line(v, intid, high);
        // It may be in a list register already. The reference has no such thing, so neither may this guest.
        if (high) return;
        for (u32 i = 0; i < vcpus_; i++) {
            if (guests_[i].entered && guests_[i].interface.has(intid)) sync(i);
        }
    }
    void send_sgi(u32 from) {
        const u32 intid = pick(4) * 5, list = pick(1U << vcpus_), group = one_group_ ? 1 : pick(2);
        const bool others = chance(20);
        log(text("SGI", from, intid, list));
        gic_.send_sgi(from, u64{others} << 40 | intid << 24 | list,
                      group ? vgic::SgiGroup::group1 : vgic::SgiGroup::group0);
        for (u32 v = 0; v < vcpus_; v++) {
            if (!(others ? v != from : (list >> v & 1) != 0)) continue;
            if (group == 1 || !reference_.at(v, intid).group1) reference_.at(v, intid).latch = true;
        }
    }
    void change_interface(u32 v) {
        VirtualCpuInterface& interface = guests_[v].interface;
        auto& cpu = reference_.cpu(v);
        guests_[v].waiting = false;
        interface.pmr = cpu.pmr = chance(70) ? 0xf8 : pick(32) * 8;
        const u32 group = pick(2);
        if (!one_group_) interface.group_on[group] = cpu.group_on[group] = chance(80);
        // Changing the binary point while something runs gives no defined order (IHI 0069 4.8.2).
        if (cpu.running.empty()) interface.subpriority_bits[group] = cpu.subpriority_bits[group] = 3 + pick(4);
        log(text("PMR", v, interface.pmr));
    }
    void wait(u32 v) {
        if (!guests_[v].taken.empty()) return;
        sync(v);
        guests_[v].waiting = !gic_.would_signal(v, guests_[v].interface.vmcr());
    }
    void touch_register() {
        const u32 v = any_vcpu(), intid = any_intid(), word = intid / 32;
        switch (pick(14)) {
            case 0: return check_bits(pick(7), v, word);
            case 1: return check_priority(v, intid, chance(50) ? 1 : 4);
            case 2: return check_configuration(v, intid);
            case 3: return intid >= 32 ? check_route(intid) : void();
            case 4: return write_priority(v, intid, chance(50) ? 1 : 4, static_cast<u32>(random_()));
            case 5: return chance(30) ? write_configuration(v, intid, static_cast<u32>(random_())) : void();
            case 6: return intid >= 32 ? write_route(intid) : void();
            case 7: return one_group_ ? void() : write_bits(0, v, word, static_cast<u32>(random_() | random_()));
            case 8:
                if (!chance(20)) return;
                {
                    const u32 enables = pick(4) | pick(4);
                    write(Frame::distributor, 0, 0, 4, enables);
                    reference_.group_on[0] = enables & 1;
                    reference_.group_on[1] = enables & 2;
                    // Nobody need leave the guest at once for this; the reference does not wait.
                    for (u32 i = 0; i < vcpus_; i++) sync(i);
                    return;
                }
            default: break;
        }
        constexpr u32 kKinds[] = {1, 1, 1, 1, 2, 3, 3, 3, 4, 5, 6, 6};
        u32 bits = 1U << (intid % 32);
        if (chance(40)) bits |= static_cast<u32>(random_() & random_());
        const u32 which = kKinds[pick(std::size(kKinds))];
        if (which == 5) bits &= 1U << (intid % 32);
        write_bits(which, v, word, bits);
    }
    void step() {
        const u32 v = any_vcpu();
        switch (pick(20)) {
            case 0:
            case 1: return touch_register();
            case 2:
            case 3:
            case 4: {
                const u32 intid = any_intid();
                if (intid < 16) return;
                // The kernel leaves a linked interrupt's line alone while the guest has it.
                if (is_linked(intid) && reference_.at(v, intid).active) return;
                if (is_linked(intid)) sync(v);
                return set_line(v, intid, chance(50));
            }
            case 5: return send_sgi(v);
            case 6: return chance(30) ? change_interface(v) : void();
            case 7: return sync(v);
            case 8: return wait(v);
            case 9: return deactivate(v);
            case 10:
            case 11:
            case 12:
            case 13:
            case 14: return end(v);
            default: return acknowledge(v);
        }
    }

    u32 seed_;
    std::mt19937 random_;
    u32 vcpus_;
    bool one_group_;
    std::vector<Guest> guests_;
    ReferenceGic reference_;
    InterruptController gic_;
    u32 step_ = 0, acknowledged_ = 0, overflows_ = 0, lazily_ = 0;
    bool failed_ = false;
    std::string failure_;
    std::deque<std::string> history_;
};

}  // namespace

TEST_CASE("the virtual GIC does what the architecture's state machine does") {
    for (u32 seed = 1; seed <= 8; seed++) {
        World(seed, 1 + seed % 4, seed % 2 != 0).run(40'000);
    }
    World(99, 8, false).run(20'000);
}

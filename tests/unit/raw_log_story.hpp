// SPDX-License-Identifier: Apache-2.0
// A raw log as QEMU's plugin writes it, of a small KVM without VHE with functions at made-up addresses.
#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <vector>

#include "viewer/model/peers/raw_log.hpp"

namespace ws::test {

/// Where nVHE's functions are at EL2: what its symbols are moved by.
inline constexpr u64 kNvheOffset = 0x1000'0000'0000;

/// Symbols of this KVM; `more` are further lines.
inline std::string nvhe_symbols(const std::string& more = "") {
    return "0000000000010000 T kvm_arch_vcpu_ioctl_run\n"
           "0000000000011000 t kvm_vgic_sync_hwstate\n"
           "0000000000020000 T __kvm_nvhe___kvm_hyp_host_vector\n"
           "0000000000020800 T __kvm_nvhe___kvm_hyp_vector\n"
           "0000000000021000 T __kvm_nvhe___guest_exit\n"
           "0000000000021100 T __kvm_nvhe___guest_enter\n"
           "0000000000021200 T __kvm_nvhe___sysreg_save_state_nvhe\n"
           "0000000000021300 T __kvm_nvhe___sysreg_restore_state_nvhe\n"
           "0000000000021400 t __kvm_nvhe___deactivate_traps.isra.0\n"
           "0000000000021500 T __kvm_nvhe___kvm_vcpu_run\n"
           "0000000000021600 T __kvm_nvhe___host_exit\n"
           "0000000000021700 T __kvm_nvhe___host_enter\n"
           "0000000000021800 t __kvm_nvhe_handle_trap\n" +
           more;
}

class RawLogStory {
  public:
    static constexpr u64 kGuestHcr = 0x8000'0001;  // RW, VM
    static constexpr u64 kHostHcr = 0x8000'0000;
    static constexpr u64 kEl1h = 0x3c5;
    static constexpr u64 kVmpidr = 0x8000'0000;
    static constexpr u64 kVcpu = 0x9000'0000;  ///< its structure
    static constexpr u64 kHostContext = 0x7000'0000;

    RawLogStory() : words{raw::kRawMagic, raw::kRawVersion} {}

    void put(raw::Kind kind, std::initializer_list<u64> values, std::size_t general = 0) {
        const std::size_t count = values.size() + general;
        words.push_back(raw::header(kind, cpu, count, elapsed));
        words.insert(words.end(), values);
        for (std::size_t i = 0; i < general; ++i) words.push_back(x[i]);
        elapsed = 0;
    }
    void work(u64 instructions) { elapsed += instructions; }

    void begin() {
        put(raw::Kind::window_begin, {1000, 0x4000'0000});
        put(raw::Kind::place, {1, 1, kGuestHcr, kVmpidr, 0, 0x4000'0000});
    }
    void mark(u64 what, u64 argument, const char* name) {
        u64 text[4] = {};
        for (std::size_t i = 0; name[i] != 0; ++i) text[i / 8] |= static_cast<u64>(name[i]) << i % 8 * 8;
        put(raw::Kind::mark, {what, argument, text[0], text[1], text[2], text[3]});
    }
    void exception(u64 vector, u64 esr, u64 elr, u64 spsr, u64 hcr, u64 far = 0, u64 hpfar = 0) {
        put(raw::Kind::exception, {vector, 2, esr, elr, spsr, far, hpfar, hcr, kVmpidr, 0}, raw::kGeneralRegisters);
    }
    void eret(u64 elr, u64 spsr, u64 hcr) {
        put(raw::Kind::exception_return, {at(0x21150), 2, elr, spsr, hcr, kVmpidr, 0}, raw::kGeneralRegisters);
    }
    void branch(u64 from, u64 to, raw::Branch how, u64 x0 = 0, u64 x1 = 0) {
        put(raw::Kind::branch, {from, to, static_cast<u64>(how), x0, x1});
    }
    void call(u64 from, u64 to, u64 x0 = 0) { branch(at(from), at(to), raw::Branch::call, x0); }
    void back(u64 from, u64 to) { branch(at(from), at(to), raw::Branch::back); }
    void save(SysregId id, u64 value, u64 address) {
        put(raw::Kind::read, {at(0x21210), raw::encoding(id), value});
        work(1);
        put(raw::Kind::stored, {at(0x21214), raw::encoding(id), address});
    }
    void write(SysregId id, u64 value, u64 address = 0) {
        put(raw::Kind::write, {at(0x21310), raw::encoding(id), value, address});
        work(1);
    }
    static u64 at(u64 symbol) { return symbol + kNvheOffset; }

    /// Out of the guest by a hypercall, to the host, and back in.
    void hypercall() {
        x[0] = 0xc600'ffff;
        exception(at(0x20c00), 0x5a00'0000, 0x4000'0008, kEl1h, kGuestHcr);
        work(10);
        branch(at(0x20c10), at(0x21000), raw::Branch::jump, 2, kVcpu);
        work(20);
        put(raw::Kind::read, {at(0x21010), raw::encoding(SysregId::SP_EL0), 77});
        put(raw::Kind::general, {at(0x21020), 2}, raw::kGeneralRegisters);
        back(0x21030, 0x21580);
        work(5);
        call(0x21584, 0x21200, kVcpu + 0x100);
        work(3);
        save(SysregId::TTBR0_EL1, guest_ttbr0, kVcpu + 0x200);
        back(0x21220, 0x21588);
        call(0x2158c, 0x21400);
        work(2);
        write(SysregId::HCR_EL2, kHostHcr);
        back(0x21420, 0x21590);
        work(4);
        call(0x21594, 0x21300, kHostContext);
        write(SysregId::TTBR0_EL1, 22, kHostContext + 0x200);
        back(0x21320, 0x21598);
        back(0x2159c, 0x21810);
        branch(at(0x21820), at(0x21700), raw::Branch::back);
        put(raw::Kind::general, {at(0x21710), 2}, raw::kGeneralRegisters);
        eret(0x10040, kEl1h, kHostHcr);
        work(6);
        host();
        enter();
    }
    void host() {
        branch(0x10044, 0x11000, raw::Branch::call);
        work(7);
        branch(0x11010, 0x10048, raw::Branch::back);
        work(8);
    }
    void enter() {
        exception(at(0x20400), 0x5a00'0000, 0x1004c, kEl1h, kHostHcr);
        work(2);
        branch(at(0x20410), at(0x21600), raw::Branch::conditional);
        put(raw::Kind::general, {at(0x21610), 1}, raw::kGeneralRegisters);
        call(0x21620, 0x21800);
        call(0x21804, 0x21500, kVcpu);
        work(1);
        call(0x21504, 0x21200, kHostContext);
        save(SysregId::TTBR0_EL1, 22, kHostContext + 0x200);
        back(0x21220, 0x21508);
        call(0x2150c, 0x21300, kVcpu + 0x100);
        write(SysregId::TTBR0_EL1, guest_ttbr0, kVcpu + 0x200);
        back(0x21320, 0x21510);
        work(3);
        write(SysregId::VTTBR_EL2, 5);
        work(2);
        write(SysregId::HCR_EL2, kGuestHcr);
        call(0x21530, 0x21100, kVcpu);
        put(raw::Kind::general, {at(0x21110), 1}, raw::kGeneralRegisters);
        put(raw::Kind::write, {at(0x21120), raw::encoding(SysregId::SP_EL0), 77, kVcpu + 0x1f8});
        work(9);
        x[0] = ~u64{0};
        eret(0x4000'0008, kEl1h, kGuestHcr);
        work(4);
    }

    std::vector<u64> words;
    unsigned cpu = 0;
    u64 elapsed = 0;
    u64 guest_ttbr0 = 11;
    std::array<u64, raw::kGeneralRegisters> x{};
};

}  // namespace ws::test

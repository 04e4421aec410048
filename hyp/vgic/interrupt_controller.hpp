// SPDX-License-Identifier: Apache-2.0
// The virtual GICv3 of one VM (Arm IHI 0069): distributor, redistributors, and
// what goes into the list registers. A pure state machine. It knows no lock, no
// CPU and no hardware: the caller holds the VM's lock and moves the registers.
//
// The life of an interrupt: set_line or send_sgi makes it pending; flush puts
// it into a list register; the guest takes and ends it there without leaving;
// sync reads back what the guest did. Between flush and sync the list register
// is the truth about that interrupt: who reads or changes it asks holders()
// first.
#pragma once

#include "../arch/types.hpp"
#include "bank.hpp"
#include "trace_hooks.hpp"

namespace ws::vgic {

inline constexpr u32 kListRegisters = 4;
inline constexpr u32 kPrivate = 32;
/// As many as QEMU's virt has: 32 private ones and 256 SPIs.
inline constexpr u32 kIntIds = 288;
inline constexpr u32 kMaxVcpus = 8;
inline constexpr u32 kBanks = kIntIds / kBankInterrupts;
inline constexpr u32 kSgis = 16;

enum class Frame : u8 { distributor, redistributor };
enum class SgiGroup : u8 { group0, group1 };

class InterruptController {
  public:
    /// Power-on state of a machine of so many vCPUs; vCPU i has MPIDR_EL1.Aff0 =
    /// i. All lines are low. Links stay.
    void reset(u32 vcpus);
    /// What trace_hooks.hpp is to call vCPU 0; the others follow.
    void name_vcpus(u32 first) { first_name_ = first; }
    /// The vCPU's redistributor, SGIs and PPIs as after power-on. SPIs keep their
    /// state.
    void reset_vcpu(u32 vcpu);
    /// PPI `intid` of every vCPU stands for a physical interrupt: the guest's end
    /// of it ends that one (ICH_LRn_EL2.HW). It is level-sensitive. When the
    /// guest has ended it its line counts as low, until set_line says otherwise:
    /// if the device still asserts it, the physical interrupt comes again. While
    /// is_active(), leave its line high: an end that no list register saw
    /// (EOIcount, GICR_ICACTIVER0) leaves the physical interrupt active, and one
    /// more delivery ends it.
    void link(u32 intid, u32 physical);

    /// The wire of a PPI of `vcpu`, or of an SPI (any `vcpu`).
    void set_line(u32 vcpu, u32 intid, bool high);
    /// A write of ICC_SGI1R_EL1 (group1), or of ICC_SGI0R_EL1 or ICC_ASGI1R_EL1
    /// (group0), by vCPU `from`.
    void send_sgi(u32 from, u64 icc_sgi1r, SgiGroup group);

    /// Takes back what the guest did: ICH_LRn_EL2 and ICH_HCR_EL2 as read after
    /// it ran. Clears EOIcount in `hcr`.
    void sync(u32 vcpu, const u64* lr, u64& hcr);
    /// The guest wrote ICC_DIR_EL1, which traps while an active interrupt is in no list register (ICH_HCR_EL2.TDIR).
    /// For a vCPU that is synced.
    void deactivate_by_guest(u32 vcpu, u32 intid);
    /// Fills the list registers and sets En and the maintenance interrupts in
    /// `hcr`, whose other bits stay. Returns the mask of list registers in use.
    /// If the guest did not run since the last flush, there is no need of sync
    /// before this one.
    u32 flush(u32 vcpu, u64* lr, u64& hcr);
    /// Would flush() fill a list register?
    bool has_work(u32 vcpu) const {
        const Vcpu& v = vcpus_[vcpu];
        return v.hint != 0 && (v.in_use != 0 || has_candidate(v));
    }
    /// Is there an interrupt that a virtual CPU interface with this ICH_VMCR_EL2
    /// would signal? For a vCPU that is synced.
    bool would_signal(u32 vcpu, u64 vmcr) const;

    bool is_active(u32 vcpu, u32 intid) const { return bank(vcpu, intid).active & bit_of(intid); }
    bool is_pending(u32 vcpu, u32 intid) const;
    bool is_enabled(u32 vcpu, u32 intid) const { return bank(vcpu, intid).enabled & bit_of(intid); }
    bool line(u32 vcpu, u32 intid) const { return bank(vcpu, intid).line & bit_of(intid); }

    /// Which vCPUs but `except` have interrupts in their list registers that this
    /// access is about? They must leave their guests and sync() before it.
    u32 holders(Frame frame, u32 frame_vcpu, u32 offset, u32 bytes, u32 except) const;
    /// An access of the guest; a redistributor is that of `frame_vcpu`, RD_base
    /// and then SGI_base. What is no access to a register, by its size, its
    /// alignment or its place, reads as zero and ignores writes. False: it is
    /// beyond the frame, or there is no such vCPU.
    bool read(Frame frame, u32 frame_vcpu, u32 offset, u32 bytes, u64& value) {
        return frame == Frame::distributor ? read_distributor(offset, bytes, value)
                                           : read_redistributor(frame_vcpu, offset, bytes, value);
    }
    bool write(Frame frame, u32 frame_vcpu, u32 offset, u32 bytes, u64 value) {
        return frame == Frame::distributor ? write_distributor(offset, bytes, value)
                                           : write_redistributor(frame_vcpu, offset, bytes, value);
    }

    /// The vCPUs that got something to deliver since the last call.
    u32 take_work() {
        const u32 work = work_;
        work_ = 0;
        return work;
    }

  private:
    struct Vcpu {
        /// Its SGIs and PPIs.
        Bank own;
        /// Of each bank: the interrupts that are delivered here, and those that are
        /// active because this vCPU took them.
        u32 routed[kBanks] = {};
        u32 held[kBanks] = {};
        /// Bit b: bank b may have something for this vCPU. Never clear when it has;
        /// who finds nothing there clears it.
        mutable u32 hint = 0;
        /// List registers 0 to in_use - 1 are filled, as `lr` says; bit i of
        /// `moved`: number i has the latch.
        u32 in_use = 0;
        u32 moved = 0;
        bool asleep = true;
        u64 lr[kListRegisters] = {};
    };

    void tell(u32 vcpu, u32 intid, trace::IrqChange change) const { note(first_name_ + vcpu, intid, change); }
    void tell_list_register(u32 vcpu, u32 number, u64 value) const {
        note_list_register(first_name_ + vcpu, number, value);
    }

    Bank& bank_at(Vcpu& v, u32 b) { return b == 0 ? v.own : shared_[b - 1]; }
    const Bank& bank_at(const Vcpu& v, u32 b) const { return b == 0 ? v.own : shared_[b - 1]; }
    const Bank& bank(u32 vcpu, u32 intid) const {
        return intid < kPrivate ? vcpus_[vcpu].own : shared_[bank_of(intid) - 1];
    }

    /// Those of the bank that are enabled, and whose group GICD_CTLR has on.
    u32 forwarded(const Bank& bank) const {
        return bank.enabled & ((bank.group & group1_on_) | (~bank.group & group0_on_));
    }
    /// Those of bank `b` that the vCPU is to get and has not got.
    u32 deliverable(const Vcpu& v, const Bank& bank, u32 b) const {
        return bank.pending() & forwarded(bank) & ~bank.active & ~bank.listed & v.routed[b];
    }
    bool has_candidate(const Vcpu& v) const;

    /// The vCPU that gets SPI `intid`, or kMaxVcpus for none.
    u32 target_of(u32 intid) const;
    void set_route(u32 intid, u64 irouter);
    /// Some of `bits` of bank `b` may have become deliverable.
    void wake(u32 vcpu, u32 b, u32 bits);
    void wake_targets(u32 vcpu, u32 b, u32 bits);
    void wake_all();
    /// The vCPUs in whose list registers some of `bits` of bank `b` are.
    u32 listers(u32 b, u32 bits) const;
    /// An edge, or a line that rose: `vcpu` is the target.
    void raise(u32 vcpu, u32 b, u32 bit);
    void activate(u32 vcpu, u32 b, u32 bits) {
        Vcpu& v = vcpus_[vcpu];
        bank_at(v, b).active |= bits;
        v.held[b] |= bits;
        v.hint |= u32{1} << b;
    }
    void deactivate(u32 vcpu, u32 b, u32 bits) {
        Vcpu& v = vcpus_[vcpu];
        bank_at(v, b).active &= ~bits;
        v.held[b] &= ~bits;
        // An SPI that was routed elsewhere while it was active may be pending for
        // its new target.
        if (const u32 elsewhere = bits & ~v.routed[b]) wake_targets(vcpu, b, elsewhere);
    }

    struct Shortlist;
    inline void gather(const Vcpu& v, Shortlist& list) const;
    inline u64 fill(u32 vcpu, Vcpu& v, u32 number, u32 intid);
    inline void unlist(u32 vcpu, Vcpu& v, u64 flushed, u64 now, bool moved);
    void end_unlisted(u32 vcpu, u32 count);
    void take_back(u32 vcpu, const u64* lr);

    bool read_distributor(u32 offset, u32 bytes, u64& value) const;
    bool write_distributor(u32 offset, u32 bytes, u64 value);
    bool read_redistributor(u32 vcpu, u32 offset, u32 bytes, u64& value) const;
    bool write_redistributor(u32 vcpu, u32 offset, u32 bytes, u64 value);
    static u32 read_bank(const Bank& bank, u32 offset, u32 bytes);
    void write_bank(u32 vcpu, u32 b, u32 offset, u32 bytes, u32 value);
    void write_priority(u32 vcpu, u32 b, u32 offset, u32 bytes, u32 value);
    void write_pending(u32 vcpu, u32 b, u32 bits);
    void write_active(u32 vcpu, u32 b, u32 bits);
    void clear_active(u32 vcpu, u32 b, u32 bits);
    void write_configuration(u32 vcpu, u32 b, u32 offset, u32 value);
    void write_group_enables(u32 value);

    u32 first_name_ = 0;
    u32 count_ = 0;
    u32 work_ = 0;
    /// All ones while GICD_CTLR.EnableGrp0 (EnableGrp1) is set.
    u32 group0_on_ = 0;
    u32 group1_on_ = 0;
    u32 linked_ = 0;
    u16 physical_[kPrivate] = {};
    Vcpu vcpus_[kMaxVcpus];
    Bank shared_[kBanks - 1];
    /// Aff3 to Aff0, one byte each, of GICD_IROUTERn.
    u32 route_[kIntIds - kPrivate] = {};
};

}  // namespace ws::vgic

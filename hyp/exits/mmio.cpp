// SPDX-License-Identifier: Apache-2.0
#include "mmio.hpp"

#include "../arch/pstate.hpp"
#include "../arch/syndrome.hpp"
#include "../kernel/console.hpp"
#include "device_access.hpp"
#include "guest_el1.hpp"
#include "inject.hpp"
#include "load_store.hpp"

namespace ws {

namespace {

using trace::Access;

/// Are the guest's data accesses big-endian?
bool is_big_endian(const VcpuContext& context) {
    const u64 pstate = context.return_state.value<reg::SPSR_EL2>();
    if (aarch32::is_aarch32(pstate)) return aarch32::kBigEndian.get(pstate) != 0;  // which SETEND may have changed
    const u64 sctlr = read_guest_el1<reg::SCTLR_EL1>(context);
    const bool el0 = (reg::SPSR_EL2::M.get(pstate) & 0xf) == kEl0t;
    return (el0 ? reg::SCTLR_EL1::E0E : reg::SCTLR_EL1::EE).get(sctlr) != 0;
}

/// The value as the device's bus has it, from the guest's order of bytes, or the other way.
u64 in_order(const VcpuContext& context, u64 value, u32 bytes) {
    return is_big_endian(context) ? __builtin_bswap64(value) >> (64 - 8 * bytes) : value;
}

bool load(Vcpu& vcpu, Ipa at, u32 bytes, u64& value) {
    DeviceAccess access{at, bytes, Access::read, 0};
    if (!access_device(vcpu, access)) return false;
    value = in_order(*vcpu.context, access.value, bytes);
    return true;
}

bool store(Vcpu& vcpu, Ipa at, u32 bytes, u64 value) {
    DeviceAccess access{at, bytes, Access::write, in_order(*vcpu.context, low_bytes(value, bytes), bytes)};
    return access_device(vcpu, access);
}

/// The syndrome describes the access: one register, no write-back.
bool emulate_described(Vcpu& vcpu, Ipa ipa) {
    using namespace iss::dabt;
    VcpuContext& context = *vcpu.context;
    const u64 esr = context.exit.esr;
    const unsigned rt = static_cast<unsigned>(SRT.get(esr));
    LoadStore shape;
    shape.bytes = static_cast<u8>(1U << SAS.get(esr));
    if (WnR.get(esr) != 0) return store(vcpu, ipa, shape.bytes, context.x(rt));
    shape.sign_extend = SSE.get(esr) != 0;
    shape.to_64 = SF.get(esr) != 0;
    u64 value;
    if (!load(vcpu, ipa, shape.bytes, value)) return false;
    context.set_x(rt, shape.loaded(value));
    return true;
}

/// The base register: number 31 is the stack pointer in use.
u64 read_base(const VcpuContext& context, unsigned rn) {
    if (rn < 31) return context.x(rn);
    constexpr u64 kSpEl0 = 31;  // of class general
    const bool uses_sp_el1 = (reg::SPSR_EL2::M.get(context.return_state.value<reg::SPSR_EL2>()) & 1) != 0;
    return uses_sp_el1 ? read_guest_el1<reg::SP_EL1>(context) : context.general.words[kSpEl0];
}

void write_base(VcpuContext& context, unsigned rn, u64 value) {
    constexpr u64 kSpEl0 = 31;
    const bool uses_sp_el1 = (reg::SPSR_EL2::M.get(context.return_state.value<reg::SPSR_EL2>()) & 1) != 0;
    if (rn < 31) {
        context.set_x(rn, value);
    } else if (uses_sp_el1) {
        write_guest_el1<reg::SP_EL1>(context, value);
    } else {
        context.general.words[kSpEl0] = value;
    }
}

/// The instruction that trapped, if it is known, in the guest's memory, and one that can be emulated: A64's.
bool fetch(const Vcpu& vcpu, LoadStore& out) {
    if (aarch32::is_aarch32(vcpu.context->return_state.value<reg::SPSR_EL2>())) return false;
    const Vm& vm = *vcpu.vm;
    const Pa at = vcpu.context->exit.instruction;
    if (at == kUnknownPa || at < vm.memory || at - vm.memory > vm.memory_bytes - 4) return false;
    return decode_load_store(*reinterpret_cast<const volatile u32*>(at.value), out);
}

/// Where the access begins, if all of it is in the page that faulted.
bool find_address(const VcpuContext& context, const LoadStore& it, Ipa fault, Ipa& begin) {
    constexpr u64 kAddressBits = (1ULL << 48) - 1;  // above there may be a tag
    const u64 distance = static_cast<u64>(it.distance(context.x(it.rm)));
    const u64 address = (read_base(context, it.rn) + distance) & kAddressBits;
    const u64 far = context.exit.far & kAddressBits;
    const u64 bytes = it.bytes * (it.pair ? 2U : 1U);
    if (far - address >= bytes || address >> 12 != (address + bytes - 1) >> 12 || address >> 12 != far >> 12)
        return false;
    begin = Ipa(fault.value - (far - address));
    return true;
}

bool load_registers(Vcpu& vcpu, const LoadStore& it, Ipa at) {
    u64 first, second = 0;
    if (!load(vcpu, at, it.bytes, first)) return false;
    if (it.pair && !load(vcpu, at + it.bytes, it.bytes, second)) return false;
    VcpuContext& context = *vcpu.context;
    context.set_x(it.rt, it.loaded(first));
    if (it.pair) context.set_x(it.rt2, it.loaded(second));
    return true;
}

bool store_registers(Vcpu& vcpu, const LoadStore& it, Ipa at) {
    const VcpuContext& context = *vcpu.context;
    return store(vcpu, at, it.bytes, context.x(it.rt)) &&
           (!it.pair || store(vcpu, at + it.bytes, it.bytes, context.x(it.rt2)));
}

/// The syndrome says only that there was an access: pairs, and those that write their base back.
bool emulate_decoded(Vcpu& vcpu, Ipa ipa) {
    VcpuContext& context = *vcpu.context;
    LoadStore it;
    Ipa begin;
    if (!fetch(vcpu, it) || !find_address(context, it, ipa, begin)) {
        const bool write = iss::dabt::WnR.get(context.exit.esr) != 0;
        record_refused_access(vcpu, ipa, write ? Access::write : Access::read);
        if (may_log(*vcpu.vm)) {
            log("VM ", vcpu.vm->number, ": the instruction at ", hex(context.pc()), " accesses ", hex(ipa.value),
                ", where there is no memory, in a way that is not emulated: it gets an external abort");
        }
        return false;
    }
    const u64 moved_base = read_base(context, it.rn) + static_cast<u64>(it.offset);
    if (!(it.load ? load_registers(vcpu, it, begin) : store_registers(vcpu, it, begin))) return false;
    if (it.writeback) write_base(context, it.rn, moved_base);
    return true;
}

}  // namespace

void emulate_mmio(Vcpu& vcpu, Ipa ipa) {
    VcpuContext& context = *vcpu.context;
    const u64 esr = context.exit.esr;
    // Maintenance of caches by address, where no cache can hold anything.
    const bool maintenance = iss::dabt::CM.get(esr) != 0;
    const bool good =
        maintenance || (iss::dabt::ISV.get(esr) != 0 ? emulate_described(vcpu, ipa) : emulate_decoded(vcpu, ipa));
    if (good) {
        context.skip_instruction();
    } else {
        inject_external_abort(vcpu, AbortOf::data);
    }
}

}  // namespace ws

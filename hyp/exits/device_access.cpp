// SPDX-License-Identifier: Apache-2.0
#include "device_access.hpp"

#include "../arch/hw/barriers.hpp"
#include "../kernel/console.hpp"
#include "../kernel/vcpu_interrupts.hpp"
#include "../trace/points.hpp"
#include "../user/vmm_exit.hpp"

namespace ws {

namespace {

using trace::Access;
using trace::Device;

/// An access to the interrupt controller. Where it is about interrupts that are in other vCPUs' list registers, these
/// leave their guests first (KVM: vgic_access_active_prepare).
bool access_interrupts(Vcpu& vcpu, vgic::Frame frame, u32 frame_vcpu, u32 offset, DeviceAccess& access) {
    Vm& vm = *vcpu.vm;
    bool good = false;
    bool pausing = false;
    u32 work = 0;
    for (;;) {
        u32 holders;
        {
            DevicesLocked locked(vm);
            vgic::InterruptController& interrupts = vm.interrupts;
            holders = interrupts.holders(frame, frame_vcpu, offset, access.bytes, vcpu.index);
            if (holders == 0) {
                good = access.access == Access::read
                           ? interrupts.read(frame, frame_vcpu, offset, access.bytes, access.value)
                           : interrupts.write(frame, frame_vcpu, offset, access.bytes, access.value);
                work = interrupts.take_work();
                break;
            }
        }
        if (!pausing) begin_pause(vm);
        pausing = true;
        push_out_of_guests(vm, holders);
        hw::yield();
    }
    if (pausing) end_pause(vm);
    if (work != 0) deliver(vm, work);
    return good;
}

bool access_uart(Vcpu& vcpu, u32 offset, DeviceAccess& access) {
    Vm& vm = *vcpu.vm;
    bool good;
    u32 work;
    {
        DevicesLocked locked(vm);
        good = access.access == Access::read ? vm.uart.read(offset, access.bytes, access.value)
                                             : vm.uart.write(offset, access.bytes, access.value);
        feed_uart(vm);
        work = vm.interrupts.take_work();
    }
    deliver(vm, work);
    return good;
}

void record(const Vcpu& vcpu, const DeviceAccess& access, Device device) {
    using Event = trace::payload::mmio;
    trace::event_made<trace::At::kernel, Event>([&]() WS_INLINE_LAMBDA {
        return Event{access.address.value,         access.value, vcpu.owner, device, access.access,
                     static_cast<u8>(access.bytes)};
    });
}

bool contains(Ipa start, u64 bytes, Ipa address) { return address.value - start.value < bytes; }

Device try_devices(Vcpu& vcpu, DeviceAccess& access) {
    const Ipa at = access.address;
    bool good = false;
    Device device = Device::none;
    if (contains(Vm::kDistributor, Vm::kDistributorBytes, at)) {
        device = Device::distributor;
        good = access_interrupts(vcpu, vgic::Frame::distributor, 0, static_cast<u32>(at - Vm::kDistributor), access);
    } else if (contains(Vm::kRedistributors, vcpu.vm->vcpu_count * Vm::kRedistributorBytes, at)) {
        device = Device::redistributor;
        const u64 offset = at - Vm::kRedistributors;
        good = access_interrupts(vcpu, vgic::Frame::redistributor, static_cast<u32>(offset / Vm::kRedistributorBytes),
                                 static_cast<u32>(offset % Vm::kRedistributorBytes), access);
    } else if (contains(Vm::kUart, VirtualPl011::kBytes, at)) {
        device = Device::uart;
        good = access_uart(vcpu, static_cast<u32>(at - Vm::kUart), access);
    } else if (kick_user_device(vcpu, access)) {
        device = Device::kick;
        good = true;
    } else if (vcpu.vm->user_devices.contains(at, access.bytes)) {
        device = Device::vmm;
        good = access_user_device(vcpu, access);
    }
    return good ? device : Device::none;
}

}  // namespace

bool access_device(Vcpu& vcpu, DeviceAccess& access) {
    const Device device = try_devices(vcpu, access);
    record(vcpu, access, device);
    return device != Device::none;
}

void record_refused_access(const Vcpu& vcpu, Ipa address, Access access) {
    record(vcpu, DeviceAccess{address, 0, access, 0}, Device::none);
}

}  // namespace ws

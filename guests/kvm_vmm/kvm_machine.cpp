// SPDX-License-Identifier: Apache-2.0
#include "kvm_machine.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include "hyp/vmm/guest_device_tree.hpp"
#include "kvm_calls.hpp"

namespace ws::kvm {

KvmMachine::KvmMachine(u64 memory_bytes) {
    const int kvm = must(::open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm");
    if (call(kvm, KVM_GET_API_VERSION, "KVM_GET_API_VERSION") != KVM_API_VERSION) give_up("KVM has another interface");
    run_area_bytes_ = static_cast<u64>(call(kvm, KVM_GET_VCPU_MMAP_SIZE, "KVM_GET_VCPU_MMAP_SIZE"));
    constexpr u64 kUsualIpaBits = 0;
    vm_ = call(kvm, KVM_CREATE_VM, "KVM_CREATE_VM", kUsualIpaBits);

    void* const memory = ::mmap(nullptr, memory_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) give_up_call("memory for the guest");
    memory_ = {static_cast<u8*>(memory), memory_bytes};
    kvm_userspace_memory_region region{};
    region.guest_phys_addr = GuestMachine{}.memory_start;
    region.memory_size = memory_bytes;
    region.userspace_addr = address_of(memory);
    call_with(vm_, KVM_SET_USER_MEMORY_REGION, "KVM_SET_USER_MEMORY_REGION", region);

    // An access that the syndrome does not describe comes to us, and not as a failure of KVM_RUN (kvm_devices.cpp).
    kvm_enable_cap undescribed{};
    undescribed.cap = KVM_CAP_ARM_NISV_TO_USER;
    call_with(vm_, KVM_ENABLE_CAP, "KVM_CAP_ARM_NISV_TO_USER", undescribed);
}

namespace {

void set_attribute(int device, u32 group, u64 attribute, const void* value, const char* what) {
    kvm_device_attr it{};
    it.group = group;
    it.attr = attribute;
    it.addr = address_of(value);
    call_with(device, KVM_SET_DEVICE_ATTR, what, it);
}

}  // namespace

void KvmMachine::make_interrupt_controller() {
    kvm_create_device made{};
    made.type = KVM_DEV_TYPE_ARM_VGIC_V3;
    call_with(vm_, KVM_CREATE_DEVICE, "KVM_CREATE_DEVICE of a GICv3", made);
    const int gic = static_cast<int>(made.fd);
    const GuestMachine places;  // where the guest's device tree says that they are
    set_attribute(gic, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, &places.gicd, "the distributor's place");
    set_attribute(gic, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, &places.gicr,
                  "the redistributors' place");
    constexpr u32 kIntids = 288;  // as on the board: 32 of each CPU, and 256 shared ones
    set_attribute(gic, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &kIntids, "the number of interrupts");
    set_attribute(gic, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, nullptr, "the interrupt controller");
}

void KvmMachine::set_line(u32 intid, bool high) const {
    kvm_irq_level line{};
    line.irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | intid << KVM_ARM_IRQ_NUM_SHIFT;
    line.level = high ? 1 : 0;
    call_with(vm_, KVM_IRQ_LINE, "KVM_IRQ_LINE", line);
}

}  // namespace ws::kvm

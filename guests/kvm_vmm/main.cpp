// SPDX-License-Identifier: Apache-2.0
// A VMM on KVM: the first and only process of a Linux that has nothing else to do. It makes a VM through /dev/kvm, puts
// the guest into its memory, and then serves what its vCPUs need (hyp/vmm does the same on our own kernel).
#include <fcntl.h>
#include <linux/random.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstring>
#include <deque>
#include <thread>

#include "hyp/vmm/guest_device_tree.hpp"
#include "hyp/vmm/guest_placement.hpp"
#include "kernel_symbols.hpp"
#include "kvm_calls.hpp"
#include "kvm_devices.hpp"
#include "kvm_machine.hpp"
#include "kvm_vcpu.hpp"
#include "vm_settings.hpp"

namespace ws::kvm {

namespace {

void load_guest(const VmSettings& settings, const KvmMachine& machine, KvmVcpu& first) {
    const std::vector<u8> image = read_file("/guest");
    const std::span<u8> memory = machine.memory();
    const GuestPlacement placed = place_guest({image.data(), image.size(), 0, settings.load_offset}, memory.size());
    if (placed.problem != nullptr) give_up(placed.problem);
    std::memcpy(&memory[placed.image], image.data(), image.size());

    GuestMachine described;
    described.memory_bytes = memory.size();
    described.vcpus = settings.vcpus;
    described.bootargs = settings.arguments.c_str();
    described.is_ours = false;  // nobody here serves the hypercalls of Worldswitch
    constexpr u32 kTreeBytes = GuestPlacement::kDeviceTreeBytes;
    if (write_guest_device_tree(described, &memory[placed.device_tree], kTreeBytes) == 0) {
        give_up("the guest's device tree does not fit");
    }
    first.start_at(described.memory_start + placed.image, described.memory_start + placed.device_tree);
}

[[noreturn]] void run_guest(const VmSettings& settings) {
    KvmMachine machine(settings.memory_bytes);
    std::deque<KvmVcpu> vcpus;  // deque: they stay where they are
    for (u32 number = 0; number < settings.vcpus; ++number) vcpus.emplace_back(machine, number);
    machine.make_interrupt_controller();
    KvmDevices devices(machine);
    load_guest(settings, machine, vcpus.front());
    const auto cpu_of = [&](u32 vcpu) { return settings.pins[vcpu % settings.pins.size()]; };
    for (u32 number = 1; number < settings.vcpus; ++number) {
        std::thread([&, number] { vcpus[number].run(cpu_of(number), devices); }).detach();
    }
    vcpus.front().run(cpu_of(0), devices);
}

/// Linux mounts nothing for the first process.
void mount_file_systems() {
    must(::mount("dev", "/dev", "devtmpfs", 0, nullptr), "mounting /dev");
    must(::mount("proc", "/proc", "proc", 0, nullptr), "mounting /proc");
}

/// As a host that has been up for a while. Until it has had randomness, Linux makes every random number anew from its
/// whole pool, and it wants one for each system call (where on the stack that is to run): ten thousand instructions, of
/// which a real host has none.
void seed_random_numbers() {
    constexpr int kBytes = 64;  // zeros: the same in each run
    alignas(rand_pool_info) u8 seed[sizeof(rand_pool_info) + kBytes] = {};
    const rand_pool_info described{8 * kBytes, kBytes};
    std::memcpy(seed, &described, sizeof(described));
    const int file = must(::open("/dev/random", O_WRONLY | O_CLOEXEC), "/dev/random");
    call_with(file, RNDADDENTROPY, "RNDADDENTROPY", seed);
    ::close(file);
}

}  // namespace

}  // namespace ws::kvm

int main() {
    using namespace ws::kvm;
    mount_file_systems();
    seed_random_numbers();
    const VmSettings settings = read_settings("/vm");
    leave_symbols(settings.symbols_address, settings.symbols_bytes);
    run_guest(settings);
}

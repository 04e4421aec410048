// SPDX-License-Identifier: Apache-2.0
#include "host_devices.hpp"

#include "../base/panic.hpp"
#include "../cpu/cpu.hpp"
#include "../drivers/virtio_block.hpp"
#include "../drivers/virtio_entropy.hpp"
#include "../kernel/console.hpp"
#include "../kernel/memory_pool.hpp"
#include "../kernel/network_switch.hpp"
#include "../kernel/upcalls.hpp"
#include "../vmm/interface/system_call.hpp"
#include "vmm_exit.hpp"

namespace ws {

namespace {

using vmm::Error;

constexpr i64 result(Error error) { return static_cast<i64>(error); }
SpinLock switch_lock;  ///< of network
NetworkSwitch network;

u32 port_of(const Vm& vm) { return vm.number - 1; }

/// The VMMs whose ports have something for them. The switch's lock is not held.
void wake_ports(u32 ports) {
    for (; ports != 0; ports &= ports - 1) {
        Vm* const vm = find_vm(static_cast<u32>(__builtin_ctz(ports)) + 1);
        if (vm != nullptr) signal_vmm(*vm, vmm::kNetworkEvent);
    }
}

}  // namespace

void open_host_devices() {
    open_disks();
    open_entropy();
}

void describe_host_devices(const Vm& vm, vmm::BootPage& page) {
    const VmOptions& options = vm.options;
    if (options.disk != VmOptions::kNone) {
        if (options.disk >= disk_count()) panic("vm.disk=N names a disk that the board does not have", options.disk);
        const u32 disk = static_cast<u32>(options.disk);
        page.disk_sectors = disk_sectors(disk);
        page.disk_read_only = disk_is_read_only(disk) ? 1 : 0;
    }
    page.has_entropy = has_entropy() ? 1 : 0;
    if (!options.network) return;
    page.has_network = 1;
    const MacAddress mac = NetworkSwitch::mac_of(port_of(vm));
    for (u32 i = 0; i < sizeof(page.mac); ++i) page.mac[i] = mac.bytes[i];
    const Pa queue = take_memory(whole_pages(sizeof(NetworkSwitch::Queue)), kPageBytes).start;
    Locked locked(switch_lock);
    network.open_port(port_of(vm), *reinterpret_cast<NetworkSwitch::Queue*>(queue.value));
}

static_assert(NetworkSwitch::kMaxFrameBytes == vmm::kMaxFrameBytes);
static_assert(static_cast<u32>(DiskOperation::read) == static_cast<u32>(vmm::DiskOperation::read) &&
              static_cast<u32>(DiskOperation::write) == static_cast<u32>(vmm::DiskOperation::write) &&
              static_cast<u32>(DiskOperation::flush) == static_cast<u32>(vmm::DiskOperation::flush));

i64 transfer_for(Process& process, u64 operation, u64 first_sector, UserVa memory, u64 bytes) {
    const VmOptions& options = process.vm.options;
    if (options.disk == VmOptions::kNone) return result(Error::invalid);
    const DiskOperation what = static_cast<DiskOperation>(operation);
    u8* at = nullptr;
    if (what == DiskOperation::read || what == DiskOperation::write) {
        if (bytes <= vmm::kMaxMemoryBytes) at = process.memory(memory, bytes, what == DiskOperation::read);
        if (at == nullptr || bytes == 0) return result(Error::invalid);
    } else if (what != DiskOperation::flush || bytes != 0) {
        return result(Error::invalid);
    }
    switch (transfer(static_cast<u32>(options.disk), what, first_sector, Pa(reinterpret_cast<u64>(at)), bytes)) {
        case DiskResult::done: return 0;
        case DiskResult::refused: return result(Error::invalid);
        case DiskResult::failed:
        case DiskResult::broken: return result(Error::failed);
    }
    return result(Error::failed);
}

i64 send_frame(Process& process, UserVa frame, u64 bytes) {
    const u8* const from = bytes <= vmm::kMaxFrameBytes ? process.memory(frame, bytes, false) : nullptr;
    if (from == nullptr || !process.vm.options.network) return result(Error::invalid);
    NetworkSwitch::SendResult sent;
    u32 wakes;
    {
        Locked locked(switch_lock);
        sent = network.send(port_of(process.vm), from, static_cast<u32>(bytes));
        wakes = network.take_wakes();
    }
    wake_ports(wakes);
    if (sent == NetworkSwitch::SendResult::full) return result(Error::full);
    return sent == NetworkSwitch::SendResult::sent ? 0 : result(Error::invalid);
}

i64 receive_frame(Process& process, UserVa to) {
    const bool takes = to.value != 0;
    u8* const at = takes ? process.memory(to, vmm::kMaxFrameBytes, true) : nullptr;
    if ((takes && at == nullptr) || !process.vm.options.network) return result(Error::invalid);
    u32 bytes = 0, wakes;
    {
        Locked locked(switch_lock);
        network.let_senders_wait(port_of(process.vm), takes);
        if (takes) bytes = network.receive(port_of(process.vm), at);
        wakes = network.take_wakes();
    }
    wake_ports(wakes);
    return bytes;
}

void close_port(const Vm& vm) {
    if (!vm.options.network) return;
    u32 wakes;
    {
        Locked locked(switch_lock);
        network.close_port(port_of(vm));
        wakes = network.take_wakes();
    }
    wake_ports(wakes);
}

i64 fill_with_random(Process& process, UserVa to, u64 bytes) {
    u8* const at = bytes <= vmm::kMaxRandomBytes ? process.memory(to, bytes, true) : nullptr;
    if (at == nullptr) return result(Error::invalid);
    return entropy(at, static_cast<u32>(bytes)) ? static_cast<i64>(bytes) : 0;
}

i64 write_console(Process& process, UserVa text, u64 bytes) {
    const u8* const from = bytes <= vmm::kMaxTextBytes ? process.memory(text, bytes, false) : nullptr;
    if (from == nullptr) return result(Error::invalid);
    write_guest_text(process.vm, from, bytes);
    return static_cast<i64>(bytes);
}

i64 read_console(UserThread& user, UserVa to, u64 bytes) {
    u8* const at = bytes <= vmm::kMaxTextBytes ? user.process->memory(to, bytes, true) : nullptr;
    if (at == nullptr) return result(Error::invalid);
    Vm& vm = user.process->vm;
    return vm.options.virtio_console ? take_typed(vm, at, static_cast<u32>(bytes)) : 0;  // else it is for the PL011
}

}  // namespace ws

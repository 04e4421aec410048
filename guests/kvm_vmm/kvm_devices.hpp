// SPDX-License-Identifier: Apache-2.0
// The devices that are not KVM's but the VMM's: the serial port and the board's virtio-mmio slots, which are empty.
// What they do is the same code as under our own hypervisor, hyp/vuart and hyp/vmm/virtio; there the serial port is the
// kernel's.
#pragma once

#include <mutex>
#include <string>

#include "hyp/vuart/virtual_pl011.hpp"
#include "kvm_machine.hpp"

namespace ws::kvm {

class KvmDevices {
  public:
    explicit KvmDevices(const KvmMachine& machine);

    /// A guest's load, of which `value` is the result, or its store. False: nothing is there.
    bool access(u64 address, u32 bytes, bool is_write, u64& value);

    /// What the guest has sent and is not shown yet.
    void flush();

  private:
    bool access_serial_port(u32 offset, u32 bytes, bool is_write, u64& value);
    static void transmit(void* devices, u8 character);

    const KvmMachine& machine_;
    std::mutex lock_;  ///< vCPUs may come at the same time
    VirtualPl011 serial_port_;
    bool line_ = false;  ///< of the serial port's interrupt, as KVM was told
    std::string text_;   ///< is shown in whole lines: each write is a system call
};

}  // namespace ws::kvm

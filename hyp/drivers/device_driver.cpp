// SPDX-License-Identifier: Apache-2.0
#include "device_driver.hpp"

#include "../cpu/cpu.hpp"
#include "../kernel/console.hpp"
#include "../kernel/scheduler.hpp"
#include "../kernel/upcalls.hpp"
#include "../platform/gic_v3.hpp"

namespace ws::host_virtio {

namespace {

constexpr u32 kMaxDrivers = BoardInfo::kMaxModules + 1;  // a disk for each VM, and one source of entropy
Driver drivers[kMaxDrivers];
u32 driver_count = 0;

void finish(Request& request, Request::State state) {
    request.state = state;
    wake_thread(*request.thread);
}

}  // namespace

bool Driver::open(const VirtioSlot& slot, u64 wanted) {
    slot_ = slot;
    device_ = MmioDevice(slot.registers);
    if (device_.is_legacy()) {
        log("the virtio device at ", hex(slot.registers.value),
            " has the legacy interface; it is not used. Start QEMU with -global virtio-mmio.force-legacy=false");
        return false;
    }
    if (!device_.negotiate(wanted, features_) || !device_.open_queue(queue_)) {
        log("the virtio device at ", hex(slot.registers.value), " refuses this driver; it is not used");
        return false;
    }
    // The device tree calls the interrupt edge-triggered; the device holds its line until it is acknowledged.
    // Level-sensitive, as the interrupt controller is after a reset, none is lost between the two.
    gic::enable_shared(slot.intid, cpus[0].mpidr);
    device_.start();
    return true;
}

bool Driver::run(Request& request) {
    request.thread = this_cpu().current;
    {
        Locked locked(lock_);
        if (queue_.broken()) return false;
        queue_.add(request);
        if (queue_.must_notify()) device_.notify();
    }
    for (;;) {
        {
            // Not without the lock: who finishes the request must not touch it any more when it leaves our stack.
            Locked locked(lock_);
            if (request.state != Request::State::waits) return request.state == Request::State::done;
        }
        block_thread();
    }
}

void Driver::handle_interrupt() {
    Locked locked(lock_);
    if (queue_.broken()) return;
    device_.acknowledge_interrupt();  // first: what is finished after our look interrupts again
    while (Request* const request = queue_.take()) finish(*request, Request::State::done);
    if (queue_.must_notify()) device_.notify();
    if (queue_.broken()) {
        give_up(" answered what nobody asked");
    } else if (device_.needs_reset()) {
        give_up(" asks for a reset");
    }
}

/// The lock is held.
void Driver::give_up(const char* why) {
    log("the virtio device at ", hex(slot_.registers.value), why, "; it is not used any more");
    // Only a device that was reset leaves the memory alone that the requests have lent to it.
    if (!device_.reset()) log("the virtio device at ", hex(slot_.registers.value), " does not even reset");
    gic::disable(slot_.intid);
    while (Request* const request = queue_.take_back()) finish(*request, Request::State::abandoned);
}

Driver* open_driver(const VirtioSlot& slot, u64 wanted) {
    if (driver_count == kMaxDrivers) {
        log("too many virtio devices; the one at ", hex(slot.registers.value), " is not used");
        return nullptr;
    }
    Driver& driver = drivers[driver_count];
    if (!driver.open(slot, wanted)) return nullptr;
    ++driver_count;
    return &driver;
}

}  // namespace ws::host_virtio

namespace ws {

bool handle_device_interrupt(u32 intid) {
    for (u32 i = 0; i < host_virtio::driver_count; ++i) {
        if (host_virtio::drivers[i].intid() != intid) continue;
        host_virtio::drivers[i].handle_interrupt();
        return true;
    }
    return false;
}

}  // namespace ws

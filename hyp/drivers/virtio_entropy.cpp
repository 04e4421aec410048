// SPDX-License-Identifier: Apache-2.0
#include "virtio_entropy.hpp"

#include "device_driver.hpp"

namespace ws {

namespace {

host_virtio::Driver* source = nullptr;

}  // namespace

void open_entropy() {
    for (u32 i = 0; i < board.virtio_slot_count && source == nullptr; ++i) {
        const VirtioSlot& slot = board.virtio_slots[i];
        if (host_virtio::MmioDevice(slot.registers).id() == host_virtio::DeviceId::entropy)
            source = host_virtio::open_driver(slot, 0);
    }
}

bool has_entropy() { return source != nullptr; }

bool entropy(u8* to, u32 bytes) {
    if (source == nullptr) return false;
    while (bytes != 0) {
        u8 some[64];  // `to` need not be memory that the device could reach
        host_virtio::Request request;
        const u32 wanted = bytes < sizeof(some) ? bytes : static_cast<u32>(sizeof(some));
        request.lend({Pa(reinterpret_cast<u64>(some)), wanted, true});
        if (!source->run(request) || request.written == 0) return false;
        __builtin_memcpy(to, some, request.written);  // it may be less than was wanted
        to += request.written;
        bytes -= request.written;
    }
    return true;
}

}  // namespace ws

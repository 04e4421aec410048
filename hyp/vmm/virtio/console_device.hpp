// SPDX-License-Identifier: Apache-2.0
// A console of one port, whose size nobody knows (VIRTIO 1.2, 5.3).
#pragma once

#include "transport.hpp"

namespace ws::virtio {

class ConsoleDevice {
  public:
    static constexpr u32 kReceiveQueue = 0;
    static constexpr u32 kTransmitQueue = 1;
    /// What the guest sends. The bytes are in its memory and may change meanwhile.
    using Transmit = void (*)(void* context, const u8* characters, u32 bytes);

    ConsoleDevice(const GuestMemory& memory, InterruptLine line, Transmit transmit, void* context)
        : transport_(Identity{3, 2, 0, nullptr, 0}, memory, line), transmit_(transmit), context_(context) {}

    Transport& transport() { return transport_; }
    void reset();
    /// Serves what was notified. True: there is more to do.
    bool service();

    /// Characters for the guest. They are kept until it takes them; answers for how many there was room.
    u32 receive(const u8* characters, u32 bytes);
    u32 room() const { return kBufferBytes - waiting_; }

  private:
    static constexpr u32 kBufferBytes = 1024;

    void deliver();
    u32 take(Cursor output);

    Transport transport_;
    Transmit transmit_;
    void* context_;
    // A ring. It outlives the driver's reset: what was typed before the driver came is for it.
    u8 buffer_[kBufferBytes] = {};
    u32 first_ = 0, waiting_ = 0;
};

}  // namespace ws::virtio

// SPDX-License-Identifier: Apache-2.0
// A network card that moves whole Ethernet frames and takes no work off the driver (VIRTIO 1.2, 5.1).
#pragma once

#include "transport.hpp"

namespace ws::virtio {

class NetworkDevice {
  public:
    static constexpr u32 kReceiveQueue = 0;
    static constexpr u32 kTransmitQueue = 1;
    static constexpr u32 kMtu = 1500;
    static constexpr u32 kMinFrameBytes = 14;  ///< an Ethernet header
    static constexpr u32 kMaxFrameBytes = 14 + kMtu;

    /// The guest sends a frame. False: not now; it stays in the queue until notify(kTransmitQueue).
    using Transmit = bool (*)(void* context, const u8* frame, u32 bytes);

    NetworkDevice(const GuestMemory& memory, InterruptLine line, const u8 (&mac)[6], Transmit transmit, void* context);

    Transport& transport() { return transport_; }
    void reset();
    /// Serves what was notified. True: there is more to do.
    bool service();

    /// A frame for the guest. False: it has no buffer for it; when it has, it notifies, and can_receive() is true.
    bool receive(const u8* frame, u32 bytes);
    /// Is it worth to call receive()?
    bool can_receive() const { return !starved_; }
    /// Frames that fitted nowhere: a driver's longer than kMaxFrameBytes or without a header, or one for a buffer that
    /// is too small.
    u64 dropped() const { return dropped_; }

  private:
    struct Config {  // 5.1.4, up to the last field that is offered
        u8 mac[6];
        u16 status;
        u16 max_virtqueue_pairs;
        u16 mtu;
    };

    Config config_;
    Transport transport_;
    Transmit transmit_;
    void* context_;
    bool starved_ = false;
    u64 dropped_ = 0;
    u8 frame_[kMaxFrameBytes] = {};  ///< the one that is being sent
};

}  // namespace ws::virtio

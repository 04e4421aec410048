// SPDX-License-Identifier: Apache-2.0
// A source of random bytes (VIRTIO 1.2, 5.4).
#pragma once

#include "transport.hpp"

namespace ws::virtio {

class EntropyDevice {
  public:
    /// Puts up to `bytes` random bytes at `to`; answers how many. 0: there are none at present; notify() the queue, or
    /// wait until the driver does, for another try.
    using Source = u32 (*)(void* context, u8* to, u32 bytes);

    EntropyDevice(const GuestMemory& memory, InterruptLine line, Source source, void* context)
        : transport_(Identity{4, 1, 0, nullptr, 0}, memory, line), source_(source), context_(context) {}

    Transport& transport() { return transport_; }
    void reset() { transport_.reset(); }
    /// Serves what was notified. True: there is more to do.
    bool service();

  private:
    Transport transport_;
    Source source_;
    void* context_;
};

}  // namespace ws::virtio

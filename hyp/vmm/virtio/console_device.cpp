// SPDX-License-Identifier: Apache-2.0
#include "console_device.hpp"

#include "serve.hpp"

namespace ws::virtio {

void ConsoleDevice::reset() {
    transport_.reset();
    first_ = waiting_ = 0;
}

bool ConsoleDevice::service() {
    serve_notified(transport_, kTransmitQueue, [this](const Chain& chain) {
        Cursor input = chain.input();
        for (Segment piece = input.next(~0U); piece.bytes != 0; piece = input.next(~0U)) {
            transmit_(context_, piece.data, piece.bytes);
        }
        return Outcome::done(0);
    });
    if (transport_.take_notification(kReceiveQueue)) deliver();
    return transport_.has_work();
}

u32 ConsoleDevice::receive(const u8* characters, u32 bytes) {
    u32 taken = 0;
    for (; taken < bytes && room() != 0; ++taken, ++waiting_) {
        buffer_[(first_ + waiting_) % kBufferBytes] = characters[taken];
    }
    deliver();
    return taken;
}

/// One chain after the other, each as full as may be.
void ConsoleDevice::deliver() {
    serve(transport_, kReceiveQueue, Virtqueue::kMaxSize, [this](const Chain& chain) {
        if (waiting_ == 0) return Outcome::later();
        return Outcome::done(take(chain.output()));
    });
}

u32 ConsoleDevice::take(Cursor output) {
    u32 taken = 0;
    while (waiting_ != 0) {
        const u32 to_the_end = kBufferBytes - first_;
        const u32 together = waiting_ < to_the_end ? waiting_ : to_the_end;
        const u32 moved = output.write(buffer_ + first_, together);
        first_ = (first_ + moved) % kBufferBytes;
        waiting_ -= moved;
        taken += moved;
        if (moved < together) break;
    }
    return taken;
}

}  // namespace ws::virtio

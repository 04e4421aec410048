// SPDX-License-Identifier: Apache-2.0
// How every device goes through a queue.
#pragma once

#include "transport.hpp"

namespace ws::virtio {

/// What became of a chain.
struct Outcome {
    enum class Kind : u8 {
        done,   ///< it goes back to the driver
        later,  ///< it stays the queue's next
        wrong,  ///< no driver may send such a thing
    };
    Kind kind = Kind::done;
    u32 written = 0;

    static constexpr Outcome done(u32 written) { return {Kind::done, written}; }
    static constexpr Outcome later() { return {Kind::later, 0}; }
    static constexpr Outcome wrong() { return {Kind::wrong, 0}; }
};

enum class Served : u8 {
    all,      ///< no chain is left; the driver will notify of the next
    some,     ///< as many as wanted
    stopped,  ///< the last one is for later
    off,      ///< the device is not running, or this stopped it
};

/// Gives up to `most` chains to `handle(const Chain&)`, which says what became of each; then tells the driver.
template <class Handle>
Served serve(Transport& transport, u32 index, u32 most, Handle handle) {
    if (!transport.running()) return Served::off;
    Virtqueue& queue = transport.queue(index);
    Served served = Served::some;
    Chain chain;
    for (u32 count = 0; count < most && served == Served::some;) {
        switch (queue.pop(chain)) {
            case Virtqueue::Next::none:
                if (!queue.ask_for_notification()) served = Served::all;
                continue;
            case Virtqueue::Next::broken: served = Served::off; continue;
            case Virtqueue::Next::chain: break;
        }
        const Outcome outcome = handle(static_cast<const Chain&>(chain));
        if (outcome.kind == Outcome::Kind::done) {
            queue.push(chain, outcome.written);
            ++count;
        } else if (outcome.kind == Outcome::Kind::later) {
            queue.put_back();
            served = Served::stopped;
        } else {
            queue.refuse();
            served = Served::off;
        }
    }
    transport.signal(index);
    if (served == Served::off) transport.fail();
    return served;
}

/// Serves a queue that was notified. A driver that never stops gets a queue's length of chains at a time, so that the
/// thread comes to its other queues: the rest counts as notified again.
template <class Handle>
void serve_notified(Transport& transport, u32 index, Handle handle) {
    if (!transport.take_notification(index)) return;
    if (serve(transport, index, Virtqueue::kMaxSize, handle) == Served::some) transport.notify(index);
}

}  // namespace ws::virtio

// SPDX-License-Identifier: Apache-2.0
// The driver's side of a split virtqueue (VIRTIO 1.2, 2.7) that carries requests: some buffers go to the device, and
// the device says when it is done with them. Request slot n always has descriptors 3n to 3n + 2, so there is no list of
// free descriptors, and what the device gives back is easily checked. Nothing here knows registers, threads or locks.
#pragma once

#include "../arch/types.hpp"

namespace ws {

struct Thread;

namespace host_virtio {

/// A piece of memory that a request lends to the device.
struct Buffer {
    Pa at;
    u32 bytes = 0;
    bool device_writes = false;
};

/// It belongs to the one who asks, and must stay where it is until it is over.
struct Request {
    enum class State : u8 { waits, done, abandoned };
    static constexpr u32 kMaxBuffers = 3;

    /// What the device reads comes before what it writes (2.7.4.2).
    void lend(Buffer buffer) { buffers[buffer_count++] = buffer; }

    Buffer buffers[kMaxBuffers];
    u32 buffer_count = 0;
    State state = State::waits;
    u32 written = 0;           ///< how many bytes the device wrote; not more than were lent for that
    Thread* thread = nullptr;  ///< who asks
    Request* next = nullptr;   ///< behind it, while there is no slot
};

class RequestQueue {
  public:
    static constexpr u32 kSize = 64;  ///< descriptors, and entries of each ring; a power of two
    static constexpr u32 kSlots = kSize / Request::kMaxBuffers;

    /// Hands the request to the device, or puts it in line if the device has as many as it can have.
    void add(Request& request);

    /// Is the device to be told that there is something new? Ask once after add() and after take() said null.
    bool must_notify();

    /// The next request that the device is done with, or null. Those in line move up.
    Request* take();

    /// The device has put into the used ring what cannot be. It is not looked at any more.
    bool broken() const { return broken_; }

    /// Any of the requests, in the device or in line: for when it has been reset and will answer none of them.
    Request* take_back();

    // Where the device finds its parts.
    Pa descriptors() const { return address(&rings_.descriptors); }
    Pa available() const { return address(&rings_.available); }
    Pa used() const { return address(&rings_.used); }

  private:
    // As the device sees them, little-endian like this CPU.
    struct Descriptor {
        u64 address;
        u32 bytes;
        u16 flags;
        u16 next;
    };
    struct Available {
        u16 flags;  ///< stays 0: an interrupt for each
        u16 index;
        u16 ring[kSize];
    };
    struct UsedElement {
        u32 id;
        u32 bytes;
    };
    struct alignas(4) Used {
        u16 flags;
        u16 index;
        UsedElement ring[kSize];
    };
    struct alignas(16) Rings {
        Descriptor descriptors[kSize];
        Available available;
        Used used;
    };

    static Pa address(const void* part) { return Pa(reinterpret_cast<u64>(part)); }
    void offer(u32 slot, Request& request);
    void fill_slots();

    Rings rings_{};
    Request* slots_[kSlots] = {};  ///< what the device has
    u32 in_device_ = 0;            ///< how many of them
    Request* first_ = nullptr;     ///< in line
    Request* last_ = nullptr;
    u16 offered_ = 0;  ///< of available.index, which the device reads but we never do
    u16 taken_ = 0;
    bool news_ = false;  ///< something was offered since must_notify() was asked
    bool broken_ = false;
};

}  // namespace host_virtio
}  // namespace ws

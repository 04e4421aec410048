// SPDX-License-Identifier: Apache-2.0
// A descriptor chain: one request of the driver's, as pieces of guest memory that have been checked
// (VIRTIO 1.2, 2.7.4). Where one piece ends and the next begins means nothing (2.7.4 "message framing"): devices go
// through with a Cursor.
#pragma once

#include "vmm_guest_memory.hpp"

namespace ws::virtio {

/// Not initialised: a chain has many, and most requests use two.
struct Segment {
    u8* data;
    u32 bytes;
};

/// Walks over the bytes of some segments.
class Cursor {
  public:
    Cursor(const Segment* segments, u32 count) : segment_(segments), segments_(count) {}

    /// The next bytes that lie together, at most `most`; none at the end.
    Segment next(u32 most);
    /// How many next() would give.
    u32 together() const { return segments_ == 0 ? 0 : segment_->bytes - done_; }
    /// These move fewer than `bytes` bytes only if there are no more.
    u32 read(u8* to, u32 bytes);
    u32 write(const u8* from, u32 bytes);
    u32 skip(u32 bytes);

    /// A structure as it lies in guest memory; `value` stays if the bytes do not suffice.
    template <class Structure>
    bool read(Structure& value) {
        Structure copy;
        if (read(reinterpret_cast<u8*>(&copy), sizeof(copy)) != sizeof(copy)) return false;
        value = copy;
        return true;
    }

  private:
    const Segment* segment_;
    u32 segments_;
    u32 done_ = 0;  ///< bytes of *segment_
};

struct Chain {
    /// Also the largest queue, as no chain is to be longer than its queue (2.7.5.3.1).
    static constexpr u32 kMaxSegments = 128;

    u16 head = 0;
    u32 readable = 0, writable = 0;              ///< segments: the readable ones are in front (2.7.4.2)
    u32 readable_bytes = 0, writable_bytes = 0;  ///< their sum is less than 2^32
    Segment segments[kMaxSegments];

    /// What the driver has written for the device.
    Cursor input() const { return {segments, readable}; }
    /// Where the device may write.
    Cursor output() const { return {segments + readable, writable}; }
};

}  // namespace ws::virtio

// SPDX-License-Identifier: Apache-2.0
// One CPU's ring: takes the packets that the recorder has closed, and at the end the one that is open. Nothing in RAM
// is believed: a packet goes on only if its header agrees with its place and its events can be walked.
#pragma once

#include <vector>

#include "viewer/model/capture/guest_ram.hpp"
#include "viewer/model/format/packet.hpp"
#include "viewer/model/capture/trace_writer.hpp"

namespace ws::model {

class RingReader {
  public:
    RingReader(GuestRam& ram, u32 cpu) : ram_(ram), cpu_(cpu) {}

    /// Takes all closed packets. Throws PacketFault when the ring cannot be right; then no more can be taken.
    void take_closed(TraceWriter& out);

    /// Once the machine has stopped: takes the closed packets, the open one, and what was dropped after them.
    void take_rest(TraceWriter& out);

    u64 events_discarded() const { return discarded_; }

  private:
    trace::RingControl ring() const;
    void check_place(const trace::RingControl& ring) const;
    void take(u64 slot, u64 open_bytes, TraceWriter& out);
    void walk(trace::PacketHeader& header, bool open);

    GuestRam& ram_;
    u32 cpu_;
    u64 consumed_ = 0;   ///< packets taken
    u64 clock_ = 0;      ///< end of the last packet
    u64 spent_ = 0;      ///< recorder's instructions at the last event
    u64 discarded_ = 0;  ///< as of the last packet
    std::vector<u8> packet_;
};

}  // namespace ws::model

// SPDX-License-Identifier: Apache-2.0
// What is missing of a trace whose files were damaged after they were written: where, and how much of it can be told.
#pragma once

#include <optional>
#include <string>

#include "hyp/arch/types.hpp"

namespace ws::model {

/// A stretch of a CPU's stream that holds no whole packet where one should be.
struct Damage {
    u32 cpu = 0;
    u64 offset = 0;              ///< byte of the stream where it begins
    u64 bytes = 0;               ///< that are passed over; 0 where they are not there at all
    u64 first_packet = 0;        ///< number of the first packet that is missing
    std::optional<u64> packets;  ///< how many are missing, by the sequence numbers; nothing if nobody can tell
    u64 from = 0;                ///< raw time when the last whole packet before ends; 0 at the stream's start
    std::optional<u64> to;       ///< when the next whole one begins; nothing at the stream's end
    u64 discarded = 0;           ///< events that the recorder itself had dropped meanwhile: those are counted
    std::string reason;

    /// Are events missing, not only bytes too many?
    bool events_missing() const { return !packets || *packets != 0; }
    /// May events of the time from `begin` to `end` be missing?
    bool overlaps(u64 begin, u64 end) const { return events_missing() && end > from && (!to || begin < *to); }
    /// In a sentence: stream, packets, bytes, time, events.
    std::string text() const;
};

}  // namespace ws::model

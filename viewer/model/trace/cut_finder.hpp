// SPDX-License-Identifier: Apache-2.0
// Finds a CPU's recordings that another CPU's turn cut in two (CutRecording). It is seen in two ways: an event of
// another CPU has its time before the recording was done, or the recording seems to have cost more than any does.
#pragma once

#include <limits>
#include <optional>

#include "viewer/model/format/recorder_allowance.hpp"
#include "viewer/model/trace/trace.hpp"

namespace ws::model {

/// CutRecording::cpu of a stretch in which the clock stands still, but nobody's recording is cut.
inline constexpr u32 kNoCpu = ~u32{0};

class CutFinder {
  public:
    explicit CutFinder(u32 cpu) : cpu_(cpu) {}

    /// An event of another CPU follows the last one of this.
    void another_cpu(u64 raw) {
        if (!other_) other_ = raw;
    }

    /// Events are missing: what the last recording cost is not told.
    void forget() { open_ = false; }

    /// The CPU's next event, and what its recorder had spent before it.
    void take(const EventInfo& info, bool first_of_packet, u64 raw, u64 spent, std::vector<CutRecording>& found) {
        if (open_ && raw == raw_) return allow(info, first_of_packet);
        if (open_ && spent > spent_) {
            const u64 cost = spent - spent_;
            const bool other_inside = other_ && *other_ < raw_ + cost;
            if (other_inside || cost > allowed_) found.push_back({raw_, std::min(raw_ + cost, raw), cpu_});
        }
        open_ = true;
        raw_ = raw;
        spent_ = spent;
        allowed_ = kSlack;
        other_.reset();
        allow(info, first_of_packet);
    }

  private:
    /// What a recording may cost beyond the allowance for its events, and what the recorder's seldom path may: a new
    /// packet, new upper bits of the clock. At most 543 instructions were measured for that.
    static constexpr u64 kSlack = 20;
    static constexpr u64 kSeldom = 700;

    void allow(const EventInfo& info, bool first_of_packet) {
        allowed_ += kAllowanceEvent + kAllowanceRegister * info.registers;
        if (first_of_packet || info.id == static_cast<u32>(trace::EventId::clock_epoch)) allowed_ += kSeldom;
    }

    u32 cpu_;
    bool open_ = false;
    u64 raw_ = 0;    ///< when the recording began
    u64 spent_ = 0;  ///< up to then
    u64 allowed_ = 0;
    std::optional<u64> other_;  ///< the first event of another CPU since then
};

/// Finds where the net clock stands still. That is longer than the recording which was cut: what others recorded in its
/// midst was taken off twice, by that recording and by their own, and the clock stands until it has made up for it.
class StandingClock {
  public:
    /// Any CPU's next event in the order of time, and the net time that it would have.
    void take(u64 raw, i64 net, std::vector<CutRecording>& found) {
        const bool behind = net + kEnds < latest_;
        if ((behind || behind_) && raw > raw_) found.push_back({raw_, raw, kNoCpu});
        behind_ = behind;
        raw_ = raw;
        latest_ = std::max(latest_, net);
    }

  private:
    /// An exception's time is a little before its event's, a return's a little after it.
    static constexpr i64 kEnds = 40;

    u64 raw_ = 0;
    i64 latest_ = std::numeric_limits<i64>::min() + kEnds;
    bool behind_ = false;
};

}  // namespace ws::model

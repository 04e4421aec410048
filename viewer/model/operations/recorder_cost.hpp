// SPDX-License-Identifier: Apache-2.0
// What the recorder itself cost, by what it wrote.
#pragma once

#include <string>
#include <vector>

#include "viewer/model/format/recorder_allowance.hpp"
#include "viewer/model/operations/comparison.hpp"

namespace ws::model {

/// What the recorder spent on events that it wrote in one go, between two readings of its clock; in instructions.
struct CostRow {
    std::string events;  ///< the kind of the event, or the kinds of those written together: `trap + phase_begin`
    u64 registers = 0;   ///< values in their register blocks; one of 128 bits counts once
    u64 count = 0;       ///< how often; the last time on a CPU nobody tells the cost
    u64 cut = 0;  ///< how often another CPU's turn cut it in two: what it cost then is not told, and not in `count`
    Spread instructions;
    u64 allowance = 0;  ///< 2 a register of a block plus 30 an event; 0 for the seldom path
    bool exceeds() const { return allowance != 0 && instructions.max > allowance; }
};

/// By kind of event. Where the packet was full, or the upper bits of the clock changed, the recorder went its seldom
/// path: these are the rows `(new packet)` and `(clock epoch)`.
std::vector<CostRow> recorder_cost(const Trace& trace);

}  // namespace ws::model

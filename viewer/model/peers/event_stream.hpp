// SPDX-License-Identifier: Apache-2.0
// Events of one CPU that no recorder of the hypervisor's has written: into the packets of a trace.
#pragma once

#include <cstring>
#include <vector>

#include "viewer/model/capture/trace_writer.hpp"
#include "viewer/model/format/event_info.hpp"

namespace ws::model {

class EventStream {
  public:
    EventStream(TraceWriter& writer, u32 cpu) : writer_(writer), cpu_(cpu) {}

    /// `time` must not be before that of the event before.
    template <class Payload>
    void emit(u64 time, const Payload& payload) {
        emit_bytes(time, static_cast<u32>(Payload::kId), &payload, sizeof(payload));
    }
    /// All registers of a class, whose values are given in the order of the block's fields; those of 128 bits as two.
    void emit_block(u64 time, RegisterClass register_class, trace::Operation operation, trace::Owner owner,
                    const std::vector<u64>& values);
    void emit_bytes(u64 time, u32 id, const void* payload, std::size_t bytes);
    /// Writes what is there.
    void close();
    u64 events() const { return events_; }

  private:
    void open(u64 time);
    void put(const void* bytes, std::size_t count);

    TraceWriter& writer_;
    u32 cpu_;
    std::vector<u8> packet_;
    u64 begin_ = 0;
    u64 last_ = 0;
    u64 packets_ = 0;
    u64 events_ = 0;
};

}  // namespace ws::model

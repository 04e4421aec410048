// SPDX-License-Identifier: Apache-2.0
// The recorder's seldom path: a packet is full, the clock's upper bits changed, or recording starts and stops.
#include "recorder.hpp"

namespace ws::trace {

namespace {

/// Where events go while they are dropped.
alignas(16) u8 scratch_events[kMaxCpus][kMaxEventBytes];
u16 scratch_length[kMaxCpus];

/// The host reads `produced` and writes `consumed` while we run.
u64 load_acquire(const u64& at) { return __atomic_load_n(&at, __ATOMIC_ACQUIRE); }
void store_release(u64& at, u64 value) { __atomic_store_n(&at, value, __ATOMIC_RELEASE); }

PacketHeader& header_of(Recorder& recorder) { return *reinterpret_cast<PacketHeader*>(recorder.packet); }

void drop(Recorder& recorder) {
    recorder.packet = nullptr;
    recorder.position = scratch_events[recorder.cpu_id];
    recorder.open_bytes = &scratch_length[recorder.cpu_id];
    recorder.limit = nullptr;
}

void close_packet(Recorder& recorder, u64 time) {
    PacketHeader& header = header_of(recorder);
    header.timestamp_end = time;
    header.content_size = static_cast<u64>(recorder.position - recorder.packet) * 8;
    header.packet_size = kPacketBytes * 8;
    header.events_discarded = recorder.ring->events_discarded;
    recorder.ring->open_bytes = 0;
    store_release(recorder.ring->produced, recorder.ring->produced + 1);
}

/// Opens the next packet of the ring, or starts to drop when the reader has not yet taken it.
void open_packet(Recorder& recorder, u64 time) {
    RingControl& ring = *recorder.ring;
    if (ring.produced - load_acquire(ring.consumed) >= ring.packets) {
        drop(recorder);
        return;
    }
    recorder.packet = recorder.packets + (ring.produced % ring.packets) * kPacketBytes;
    recorder.position = recorder.packet + sizeof(PacketHeader);
    recorder.open_bytes = reinterpret_cast<u16*>(&ring.open_bytes);  // little-endian: its low half word
    recorder.limit = recorder.packet + kPacketBytes - kMaxEventBytes;
    recorder.epoch = time >> kTimeBits;
    PacketHeader header{};
    header.timestamp_begin = time;
    header.packet_seq_num = recorder.sequence++;
    header.recorder_begin = recorder.spent;
    header.cpu_id = recorder.cpu_id;
    header.events_discarded = ring.events_discarded;
    header_of(recorder) = header;
}

/// Tells the reader that the clock's upper bits changed.
void write_epoch(Recorder& recorder, u64 time) {
    *reinterpret_cast<ExtendedHeader*>(recorder.position) = {kCompactIds, static_cast<u32>(EventId::clock_epoch), time,
                                                             static_cast<u32>(recorder.spent)};
    recorder.position += sizeof(ExtendedHeader);
    recorder.epoch = time >> kTimeBits;
}

}  // namespace

/// Called through trace_make_room_thunk when the next event does not simply follow the last one.
extern "C" void trace_make_room(Recorder& recorder) {
    const u64 time = recorder.pending_time;
    if (recorder.packet != nullptr && recorder.position >= recorder.limit) {
        close_packet(recorder, time);
        recorder.packet = nullptr;
    }
    if (recorder.packet == nullptr) {
        if (!recorder.on) {
            drop(recorder);
        } else {
            open_packet(recorder, time);
            if (recorder.packet == nullptr) ++recorder.ring->events_discarded;
        }
        recorder.epoch = time >> kTimeBits;
    } else {
        write_epoch(recorder, time);
    }
}

void start(Recorder& recorder, RingControl& ring, u8* packets, u32 cpu_id) {
    recorder = {};
    recorder.ring = &ring;
    recorder.packets = packets;
    recorder.cpu_id = cpu_id;
    recorder.on = true;
    drop(recorder);
}

void stop(Recorder& recorder) {
    if (recorder.packet != nullptr) close_packet(recorder, hw::read_trace_clock());
    recorder.on = false;
    drop(recorder);
}

}  // namespace ws::trace

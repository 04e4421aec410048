// SPDX-License-Identifier: Apache-2.0
// The recorder: writes CTF events into this CPU's ring, and counts the instructions it takes for itself.
//
// The raw clock, PMCCNTR_EL0, counts the recorder's instructions as well. The net clock is the raw one less `spent`,
// and shows the hypervisor as if nobody were looking. So each instruction of the recorder has to be in `spent`, once,
// and none of the hypervisor's:
//
//   window   What records is inlined between two readings of the clock. The second reading ends the window: the
//            difference is added to `spent`, and kClosingInstructions for what comes after that reading, up to the STR
//            of `spent`.
//   vector   The time of a trap is read in the vector, before there is a window: kVectorInstructions are added.
//   lead     In a guest's vector they are not the first: `lead` instructions of the hypervisor's own come before the
//            reading. A reader of the trace takes them off, so that a trap's time is that of the vector's first
//            instruction.
//   tail     The return is recorded before the guest's registers are restored, since nothing can be recorded after.
//            `tail` instructions follow, ERET included. The assembler counts them, and a reader adds them.
//   room     A packet is full now and then. The code around a trace point must not differ for that, so the way to
//            trace_make_room is no call: a B that the compiler does not see as one, and a thunk that keeps every
//            register.
//   off      Level `off` leaves only a compiler barrier, which keeps the code around it in the same order.
//
// The caller has interrupts masked: nothing comes between the two readings.
#pragma once

#include "../arch/hw/copy_words.hpp"
#include "../arch/hw/trace_clock.hpp"
#include "format/layout.hpp"

namespace ws::trace {

/// What the recorder does in a vector: it reads the clock and keeps it.
inline constexpr unsigned kVectorInstructions = 2;

/// One CPU's recorder. It is the first member of that CPU's Cpu, so the per-CPU pointer is a pointer to it
/// (points.hpp).
struct Recorder {
    u8* position;  ///< where the next event goes
    u8* limit;     ///< at or above it, trace_make_room comes first
    u64 epoch;     ///< clock >> kTimeBits of the last event
    u64 spent;     ///< instructions that went into recording, since tracing started
    RingControl* ring;
    u8* packets;       ///< packet 0 of the ring
    u16* open_bytes;   ///< the ring's, or one that nobody reads while events are dropped
    u8* packet;        ///< the open packet, or null while events are dropped
    u64 pending_time;  ///< time of the event that needs room
    u64 sequence;      ///< packet_seq_num of the next packet
    u32 cpu_id;
    bool on;
};

/// An open window of the recorder: events that are emitted in it share its time.
class Window {
  public:
    WS_INLINE Window(u64 time, Recorder& recorder) : time_(time), recorder_(recorder) {}

    template <class Payload>
    WS_INLINE void emit(const Payload& payload) {
        u8* const at = begin<static_cast<u8>(Payload::kId)>();
        *reinterpret_cast<Payload*>(at) = payload;
        end(at + sizeof(Payload));
    }

    /// The same for an event that another one follows soon: that one makes the open packet's length include both.
    template <class Payload>
    WS_INLINE void emit_quickly(const Payload& payload) {
        u8* const at = begin<static_cast<u8>(Payload::kId)>();
        *reinterpret_cast<Payload*>(at) = payload;
        recorder_.position = at + sizeof(Payload);
    }

    /// A register block: `count` 64-bit values in table order, copied from where the switch keeps them.
    template <std::size_t count>
    WS_INLINE void emit_block(RegisterClass register_class, Operation operation, Owner owner, const u64* values) {
        u8* const at = begin(static_cast<u8>(kFirstBlockId + static_cast<u8>(register_class)));
        *reinterpret_cast<payload::block_header*>(at) = {operation, owner};
        copy<count>(at + sizeof(payload::block_header), values);
        end(at + sizeof(payload::block_header) + count * sizeof(u64));
    }

  private:
    /// Writes the header of an event whose id is known now: from 32 up it is the extended one.
    template <u8 id>
    WS_INLINE u8* begin() {
        if constexpr (id < kCompactIds) {
            return begin(id);
        } else {
            make_room();
            u8* const at = recorder_.position;
            *reinterpret_cast<ExtendedHeader*>(at) = {kCompactIds, id, time_, static_cast<u32>(recorder_.spent)};
            return at + sizeof(ExtendedHeader);
        }
    }

    WS_INLINE void make_room() {
        if (recorder_.position >= recorder_.limit || recorder_.epoch != time_ >> kTimeBits) [[unlikely]] {
            recorder_.pending_time = time_;
            hw::call_make_room(&recorder_);
        }
    }

    /// Writes the compact header; returns where the payload goes.
    WS_INLINE u8* begin(u8 id) {
        make_room();
        u8* const at = recorder_.position;
        *reinterpret_cast<CompactHeader*>(at) = {static_cast<u32>(time_ << kIdBits) | id,
                                                 static_cast<u32>(recorder_.spent)};
        return at + sizeof(CompactHeader);
    }

    /// The event is whole: only now does the open packet's length include it.
    WS_INLINE void end(u8* position) {
        recorder_.position = position;
        // Packets are aligned to their size of 64 KiB, so the low half word of a position is the offset in the packet.
        *recorder_.open_bytes = static_cast<u16>(reinterpret_cast<std::uintptr_t>(position));
    }

    /// A few values are stored one by one: with LDP and STP the compiler would have to compute an address for them
    /// outside the window.
    template <std::size_t count>
    WS_INLINE static void copy(u8* to, const u64* from) {
        if constexpr (count > 4) {
            hw::copy_words<count>(to, from);
        } else {
            for (std::size_t i = 0; i < count; ++i) __builtin_memcpy(to + i * sizeof(u64), from + i, sizeof(u64));
        }
    }

    u64 time_;
    Recorder& recorder_;
};
static_assert(kPacketBytes == 0x1'0000);

/// Starts recording on this CPU into `ring` of the run page. The clock must run.
void start(Recorder& recorder, RingControl& ring, u8* packets, u32 cpu_id);

/// Closes the open packet. Nothing is recorded afterwards.
void stop(Recorder& recorder);

}  // namespace ws::trace

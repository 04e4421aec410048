// SPDX-License-Identifier: Apache-2.0
// How the trace lies in the reserved part of RAM and in the files made from it. Freestanding; shared with the host
// programs. All numbers are little-endian. CTF 1.8 is the format of the packets: https://diamon.org/ctf/v1.8.3/
#pragma once

#include "events.hpp"

namespace ws::trace {

/// Changes when the meaning of bytes does; new events alone do not change it.
inline constexpr u32 kFormatVersion = 2;

inline constexpr u32 kCtfMagic = 0xC1FC1FC1;
inline constexpr u64 kPacketBytes = 64 * 1024;

/// CTF packet header and packet context: the start of each packet, in the ring and in the stream file.
/// The recorder fills what it knows; the capture adds what the run knows (magic, uuid, checksum).
struct [[gnu::packed]] PacketHeader {
    // trace.packet.header
    u32 magic;
    u8 uuid[16];
    u32 stream_id;
    // stream.packet.context
    u64 timestamp_begin;   ///< raw clock, instructions since reset
    u64 timestamp_end;     ///< raw clock at the packet's close: of the event that came next and had no room, or of the
                           ///< trace's end; of the last event in a packet that the capture took while it was open
    u64 content_size;      ///< bits in use, this header included
    u64 packet_size;       ///< bits in the packet; in a stream file equal to content_size but in whole bytes
    u64 packet_seq_num;    ///< from 0, per CPU
    u64 events_discarded;  ///< per CPU since the trace began, when the packet was closed
    u64 recorder_begin;    ///< the recorder's instructions on this CPU, all 64 bits, when the packet was opened
    u32 cpu_id;
    u32 checksum;  ///< CRC-32 (zlib's) of the packet with this field zero
};
static_assert(sizeof(PacketHeader) == 88);

/// An event's header. `id` in the low 5 bits, the low 27 bits of the raw clock above. A reader keeps the upper bits of
/// the event (or packet) before; so the recorder puts a clock_epoch event, with the extended header, where they change.
inline constexpr unsigned kIdBits = 5;
inline constexpr unsigned kTimeBits = 27;

/// Compact header and event context.
struct [[gnu::packed]] CompactHeader {
    u32 id_and_time;
    u32 recorder_spent;  ///< low 32 bits of the instructions that the recorder had spent on this CPU before this event
};

/// Extended header and event context.
struct [[gnu::packed]] ExtendedHeader {
    u8 escape;  ///< kCompactIds
    u32 id;
    u64 time;
    u32 recorder_spent;
};

/// No event is longer than this, header included: the recorder keeps that much free at a packet's end.
inline constexpr u64 kMaxEventBytes = 640;

/// One CPU's ring: `packets` packets of kPacketBytes. The recorder fills packet `produced % packets` and the reader
/// takes packet `consumed % packets`; both numbers only grow. Each side writes its own cache line alone.
struct RingControl {
    u64 produced;          ///< packets closed by the recorder
    u64 events_discarded;  ///< events lost because all packets were full
    u64 open_bytes;        ///< bytes in the open packet that are whole events; 0 when none is open
    u64 first_packet;      ///< offset of packet 0 from the start of the run page
    u64 packets;           ///< packets in this ring
    u64 unused_[3];
    u64 consumed;  ///< packets copied out by the capture
    u64 unused2_[7];
};
static_assert(sizeof(RingControl) == 128);

/// How a run ended. 0 means that it did not end.
enum class Verdict : u32 {
    running = 0,
    guest_exit = 1,        ///< the guest's exit hypercall; its status is in RunPage::status
    guest_crash = 2,       ///< the guest did what cannot be continued
    hypervisor_panic = 3,  ///< the hypervisor did
    vmm_crash = 4,         ///< a VM's VMM crashed, or could not go on
};

inline constexpr u64 kRunPageMagic = 0x4843'5457'5344'4c52;  // "RLDSWTCH"
inline constexpr u64 kRunPageBytes = 4096;
inline constexpr u64 kMaxCpus = 8;
inline constexpr u64 kMaxVcpus = 32;  ///< of all VMs together
/// As an owner in events: the thread in which VM n's VMM serves its devices is kVmmOwners + n.
inline constexpr u64 kVmmOwners = kMaxVcpus;

/// Where in RAM the kernel keeps what it knows of its vCPUs, for host programs that look at a machine that hangs
/// (state.def). It is written once: what a guest does costs nothing for it.
struct StateMap {
    u64 magic;             ///< kStateMagic, written last
    u64 vcpus[kMaxVcpus];  ///< by owner less one; 0 for one that its VMM has not made
    u64 cpus;              ///< the first one
    u32 cpu_bytes;         ///< from one CPU to the next
    u32 entries;           ///< rows of state.def
    u32 offsets[32];
};
inline constexpr u64 kStateMagic = 0x5041'4d53'5550'4356;  // "VCPUSMAP"
inline constexpr u64 kRingsOffset = 320;
inline constexpr u64 kStateMapOffset = 2048;

/// The first page of the reserved part of RAM: what the host programs learn of the run, while it runs or after.
struct RunPage {
    u64 magic;           ///< kRunPageMagic, written last
    u32 format_version;  ///< kFormatVersion
    u32 level;           ///< Level of the image
    u32 cpus;            ///< CPUs with a ring
    Verdict verdict;
    u64 status;                ///< the guest's exit status
    char design[16];           ///< "split", "el2", "vhe", NUL-terminated
    char message[200];         ///< how it ended, in one line, NUL-terminated
    u64 trace_stopped;         ///< 1 once every CPU has closed its last packet
    u32 vcpus;                 ///< vCPUs of all VMs
    u8 vm_of_vcpu[kMaxVcpus];  ///< by owner less one: its VM, counted from 1. A VM's vCPUs stand together, in order
    u8 unused_[28];
    RingControl rings[kMaxCpus];
    u8 unused2_[kStateMapOffset - kRingsOffset - sizeof(rings)];
    StateMap state;
};
static_assert(offsetof(RunPage, rings) == kRingsOffset);
static_assert(offsetof(RunPage, state) == kStateMapOffset);
static_assert(sizeof(RunPage) <= kRunPageBytes);
static_assert(kRingsOffset % 64 == 0);  // else two CPUs would write to one cache line

}  // namespace ws::trace

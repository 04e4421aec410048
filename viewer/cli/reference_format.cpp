// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstddef>
#include <sstream>

#include "viewer/cli/reference.hpp"
#include "viewer/model/format/metadata.hpp"
#include "viewer/model/format/packet.hpp"

namespace ws::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

/// A row of a struct's table: where a member is, how long, and what it is.
#define MEMBER(type, name, meaning) \
    {fmt::format("{}", offsetof(type, name)), fmt::format("{}", sizeof(type::name)), literal(#name), meaning}

Rows packet_rows() {
    using trace::PacketHeader;
    return {MEMBER(PacketHeader, magic, fmt::format("0x{:X}", trace::kCtfMagic)),
            MEMBER(PacketHeader, uuid, "the run's, the same in the metadata and in each packet"),
            MEMBER(PacketHeader, stream_id, "0"),
            MEMBER(PacketHeader, timestamp_begin, "raw clock when the packet was opened"),
            MEMBER(PacketHeader, timestamp_end, "raw clock when it was closed"),
            MEMBER(PacketHeader, content_size, "bits in use, this header included"),
            MEMBER(PacketHeader, packet_size, "the same: packets are trimmed"),
            MEMBER(PacketHeader, packet_seq_num, "from 0, for each CPU"),
            MEMBER(PacketHeader, events_discarded, "events of this CPU that were dropped so far"),
            MEMBER(PacketHeader, recorder_begin, "the recorder's instructions on this CPU so far, all 64 bits"),
            MEMBER(PacketHeader, cpu_id, "the CPU"),
            MEMBER(PacketHeader, checksum, "CRC-32 of the packet with this field zero")};
}

Rows run_page_rows() {
    using trace::RunPage;
    return {MEMBER(RunPage, magic, fmt::format("0x{:016x}, written last", trace::kRunPageMagic)),
            MEMBER(RunPage, format_version, fmt::format("{}", trace::kFormatVersion)),
            MEMBER(RunPage, level, "trace level of the image: 0 off, 1 traps, 2 full"),
            MEMBER(RunPage, cpus, "CPUs with a ring"),
            MEMBER(RunPage, verdict, "0 running, 1 guest exit, 2 guest crash, 3 hypervisor panic"),
            MEMBER(RunPage, status, "the guest's exit status"),
            MEMBER(RunPage, design, "name of the design, NUL-terminated"),
            MEMBER(RunPage, message, "a crash or a panic in one line, NUL-terminated"),
            MEMBER(RunPage, trace_stopped, "1 once each CPU has closed its last packet"),
            MEMBER(RunPage, vcpus, "vCPUs of all VMs"),
            MEMBER(RunPage, vm_of_vcpu, "the VM of each vCPU, counted from 1; a VM's vCPUs stand together, in order"),
            MEMBER(RunPage, rings, fmt::format("one for each of {} CPUs", trace::kMaxCpus))};
}

Rows ring_rows() {
    using trace::RingControl;
    return {MEMBER(RingControl, produced, "packets closed by the recorder"),
            MEMBER(RingControl, events_discarded, "events lost because all packets were full"),
            MEMBER(RingControl, open_bytes,
                   "bytes of the open packet that are whole, its header included; 0: none is open"),
            MEMBER(RingControl, first_packet, "offset of packet 0 from the run page"),
            MEMBER(RingControl, packets, "packets in the ring"),
            MEMBER(RingControl, consumed, "packets copied out by the capture")};
}

Rows header_rows() {
    using trace::CompactHeader;
    using trace::ExtendedHeader;
    Rows rows = {
        MEMBER(CompactHeader, id_and_time,
               fmt::format("compact: id in the low {} bits, the low {} bits of the raw clock above", trace::kIdBits,
                           trace::kTimeBits)),
        MEMBER(CompactHeader, recorder_spent, "compact: low 32 bits of the recorder's instructions before the event"),
        MEMBER(ExtendedHeader, escape, fmt::format("extended: {}", trace::kCompactIds)),
        MEMBER(ExtendedHeader, id, "extended: the id"),
        MEMBER(ExtendedHeader, time, "extended: all of the raw clock"),
        MEMBER(ExtendedHeader, recorder_spent, "extended: as above")};
    return rows;
}
#undef MEMBER

}  // namespace

void print_format() {
    const std::vector<std::string> head = {"byte", "bytes", "field", "meaning"};
    print_list_table("Packet header and context", head, packet_rows());
    print_list_table("Event header and context", head, header_rows());
    print_list_table("Run page", head, run_page_rows());
    print_list_table("Ring control, one for each CPU", head, ring_rows());
}

void print_metadata() {
    model::Metadata metadata;
    for (const auto& [key, value] :
         model::Env{{"design", "vhe"}, {"e2h", "1"}, {"guest", "hypercall"}, {"trace_level", "full"}, {"cpus", "1"}}) {
        metadata.set(key, value);
    }
    metadata.set("format_version", fmt::format("{}", trace::kFormatVersion));
    metadata.set("date", "2026-01-01T00:00:00Z");
    metadata.set(model::kPacketsKey, "1");
    fmt::print(".. code-block:: text\n\n");
    std::istringstream text(model::make_metadata(metadata));
    for (std::string line; std::getline(text, line);) fmt::print("{}{}\n", line.empty() ? "" : "   ", line);
}

}  // namespace ws::cli

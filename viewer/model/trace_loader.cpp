// SPDX-License-Identifier: Apache-2.0
// Reads a trace. The packets' headers are looked at one after the other; then each packet is checked and decoded for
// itself, on all of this machine's cores.

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>

#include "viewer/model/parallel.hpp"
#include "viewer/model/trace.hpp"

namespace ws::model {

namespace fs = std::filesystem;

namespace {

constexpr const char* kRunAgain = "the trace is damaged, record it again";

/// The folder with `metadata` in it: `folder` itself or its trace/. Throws TraceError.
fs::path find_trace_folder(const fs::path& folder) {
    std::error_code error;
    if (!fs::exists(folder, error)) throw TraceError(folder.string(), "no such folder");
    if (!fs::is_directory(folder, error)) {
        throw TraceError(folder.string(), "is not a folder; give a run's folder or the trace folder in it");
    }
    for (const fs::path& candidate : {folder, folder / "trace"}) {
        if (fs::exists(candidate / "metadata", error)) return candidate;
    }
    throw TraceError(folder.string(),
                     "holds no trace: neither metadata nor trace/metadata is there; "
                     "was the run made with --trace traps or --trace full?");
}

/// The net clock of an event: see Event.
i64 net_clock(const PacketEvent& event, Bytes packet) {
    const i64 net = static_cast<i64>(event.raw - event.recorder_spent);
    const u8* payload = packet.data() + event.payload;
    if (event.info->id == static_cast<u32>(trace::EventId::trap)) {
        return net - payload[offsetof(trace::payload::trap, lead)];
    }
    if (event.info->id == static_cast<u32>(trace::EventId::eret)) {
        return net + payload[offsetof(trace::payload::eret, tail)];
    }
    return net;
}

/// Packets of each CPU as the metadata tells them; empty if the capture never ended.
std::vector<u64> expected_packets(const Metadata& metadata, u32 cpus, const std::string& file) {
    const std::string text = metadata.get(kPacketsKey);
    std::vector<u64> counts;
    if (text == kCaptureOpen) return counts;
    std::istringstream stream(text);
    for (u64 count = 0; stream >> count;) counts.push_back(count);
    if (counts.size() != cpus) {
        throw TraceError(
            file, fmt::format("env tells packets of {} CPUs, but cpus is {}; {}", counts.size(), cpus, kRunAgain));
    }
    return counts;
}

}  // namespace

class TraceLoader {
  public:
    TraceLoader(Trace& trace, const Progress& progress) : trace_(trace), progress_(progress) {}

    void load(const fs::path& folder) {
        trace_.path_ = find_trace_folder(folder);
        load_metadata();
        map_streams();
        for (u32 cpu = 0; cpu < trace_.cpus(); ++cpu) find_packets(cpu);
        decode();
        store();
        share_net_clock();
        for (u32 cpu = 0; cpu < trace_.cpus(); ++cpu) {
            if (trace_.streams_[cpu].lost())
                throw TraceError(stream_path(cpu).string(), "was cut off while it was read");
        }
        tell(progress_, 1.0);
    }

  private:
    /// Where a packet is, and what the one before it left behind.
    struct Place {
        u32 cpu;
        u64 number;
        u64 offset;
        u64 clock;
        u64 discarded;
    };
    /// A packet whose size is known, and what decoding makes of it.
    struct Found {
        Place place;
        u64 bytes;
        trace::PacketHeader header{};
        PacketEvents events;
        std::string fault;
        u64 fault_at = 0;
    };

    void load_metadata() {
        const fs::path path = trace_.path_ / "metadata";
        const MappedFile file(path);
        trace_.metadata_ = parse_metadata(std::string(file.bytes().begin(), file.bytes().end()), path.string());
        const std::string cpus = trace_.env("cpus");
        if (cpus.size() != 1 || cpus[0] < '1' || cpus[0] > '0' + static_cast<int>(trace::kMaxCpus)) {
            throw TraceError(path.string(),
                             fmt::format("env tells of \"{}\" CPUs, 1 to {} are possible", cpus, trace::kMaxCpus));
        }
        trace_.streams_.resize(static_cast<std::size_t>(cpus[0] - '0'));
        load_vms();
        expected_ = expected_packets(trace_.metadata_, trace_.cpus(), path.string());
        trace_.complete_ = !expected_.empty();
    }

    void load_vms() {
        std::istringstream stream(trace_.env(kVmOfVcpuKey));
        for (u32 vm = 0; stream >> vm;) {
            trace_.vm_of_vcpu_.push_back(vm);
            trace_.vms_ = std::max(trace_.vms_, vm);
        }
    }

    fs::path stream_path(u32 cpu) const { return trace_.path_ / fmt::format("stream_{}", cpu); }

    /// A CPU without packets has no file; any other CPU must have its own.
    void map_streams() {
        for (u32 cpu = 0; cpu < trace_.cpus(); ++cpu) {
            std::error_code error;
            const bool exists = fs::exists(stream_path(cpu), error);
            const bool wanted = trace_.complete_ && expected_[cpu] != 0;
            if (exists || wanted) trace_.streams_[cpu] = MappedFile(stream_path(cpu));
        }
        for (const fs::directory_entry& entry : fs::directory_iterator(trace_.path_)) {
            const std::string name = entry.path().filename().string();
            if (name.rfind("stream_", 0) != 0) continue;
            bool known = false;
            for (u32 cpu = 0; cpu < trace_.cpus(); ++cpu) known |= name == stream_path(cpu).filename();
            if (!known) throw TraceError(entry.path().string(), "does not belong to this trace; take it away");
        }
    }

    [[noreturn]] void fail(u32 cpu, u64 packet, u64 offset, const std::string& what) const {
        throw TraceError(stream_path(cpu).string(),
                         fmt::format("packet {}, byte {}: {}; {}", packet, offset, what, kRunAgain));
    }

    /// Walks a stream from header to header, up to its end or the first header that cannot be right.
    void find_packets(u32 cpu) {
        const Bytes stream = trace_.streams_[cpu].bytes();
        Place place{cpu, 0, 0, 0, 0};
        while (place.offset < stream.size()) {
            Found found{place, 0, {}, {}, {}, 0};
            try {
                const Bytes rest = stream.subspan(place.offset);
                found.header = read_header(rest);
                check_sizes(rest, found.header);
                found.bytes = found.header.content_size / 8;
                check_order(found.header, place);
            } catch (const PacketFault& fault) {
                found.fault = fault.what();
                found.fault_at = fault.offset();
            }
            packets_.push_back(std::move(found));
            if (!packets_.back().fault.empty()) return;
            const trace::PacketHeader& header = packets_.back().header;
            place = {cpu, place.number + 1, place.offset + packets_.back().bytes, header.timestamp_end,
                     header.events_discarded};
        }
        if (trace_.complete_ && place.number != expected_[cpu]) {
            packets_.push_back(
                {place,
                 0,
                 {},
                 {},
                 fmt::format("the stream has {} packets, the metadata tells of {}", place.number, expected_[cpu]),
                 0});
        }
    }

    static void demand(bool good, const std::string& message) {
        if (!good) throw PacketFault(0, message);
    }

    static void check_sizes(Bytes bytes, const trace::PacketHeader& header) {
        demand(header.magic == trace::kCtfMagic, "no packet starts here");
        demand(header.content_size % 8 == 0 && header.content_size / 8 >= sizeof(header) &&
                   header.content_size / 8 <= trace::kPacketBytes && header.packet_size == header.content_size,
               fmt::format("sizes do not agree: content {} bits, packet {} bits", u64{header.content_size},
                           u64{header.packet_size}));
        demand(header.content_size / 8 <= bytes.size(),
               fmt::format("packet cut off: {} of {} bytes are there", bytes.size(), header.content_size / 8));
    }

    void check_order(const trace::PacketHeader& header, const Place& place) const {
        demand(std::equal(trace_.metadata_.uuid.begin(), trace_.metadata_.uuid.end(), header.uuid),
               "packet of another run (its UUID is not the metadata's)");
        demand(header.stream_id == 0, fmt::format("stream_id is {}, not 0", u32{header.stream_id}));
        demand(header.cpu_id == place.cpu,
               fmt::format("packet of CPU {} in the stream of CPU {}", u32{header.cpu_id}, place.cpu));
        demand(header.packet_seq_num == place.number,
               fmt::format("packet has number {}, {} is expected", u64{header.packet_seq_num}, place.number));
        demand(header.timestamp_begin >= place.clock && header.timestamp_end >= header.timestamp_begin,
               "packet's times run back");
        demand(header.events_discarded >= place.discarded, "packet's count of dropped events runs back");
    }

    /// Checks and decodes all packets. Of several faults the first one is told, as the stream has them.
    void decode() {
        static constexpr double kDecoding = 0.9;  // of the whole; the rest is the order of several CPUs
        for_each_in_parallel(
            packets_.size(), [this](std::size_t i) { decode_packet(packets_[i]); },
            [this](double done) { tell(progress_, done * kDecoding); });
        for (const Found& found : packets_) {
            if (found.fault.empty()) continue;
            fail(found.place.cpu, found.place.number, found.place.offset + found.fault_at, found.fault);
        }
    }

    void decode_packet(Found& found) const {
        if (found.bytes == 0) return;
        const Bytes packet = trace_.streams_[found.place.cpu].bytes().subspan(found.place.offset, found.bytes);
        try {
            demand(packet_checksum(packet) == found.header.checksum, "checksum does not match");
            if (found.fault.empty()) found.events = decode_events(packet, found.header);
        } catch (const PacketFault& fault) {
            found.fault = fault.what();
            found.fault_at = fault.offset();
        }
        found.events.offset = found.place.offset;
    }

    static PacketEvents decode_events(Bytes packet, const trace::PacketHeader& header) {
        std::vector<PacketEvents::Item> items;
        items.reserve(packet.size() / 16);
        PacketCursor cursor(packet, header);
        bool shortest = true;
        bool close = true;
        for (PacketEvent event; cursor.next(event);) {
            if (event.raw > header.timestamp_end)
                throw PacketFault(event.start, "event is later than its packet's end");
            shortest = shortest && event.payload - event.start == shortest_header(event.info->id);
            close = close && event.recorder_spent == spent_after(header.recorder_begin, event.recorder_spent);
            items.push_back({event.raw, net_clock(event, packet), static_cast<u32>(event.payload), event.info->id});
        }
        PacketEvents events(items, shortest ? packet.data() : nullptr);
        events.recorder_begin = header.recorder_begin;
        events.spent_close = close;
        return events;
    }

    /// Puts the packets' events together, and finds where some are missing.
    void store() {
        u64 total = 0;
        for (const Found& found : packets_) total += found.events.size();
        if (total >= kNoEvent)
            throw TraceError(trace_.path_.string(), "has more than 4 billion events; trace a shorter run");
        trace_.store_ = std::make_unique<EventStore>(trace_.cpus());
        EventStore& store = *trace_.store_;
        for (Found& found : packets_) {
            const u32 cpu = found.place.cpu;
            const u32 first = store.size_of(cpu);
            if (found.header.events_discarded > found.place.discarded) {
                trace_.gaps_.push_back({cpu, first, found.header.events_discarded - found.place.discarded});
            }
            trace_.packets_.push_back(
                {cpu, found.place.offset, found.events.size() == 0 ? kNoEvent : first, found.header});
            if (found.events.size() != 0) store.add(cpu, std::move(found.events));
        }
        packets_.clear();
        packets_.shrink_to_fit();
        store.merge();
        for (u32 cpu = 0; cpu < trace_.cpus(); ++cpu) trace_.by_cpu_.emplace_back(store, cpu);
        for (Gap& gap : trace_.gaps_) {
            gap.before = gap.before < store.size_of(gap.cpu) ? store.index_of(gap.cpu, gap.before) : kNoEvent;
            trace_.restarts_.push_back(gap.before);
        }
        for (Packet& packet : trace_.packets_) {
            if (packet.first != kNoEvent) packet.first = store.index_of(packet.cpu, packet.first);
        }
        std::sort(trace_.restarts_.begin(), trace_.restarts_.end());
    }

    /// Takes off every CPU's net clock what the other CPUs' recorders had spent up to then. An event tells what its CPU
    /// had spent before it; what the next one tells more was spent right after the earlier one. So at a time t a CPU
    /// has spent what its first event at or after t tells, and after its last event what that one tells.
    void share_net_clock() {
        if (trace_.cpus() < 2 || !trace_.shared_clock()) return;
        static constexpr u64 kNever = ~u64{0};
        struct Cpu {
            EventStore::Place last{};      ///< its event that the walk has passed last
            EventStore::Place last_new{};  ///< the first one of the same raw time as that
            u64 raw = kNever;              ///< of both
            i64 latest = std::numeric_limits<i64>::min();
            std::vector<i64> nets;  ///< of the events of a packet so far
        };
        EventStore& store = *trace_.store_;
        std::vector<Cpu> cpus(trace_.cpus());
        const auto spent = [this](const EventStore::Place& at) { return static_cast<i64>(trace_.recorder_spent(at)); };
        i64 others =
            0;  // what the other CPUs have spent: as long as events of one CPU follow each other, it stays the same
        u32 told_for = trace_.cpus();
        for (EventWalk walk(store); !walk.done(); walk.next()) {
            const EventStore::Place at = walk.place();
            Cpu& own = cpus[at.cpu];
            const u64 raw = store.packet(at).raw(at.event);
            const bool tie =
                std::any_of(cpus.begin(), cpus.end(), [&](const Cpu& cpu) { return &cpu != &own && cpu.raw == raw; });
            if (told_for != at.cpu || tie) {
                others = 0;
                for (u32 cpu = 0; cpu < trace_.cpus(); ++cpu) {
                    if (cpu == at.cpu || store.size_of(cpu) == 0) continue;
                    const EventStore::Place& next = walk.next_of(cpu);
                    const bool ended = next.packet == store.packets_of(cpu);
                    others += spent(cpus[cpu].raw == raw ? cpus[cpu].last_new : ended ? cpus[cpu].last : next);
                }
                told_for = tie ? trace_.cpus() : at.cpu;
            }
            if (own.raw != raw) own.last_new = at;
            own.last = at;
            own.raw = raw;
            // A recorder that another CPU's time slice cut in two is taken off too early: the clock waits for it.
            own.nets.push_back(own.latest = std::max(own.latest, store.packet(at).net(at.event) - others));
            if (own.nets.size() < store.packet(at).size()) continue;
            store.set_net(at, own.nets);
            own.nets.clear();
        }
    }

    Trace& trace_;
    const Progress& progress_;
    std::vector<u64> expected_;
    std::vector<Found> packets_;  ///< CPU after CPU
};

Trace Trace::load(const fs::path& folder, const Progress& progress) {
    Trace trace;
    try {
        TraceLoader(trace, progress).load(folder);
    } catch (const fs::filesystem_error& error) {
        throw TraceError(folder.string(), error.code().message());
    } catch (const std::bad_alloc&) {
        throw TraceError(folder.string(), "does not fit into this machine's memory");
    }
    return trace;
}

}  // namespace ws::model

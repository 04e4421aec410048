// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <queue>
#include <sstream>

namespace ws::model {

namespace fs = std::filesystem;

namespace {

constexpr const char* kRunAgain = "the trace is damaged, record it again";

/// The whole of a file. Throws TraceError.
std::vector<u8> read_file(const fs::path& path) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) throw TraceError(path.string(), "is missing or no regular file");
    std::ifstream file(path, std::ios::binary);
    if (!file) throw TraceError(path.string(), "cannot be opened for reading");
    std::vector<u8> bytes(static_cast<std::size_t>(fs::file_size(path, error)));
    if (error) throw TraceError(path.string(), error.message());
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (static_cast<std::size_t>(file.gcount()) != bytes.size())
        throw TraceError(path.string(), "cannot be read in full");
    return bytes;
}

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
        load_streams();
        std::vector<std::vector<Event>> events(trace_.cpus());
        for (u32 cpu = 0; cpu < trace_.cpus(); ++cpu) decode_stream(cpu, events[cpu]);
        merge(events);
        share_net_clock(trace_);
        if (progress_) progress_(1.0);
    }

  private:
    void load_metadata() {
        const fs::path path = trace_.path_ / "metadata";
        const std::vector<u8> bytes = read_file(path);
        trace_.metadata_ = parse_metadata(std::string(bytes.begin(), bytes.end()), path.string());
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
    void load_streams() {
        for (u32 cpu = 0; cpu < trace_.cpus(); ++cpu) {
            std::error_code error;
            const bool exists = fs::exists(stream_path(cpu), error);
            const bool wanted = trace_.complete_ && expected_[cpu] != 0;
            if (exists || wanted) trace_.streams_[cpu] = read_file(stream_path(cpu));
            total_bytes_ += trace_.streams_[cpu].size();
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

    void decode_stream(u32 cpu, std::vector<Event>& events) {
        const Bytes stream = trace_.streams_[cpu];
        events.reserve(stream.size() / 40);
        u64 offset = 0;
        u64 number = 0;
        u64 clock = 0;
        u64 discarded = 0;
        for (; offset < stream.size(); ++number) {
            try {
                offset += decode_packet(cpu, stream.subspan(offset), Place{number, offset, clock, discarded}, events);
            } catch (const PacketFault& fault) {
                fail(cpu, number, offset + fault.offset(), fault.what());
            }
            clock = trace_.packets_.back().header.timestamp_end;
            discarded = trace_.packets_.back().header.events_discarded;
            if (progress_) progress_(static_cast<double>(done_bytes_ + offset) / static_cast<double>(total_bytes_));
        }
        if (trace_.complete_ && number != expected_[cpu]) {
            fail(cpu, number, offset,
                 fmt::format("the stream has {} packets, the metadata tells of {}", number, expected_[cpu]));
        }
        done_bytes_ += stream.size();
    }

    /// Where a packet is, and what the one before it left behind.
    struct Place {
        u64 number;
        u64 offset;
        u64 clock;
        u64 discarded;
    };

    /// Checks and decodes the packet at the start of `bytes`; returns its length in bytes.
    u64 decode_packet(u32 cpu, Bytes bytes, const Place& place, std::vector<Event>& events) {
        const trace::PacketHeader header = read_header(bytes);
        const Bytes packet = check_header(cpu, bytes, header, place);
        if (header.events_discarded > place.discarded) {
            trace_.gaps_.push_back(
                {cpu, static_cast<EventIndex>(events.size()), header.events_discarded - place.discarded});
        }
        trace_.packets_.push_back({cpu, place.offset, static_cast<EventIndex>(events.size()), header});
        PacketCursor cursor(packet, header);
        for (PacketEvent event; cursor.next(event);) {
            if (event.raw > header.timestamp_end)
                throw PacketFault(event.start, "event is later than its packet's end");
            events.emplace_back(event.raw, net_clock(event, packet), event.info->id, cpu, place.offset + event.payload);
        }
        if (events.size() == trace_.packets_.back().first) trace_.packets_.back().first = kNoEvent;
        return packet.size();
    }

    Bytes check_header(u32 cpu, Bytes bytes, const trace::PacketHeader& header, const Place& place) const {
        const auto demand = [](bool good, const std::string& message) {
            if (!good) throw PacketFault(0, message);
        };
        demand(header.magic == trace::kCtfMagic, "no packet starts here");
        demand(header.content_size % 8 == 0 && header.content_size / 8 >= sizeof(header) &&
                   header.content_size / 8 <= trace::kPacketBytes && header.packet_size == header.content_size,
               fmt::format("sizes do not agree: content {} bits, packet {} bits", u64{header.content_size},
                           u64{header.packet_size}));
        demand(header.content_size / 8 <= bytes.size(),
               fmt::format("packet cut off: {} of {} bytes are there", bytes.size(), header.content_size / 8));
        const Bytes packet = bytes.first(header.content_size / 8);
        demand(packet_checksum(packet) == header.checksum, "checksum does not match");
        demand(std::equal(trace_.metadata_.uuid.begin(), trace_.metadata_.uuid.end(), header.uuid),
               "packet of another run (its UUID is not the metadata's)");
        demand(header.stream_id == 0, fmt::format("stream_id is {}, not 0", u32{header.stream_id}));
        demand(header.cpu_id == cpu, fmt::format("packet of CPU {} in the stream of CPU {}", u32{header.cpu_id}, cpu));
        demand(header.packet_seq_num == place.number,
               fmt::format("packet has number {}, {} is expected", u64{header.packet_seq_num}, place.number));
        demand(header.timestamp_begin >= place.clock && header.timestamp_end >= header.timestamp_begin,
               "packet's times run back");
        demand(header.events_discarded >= place.discarded, "packet's count of dropped events runs back");
        return packet;
    }

    /// Brings the CPUs' events into one order: by raw time, of equal times the lower CPU first.
    void merge(std::vector<std::vector<Event>>& events) {
        u64 total = 0;
        for (const auto& part : events) total += part.size();
        if (total >= kNoEvent)
            throw TraceError(trace_.path_.string(), "has more than 4 billion events; trace a shorter run");
        std::vector<std::size_t> next(events.size(), 0);
        trace_.by_cpu_.resize(events.size());
        for (u32 cpu = 0; cpu < events.size(); ++cpu) trace_.by_cpu_[cpu].reserve(events[cpu].size());
        if (events.size() > 1) trace_.events_.reserve(total);
        const auto later = [&](u32 a, u32 b) {
            const u64 time_a = events[a][next[a]].raw;
            const u64 time_b = events[b][next[b]].raw;
            return time_a != time_b ? time_a > time_b : a > b;
        };
        std::priority_queue<u32, std::vector<u32>, decltype(later)> heads(later);
        for (u32 cpu = 0; cpu < events.size(); ++cpu) {
            if (!events[cpu].empty()) heads.push(cpu);
        }
        for (u64 index = 0; index < total; ++index) {
            const u32 cpu = heads.top();
            heads.pop();
            if (events.size() > 1) trace_.events_.push_back(events[cpu][next[cpu]]);
            trace_.by_cpu_[cpu].push_back(static_cast<EventIndex>(index));
            if (++next[cpu] < events[cpu].size()) heads.push(cpu);
        }
        if (events.size() == 1) trace_.events_ = std::move(events[0]);
        for (Gap& gap : trace_.gaps_) {
            const auto& of_cpu = trace_.by_cpu_[gap.cpu];
            gap.before = gap.before < of_cpu.size() ? of_cpu[gap.before] : kNoEvent;
            trace_.restarts_.push_back(gap.before);
        }
        for (Packet& packet : trace_.packets_) {
            if (packet.first != kNoEvent) packet.first = trace_.by_cpu_[packet.cpu][packet.first];
        }
        std::sort(trace_.restarts_.begin(), trace_.restarts_.end());
    }

    /// Takes off every CPU's net clock what the other CPUs' recorders had spent up to then. An event tells what its CPU
    /// had spent before it; what the next one tells more was spent right after the earlier one. So at a time t a CPU
    /// has spent what its first event at or after t tells, and after its last event what that one tells.
    static void share_net_clock(Trace& trace) {
        if (trace.cpus() < 2 || !trace.shared_clock()) return;
        std::vector<i64> spent_by_all(trace.events_.size(), 0);
        std::vector<u64> own(trace.events_.size());
        for (EventIndex i = 0; i < own.size(); ++i) own[i] = trace.recorder_spent(i);
        for (u32 cpu = 0; cpu < trace.cpus(); ++cpu) add_spent_of(trace, cpu, own, spent_by_all);
        trace.others_.resize(own.size());
        for (u32 cpu = 0; cpu < trace.cpus(); ++cpu) {
            i64 latest = std::numeric_limits<i64>::min();
            for (const EventIndex i : trace.by_cpu_[cpu]) {
                Event& event = trace.events_[i];
                const i64 own_net = event.net;
                // A recorder that another CPU's time slice cut in two is taken off too early: the clock waits for it.
                event.net = latest = std::max(latest, own_net + static_cast<i64>(own[i]) - spent_by_all[i]);
                trace.others_[i] = own_net - event.net;
            }
        }
    }

    /// Adds to each event what `cpu` had spent at that time.
    static void add_spent_of(const Trace& trace, u32 cpu, const std::vector<u64>& own, std::vector<i64>& sum) {
        const auto& of_cpu = trace.by_cpu_[cpu];
        if (of_cpu.empty()) return;
        std::size_t next = 0;
        for (EventIndex i = 0; i < sum.size(); ++i) {
            while (next < of_cpu.size() && trace.events_[of_cpu[next]].raw < trace.events_[i].raw) ++next;
            const bool its_own = trace.events_[i].cpu() == cpu;
            const EventIndex from = its_own ? i : of_cpu[std::min(next, of_cpu.size() - 1)];
            sum[i] += static_cast<i64>(own[from]);
        }
    }

    Trace& trace_;
    const Progress& progress_;
    std::vector<u64> expected_;
    u64 total_bytes_ = 0;
    u64 done_bytes_ = 0;
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

bool Trace::after_gap(EventIndex index) const {
    return std::binary_search(restarts_.begin(), restarts_.end(), index);
}

u64 Trace::discarded() const {
    u64 sum = 0;
    for (const Gap& gap : gaps_) sum += gap.discarded;
    return sum;
}

u64 Trace::bytes() const {
    u64 sum = 0;
    for (const auto& stream : streams_) sum += stream.size();
    return sum;
}

u64 Trace::recorder_spent(EventIndex index) const {
    const Event& event = events_[index];
    i64 spent = static_cast<i64>(event.raw) - own_net(index);
    if (event.is(trace::EventId::trap)) spent -= as<trace::payload::trap>(event).lead;
    if (event.is(trace::EventId::eret)) spent += as<trace::payload::eret>(event).tail;
    return static_cast<u64>(spent);
}

u32 Trace::vm_of(trace::Owner owner) const {
    if (owner == trace::kHost) return 0;
    if (owner > trace::kVmmOwners) return static_cast<u32>(owner - trace::kVmmOwners);
    return owner <= vm_of_vcpu_.size() ? vm_of_vcpu_[owner - std::size_t{1}] : 1;
}

std::string Trace::owner_name(trace::Owner owner) const {
    if (owner == trace::kHost) return "host";
    const u32 vm = vm_of(owner);
    if (owner > trace::kVmmOwners) return vms_ > 1 ? fmt::format("VM {} VMM", vm) : "VMM";
    // A VM's vCPUs stand together: the place of its first one tells the number within the VM.
    const auto first = std::find(vm_of_vcpu_.begin(), vm_of_vcpu_.end(), vm);
    const bool known = owner <= vm_of_vcpu_.size();
    const auto number = owner - 1 - (known ? first - vm_of_vcpu_.begin() : 0);
    return vms_ > 1 ? fmt::format("VM {} vCPU {}", vm, number) : fmt::format("vCPU {}", number);
}

}  // namespace ws::model

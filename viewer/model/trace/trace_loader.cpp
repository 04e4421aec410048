// SPDX-License-Identifier: Apache-2.0
// Reads a trace. The packets' headers are looked at one after the other; then each packet is checked and decoded for
// itself, on all of this machine's cores. Of a stream that is damaged, what is whole is taken.

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>

#include "viewer/model/format/capture_lock.hpp"
#include "viewer/model/trace/cut_finder.hpp"
#include "viewer/model/trace/packet_walk.hpp"
#include "viewer/model/base/parallel.hpp"
#include "viewer/model/trace/trace.hpp"

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

    /// A CPU without packets has no file; any other CPU must have its own, or is told as damaged.
    void map_streams() {
        for (u32 cpu = 0; cpu < trace_.cpus(); ++cpu) {
            std::error_code error;
            const bool exists = fs::exists(stream_path(cpu), error);
            const bool wanted = trace_.complete_ && expected_[cpu] != 0;
            missing_.push_back(wanted && !exists);
            if (exists) trace_.streams_[cpu] = MappedFile(stream_path(cpu));
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
        PacketPlace place{cpu, 0, 0, 0, 0};
        while (place.offset < stream.size()) {
            packets_.push_back(find_packet(stream, trace_.metadata_.uuid, place, Follows::at_once));
            if (!packets_.back().fault.empty()) return;
            place = packets_.back().next();
        }
        if (trace_.complete_ && place.number != expected_[cpu]) {
            FoundPacket& none = packets_.emplace_back(FoundPacket{place});
            none.fault =
                fmt::format("the stream has {} packets, the metadata tells of {}", place.number, expected_[cpu]);
        }
    }

    /// Checks and decodes all packets.
    void decode() {
        static constexpr double kDecoding = 0.9;  // of the whole; the rest is the order of several CPUs
        for_each_in_parallel(
            packets_.size(),
            [this](std::size_t i) { decode_packet(trace_.streams_[packets_[i].place.cpu].bytes(), packets_[i]); },
            [this](double done) { tell(progress_, done * kDecoding); });
        std::vector<bool> damaged(trace_.cpus());
        const FoundPacket* first = nullptr;
        for (const FoundPacket& found : packets_) {
            if (found.fault.empty()) continue;
            damaged[found.place.cpu] = true;
            if (first == nullptr) first = &found;
        }
        if (first == nullptr) return;
        const PacketPlace place = first->place;
        const std::string why = first->fault;
        const u64 at = place.offset + first->fault_at;
        take_what_is_whole(damaged);
        if (!packets_.empty() || trace_.damage_.empty()) return;
        if (missing_[place.cpu]) throw TraceError(stream_path(place.cpu).string(), "is missing or no regular file");
        fail(place.cpu, place.number, at, why);
    }

    /// Reads the streams that are damaged once more, slowly, and puts what they still have in the place of what was
    /// found of them.
    void take_what_is_whole(const std::vector<bool>& damaged) {
        std::vector<FoundPacket> all;
        for (u32 cpu = 0; cpu < trace_.cpus(); ++cpu) {
            if (!damaged[cpu]) {
                for (FoundPacket& found : packets_) {
                    if (found.place.cpu == cpu) all.push_back(std::move(found));
                }
                continue;
            }
            const auto expected = trace_.complete_ ? std::optional<u64>(expected_[cpu]) : std::nullopt;
            Salvage part = salvage(trace_.streams_[cpu].bytes(), trace_.metadata_.uuid, cpu, expected);
            if (is_being_written(part.damage)) part.damage.pop_back();
            if (missing_[cpu]) part.damage.front().reason = "the file is missing";
            std::move(part.packets.begin(), part.packets.end(), std::back_inserter(all));
            std::move(part.damage.begin(), part.damage.end(), std::back_inserter(trace_.damage_));
        }
        packets_ = std::move(all);
    }

    /// Is the end of the stream the first part of a packet that the capture is writing at this moment?
    bool is_being_written(const std::vector<Damage>& damage) const {
        return !trace_.complete_ && !damage.empty() && !damage.back().to &&
               damage.back().reason.rfind("packet cut off", 0) == 0 && CaptureLock::held(trace_.path_);
    }

    /// Puts the packets' events together, and finds where some are missing.
    void store() {
        u64 total = 0;
        for (const FoundPacket& found : packets_) total += found.events.size();
        if (total >= kNoEvent)
            throw TraceError(trace_.path_.string(), "has more than 4 billion events; trace a shorter run");
        trace_.store_ = std::make_unique<EventStore>(trace_.cpus());
        EventStore& store = *trace_.store_;
        for (FoundPacket& found : packets_) {
            const u32 cpu = found.place.cpu;
            const u32 first = store.size_of(cpu);
            if (found.header.events_discarded > found.place.discarded || found.after_hole) {
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
            explicit Cpu(u32 number) : cut(number) {}
            EventStore::Place last{};      ///< its event that the walk has passed last
            EventStore::Place last_new{};  ///< the first one of the same raw time as that
            u64 raw = kNever;              ///< of both
            i64 latest = std::numeric_limits<i64>::min();
            std::vector<i64> nets;  ///< of the events of a packet so far
            CutFinder cut;
        };
        EventStore& store = *trace_.store_;
        std::vector<Cpu> cpus;
        for (u32 cpu = 0; cpu < trace_.cpus(); ++cpu) cpus.emplace_back(cpu);
        const auto spent = [this](const EventStore::Place& at) { return static_cast<i64>(trace_.recorder_spent(at)); };
        i64 others =
            0;  // what the other CPUs have spent: as long as events of one CPU follow each other, it stays the same
        u32 told_for = trace_.cpus();
        u32 before = trace_.cpus();  // the CPU of the last event
        StandingClock standing;
        for (EventWalk walk(store); !walk.done(); walk.next()) {
            const EventStore::Place at = walk.place();
            Cpu& own = cpus[at.cpu];
            const u64 raw = store.packet(at).raw(at.event);
            if (at.cpu != before && before != trace_.cpus()) cpus[before].cut.another_cpu(raw);
            before = at.cpu;
            find_cut(own.cut, walk, raw);
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
            const i64 net = store.packet(at).net(at.event) - others;
            standing.take(raw, net, trace_.cut_);
            own.nets.push_back(own.latest = std::max(own.latest, net));
            if (own.nets.size() < store.packet(at).size()) continue;
            store.set_net(at, own.nets);
            own.nets.clear();
        }
        keep_cuts();
    }

    void find_cut(CutFinder& finder, const EventWalk& walk, u64 raw) {
        const EventStore::Place& at = walk.place();
        const PacketEvents& packet = trace_.store_->packet(at);
        if (!packet.spent_close || trace_.after_gap(walk.index())) finder.forget();
        if (!packet.spent_close) return;
        finder.take(*find_event(packet.id(at.event)), at.event == 0, raw, trace_.recorder_spent(at), trace_.cut_);
    }

    void keep_cuts() {
        std::sort(trace_.cut_.begin(), trace_.cut_.end(),
                  [](const CutRecording& a, const CutRecording& b) { return a.begin < b.begin; });
        u64 end = 0;
        for (const CutRecording& cut : trace_.cut_) trace_.cut_until_.push_back(end = std::max(end, cut.end));
    }

    Trace& trace_;
    const Progress& progress_;
    std::vector<u64> expected_;
    std::vector<bool> missing_;         ///< by CPU: packets are told of, and there is no file
    std::vector<FoundPacket> packets_;  ///< CPU after CPU
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

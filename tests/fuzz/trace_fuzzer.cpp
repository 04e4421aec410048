// SPDX-License-Identifier: Apache-2.0
// libFuzzer's input is a trace: its first byte says how much of it is taken as it is. All that the viewer and wstrace
// do with a trace is done to what can be loaded. trace_seeds.py writes traces to start from.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "viewer/model/laws/laws.hpp"
#include "viewer/model/operations/benchmark_marks.hpp"
#include "viewer/model/operations/operation_stops.hpp"
#include "viewer/model/operations/recorder_cost.hpp"
#include "viewer/model/operations/segments.hpp"
#include "viewer/model/operations/summary.hpp"
#include "viewer/model/trace/cross_cpu_links.hpp"
#include "viewer/model/trace/describe.hpp"
#include "viewer/model/trace/lane_index.hpp"

using namespace ws;
using namespace ws::model;
namespace fs = std::filesystem;

namespace {

/// The two low bits of the first byte; 3 is like kPackets.
enum Kind : u8 {
    kStream = 0,    ///< a stream file, as it is
    kMetadata = 1,  ///< a metadata file, as it is
    kPackets = 2,   ///< packets, whose headers are made here
};
constexpr u8 kTwoCpus = 4;
constexpr u8 kVhe = 8;
constexpr u8 kOwnClocks = 16;

/// A folder that goes away at the end.
class Folder {
  public:
    Folder() {
        // Memory, where there is such a folder: a disk would be the slowest part.
        const fs::path base = fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
        path_ = base / ("ws-trace-fuzzer-" + std::to_string(::getpid()));
        fs::create_directories(path_);
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    void write(const char* name, std::span<const u8> bytes) const {
        std::ofstream(path_ / name, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    void clear() const {
        for (const char* name : {"metadata", "stream_0", "stream_1"}) fs::remove(path_ / name);
    }
    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

/// Packets of one CPU. Each is, in the input: a byte for the CPU and for oddities, two bytes of length, the time that
/// has passed since the CPU's last packet in a power of two, and the bytes of the events.
class Packets {
  public:
    void add(u32 cpu, u8 odd, u8 time, std::span<const u8> events) {
        trace::PacketHeader header{};
        header.magic = trace::kCtfMagic;
        header.timestamp_begin = end_;
        header.timestamp_end = end_ = std::max(end_, (end_ + (u64{1} << (time & 63))) & ((u64{1} << 62) - 1));
        header.content_size = header.packet_size = (sizeof(header) + events.size()) * 8;
        header.packet_seq_num = number_++;
        header.events_discarded = discarded_ += (odd & 1) != 0 ? 3 : 0;
        header.recorder_begin = (odd & 2) != 0 ? end_ : 0;
        header.cpu_id = cpu;
        std::vector<u8> packet(sizeof(header));
        std::memcpy(packet.data(), &header, sizeof(header));
        packet.insert(packet.end(), events.begin(), events.end());
        header.checksum = packet_checksum(packet);
        std::memcpy(packet.data(), &header, sizeof(header));
        bytes_.insert(bytes_.end(), packet.begin(), packet.end());
    }
    const std::vector<u8>& bytes() const { return bytes_; }

  private:
    std::vector<u8> bytes_;
    u64 end_ = 0;
    u64 number_ = 0;
    u64 discarded_ = 0;
};

void write_packets(const Folder& folder, std::span<const u8> input, u32 cpus) {
    static constexpr std::size_t kHead = 4;
    Packets streams[2];
    while (input.size() >= kHead) {
        const u8 flags = input[0];
        const std::size_t length = std::min<std::size_t>(input[1] | std::size_t{input[2]} << 8, input.size() - kHead);
        const std::size_t most = trace::kPacketBytes - sizeof(trace::PacketHeader);
        const u32 cpu = cpus == 2 ? flags >> 7 : 0;
        streams[cpu].add(cpu, flags & 3, input[3], input.subspan(kHead, std::min(length, most)));
        input = input.subspan(kHead + length);
    }
    folder.write("stream_0", streams[0].bytes());
    if (cpus == 2) folder.write("stream_1", streams[1].bytes());
}

Metadata metadata_for(u8 how) {
    Metadata metadata;
    metadata.env = {{"format_version", std::to_string(trace::kFormatVersion)},
                    {"design", (how & kVhe) != 0 ? "vhe" : "split"},
                    {kE2hKey, (how & kVhe) != 0 ? "1" : "0"},
                    {"guest", "fuzz"},
                    {"cpus", (how & kTwoCpus) != 0 ? "2" : "1"},
                    {kVmOfVcpuKey, "1 1 2"},
                    {kPacketsKey, kCaptureOpen}};
    if ((how & kOwnClocks) != 0) metadata.env.emplace_back(kIcountKey, "no");
    return metadata;
}

void demand(bool good, const char* what) {
    if (good) return;
    std::fprintf(stderr, "trace_fuzzer: %s\n", what);
    std::abort();
}

void look_at(const Run& run) {
    const Trace& trace = run.trace;
    for (EventIndex i = 0; i < trace.events().size(); ++i) {
        one_line(trace, trace.event(i));
        trace.recorder_spent(i);
        trace.own_net(i);
        run.operations.at(trace, i);
    }
    demand(trace.damage_told().empty() || !check(trace).holds(), "a damaged trace that breaks no law");
    check(trace);
    for (const Damage& damage : trace.damage()) demand(!damage.text().empty(), "a damage without words");
    for (const Operation& operation : run.operations.all()) {
        demand(!trace.damaged_between(operation.first, operation.last), "an operation over what is missing");
    }
    summarize(run);
    recorder_cost(trace);
    measure(run);
    const CrossCpuLinks marks = find_cross_cpu_links(trace);
    for (const InterruptLife& life : marks.interrupts) demand(life.events.size() > 1, "an interrupt of one event");
    for (const CpuLanes& lanes : make_lanes(run.timeline))
        demand(lanes.end >= lanes.begin, "lanes that end before they begin");
    for (const Operation& operation : run.operations.all()) take_apart(run, operation);
    if (run.operations.all().empty()) return;
    const Comparison comparison = compare(run, run);
    const OperationStops browse(run, nullptr, comparison);
    demand(browse.kinds() == comparison.rows.size(), "kinds without a row");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
    static const Folder folder;
    if (size == 0) return 0;
    const u8 how = data[0];
    const u8 kind = how & 3;
    const std::span<const u8> input(data + 1, size - 1);
    folder.clear();
    const std::string text = make_metadata(metadata_for(how));
    const std::span<const u8> metadata(reinterpret_cast<const u8*>(text.data()), text.size());
    folder.write("metadata", kind == kMetadata ? input : metadata);
    if (kind == kStream) folder.write("stream_0", input);
    if (kind >= kPackets) write_packets(folder, input, (how & kTwoCpus) != 0 ? 2 : 1);
    try {
        look_at(Run::load(folder.path()));
    } catch (const TraceError& error) {
        demand(std::strchr(error.what(), '\n') == nullptr, "an error of several lines");
    }
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
// A trace: what is known of the run, and all events of all CPUs in the order of time. In memory is only when and where
// events are (event_store.hpp); their fields are decoded from the mapped stream files when somebody asks
// (describe.hpp).
#pragma once

#include <cstring>
#include <filesystem>
#include <vector>

#include "viewer/model/base/error.hpp"
#include "viewer/model/base/mapped_file.hpp"
#include "viewer/model/base/progress.hpp"
#include "viewer/model/format/metadata.hpp"
#include "viewer/model/format/packet.hpp"
#include "viewer/model/trace/damage.hpp"
#include "viewer/model/trace/event_store.hpp"

namespace ws::model {

/// A place where events are missing: the recorder dropped them, since its ring was full, or packets are damaged.
struct Gap {
    u32 cpu;
    EventIndex before;  ///< the first event of that CPU after the gap; kNoEvent when there is none
    u64 discarded;      ///< events that the recorder dropped
};

/// A stretch of the raw clock of which nobody can tell what it was spent on. One virtual CPU after the other has its
/// turn, and all share one clock: where a turn ends in the midst of a recording, the recorder takes what others then
/// execute for its own, and by that much the net clock stands still.
struct CutRecording {
    u64 begin;  ///< raw: the time of the event that was being recorded
    u64 end;    ///< raw: when its CPU was done with it, turns of other CPUs included
    u32 cpu;  ///< kNoCpu (cut_finder.hpp): no recording is cut, but the clock still stands for what was taken off twice
};

/// What a figure says that such a stretch is in, and why.
inline constexpr const char* kNotMeasurable = "not measurable here";
inline constexpr const char* kWhyNotMeasurable =
    "another CPU's turn cut a recording in two, and the clock that all CPUs share cannot tell which of them the "
    "instructions were";
/// What a figure says of something that the trace's level leaves out.
inline constexpr const char* kNotRecorded = "not recorded";

/// A packet of a stream file.
struct Packet {
    u32 cpu;
    u64 offset;        ///< bytes from the start of the file
    EventIndex first;  ///< its first event; kNoEvent when it has none
    trace::PacketHeader header;
};

inline constexpr EventIndex kEventsATell = 1 << 16;  ///< how often a walk through all events tells its progress

class Trace {
  public:
    /// Reads a run's folder or its trace/ folder. What is damaged is left out and told by damage(). Throws TraceError
    /// with one line where nothing is whole: file, fault, place, remedy; and Cancelled.
    static Trace load(const std::filesystem::path& folder, const Progress& progress = {});

    const std::filesystem::path& path() const { return path_; }
    const Metadata& metadata() const { return metadata_; }
    std::string env(const std::string& key) const { return metadata_.get(key); }
    std::string design() const { return env("design"); }
    /// The layout of the registers that have two: that of E2H=1 if EL2 hosts the hypervisor's kernel so.
    Layout layout() const { return env(kE2hKey) == "1" ? Layout::e2h1 : Layout::e2h0; }
    /// Was it recorded from outside, of a hypervisor that has no recorder and whose sources are not here?
    bool from_outside() const { return env(kRecordedFromKey) == kFromOutside; }
    /// False if the capture died before its end: what is here is whole, but more may have been to come.
    bool complete() const { return complete_; }

    u32 cpus() const { return static_cast<u32>(streams_.size()); }
    EventList events() const { return EventList(*store_); }
    Event event(EventIndex index) const { return store_->event(index); }
    /// An event's time on the raw clock, from the mapped file.
    u64 raw(EventIndex index) const { return store_->raw(index); }
    /// And on the net clock.
    i64 net(EventIndex index) const { return store_->net(index); }
    /// That of an event by its place in events_of(cpu).
    i64 net_of(u32 cpu, std::size_t place) const { return store_->net_of(cpu, static_cast<u32>(place)); }
    /// The events of one CPU, ascending.
    const CpuEvents& events_of(u32 cpu) const { return by_cpu_[cpu]; }
    /// Where in events_of(cpu), from `from` on, the first event is whose net time is at least `net`.
    std::size_t first_from(u32 cpu, i64 net, std::size_t from = 0) const {
        return store_->first_from(cpu, net, static_cast<u32>(from));
    }
    /// Any event with a time in [net, end), found quickly; if there is none, the first after: EventStore::any_in().
    std::size_t any_in(u32 cpu, i64 net, i64 end, std::size_t from = 0) const {
        return store_->any_in(cpu, net, end, static_cast<u32>(from));
    }
    const EventStore& store() const { return *store_; }
    const std::vector<Packet>& packets() const { return packets_; }
    const std::vector<Gap>& gaps() const { return gaps_; }
    /// Were events of its CPU dropped just before this one? Then nothing that was open before is known any more.
    bool after_gap(EventIndex index) const;
    u64 discarded() const;
    /// Where the files were damaged, CPU after CPU; empty for a trace that is whole.
    const std::vector<Damage>& damage() const { return damage_; }
    /// What is damaged, a sentence each: of `metadata`, then of the streams.
    std::vector<std::string> damage_told() const;
    /// Are events missing, on any CPU, of the time between these two?
    bool damaged_between(EventIndex first, EventIndex last) const;
    u64 bytes() const;
    /// Ascending by begin.
    const std::vector<CutRecording>& cut_recordings() const { return cut_; }
    /// Can the clocks tell the time from one event to a later one, which may be another CPU's?
    bool measurable(EventIndex first, EventIndex last) const;
    /// Was a recording of this CPU's cut, that began in a stretch of the raw clock?
    bool recording_cut(u32 cpu, u64 begin, u64 end) const;
    /// As measurable(), for a stretch of the raw clock.
    bool measurable_raw(u64 begin, u64 end) const;
    /// Are registers, control registers and steps recorded? At level `traps` they are not.
    bool records_registers() const { return env("trace_level") != "traps"; }

    Bytes payload(const Event& event) const {
        return streams_[event.cpu()].bytes().subspan(event.payload(), event.info().bytes);
    }
    /// An event's payload as the struct of events.hpp: `trace.as<trace::payload::trap>(event).ESR_EL2`.
    template <class Payload>
    Payload as(const Event& event) const {
        Payload payload;
        std::memcpy(&payload, streams_[event.cpu()].bytes().data() + event.payload(), sizeof(payload));
        return payload;
    }
    /// A register block's operation and owner.
    trace::payload::block_header block(const Event& event) const { return as<trace::payload::block_header>(event); }
    /// The instructions that the recorder had spent on the event's CPU before it.
    u64 recorder_spent(EventIndex index) const { return recorder_spent(store_->place(index)); }
    u64 recorder_spent(const EventStore::Place& place) const;

    /// The event's raw clock less its own CPU's recorder alone.
    i64 own_net(EventIndex index) const;

    /// Do the clocks of all CPUs count the instructions of all CPUs together?
    bool shared_clock() const { return env(kIcountKey) != "no"; }
    /// A vCPU's VM, counted from 1; 1 for a vCPU that the metadata does not know, 0 for the host.
    u32 vm_of(trace::Owner owner) const;
    /// VMs that the metadata knows of.
    u32 vms() const { return vms_; }
    /// `host`, `vCPU 0`, or with several VMs `VM 1 vCPU 0`.
    std::string owner_name(trace::Owner owner) const;

  private:
    friend class TraceLoader;
    std::filesystem::path path_;
    Metadata metadata_;
    bool complete_ = true;
    std::vector<MappedFile> streams_;    ///< by CPU
    std::unique_ptr<EventStore> store_;  ///< stays where it is when the trace is moved
    std::vector<CpuEvents> by_cpu_;
    std::vector<Packet> packets_;
    std::vector<Gap> gaps_;
    std::vector<Damage> damage_;
    std::vector<EventIndex> restarts_;  ///< Gap::before of all gaps, ascending
    std::vector<CutRecording> cut_;
    std::vector<u64> cut_until_;   ///< by place in cut_: the latest end so far
    std::vector<u32> vm_of_vcpu_;  ///< by owner less one
    u32 vms_ = 0;
};

/// The class of a register block, or nothing for any other event.
inline std::optional<RegisterClass> block_class(const Event& event) { return event.info().block; }

}  // namespace ws::model

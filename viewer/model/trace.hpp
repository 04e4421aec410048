// SPDX-License-Identifier: Apache-2.0
// A trace in memory: what is known of the run, and all events of all CPUs in the order of time. An event is 24 bytes;
// its fields are decoded from the stream's bytes when somebody asks (describe.hpp).
#pragma once

#include <cstring>
#include <filesystem>
#include <functional>
#include <vector>

#include "viewer/model/error.hpp"
#include "viewer/model/metadata.hpp"
#include "viewer/model/packet.hpp"

namespace ws::model {

/// The place of an event in Trace::events(): its number in the whole trace.
using EventIndex = u32;
inline constexpr EventIndex kNoEvent = ~EventIndex{0};

/// One event. Both clocks count instructions: `raw` since reset; `net` is raw less what the recorders have spent, for a
/// trap the moment when the exception was taken and for an eret the moment just after ERET. Under QEMU's -icount all
/// CPUs share one clock, which counts the instructions of all: so all CPUs' recorders are taken off, and the net clock
/// is one for all CPUs as well. Without -icount a CPU's net is less its own recorder's alone.
class Event {
  public:
    Event(u64 raw_clock, i64 net_clock, u32 event_id, u32 cpu_number, u64 payload)
        : raw(raw_clock), net(net_clock), place_((payload << 24) | (u64{event_id} << 8) | cpu_number) {}

    u64 raw;
    i64 net;

    u32 cpu() const { return static_cast<u32>(place_ & 0xff); }
    u32 id() const { return static_cast<u32>((place_ >> 8) & 0xffff); }
    /// Byte of the CPU's stream where the payload starts.
    u64 payload() const { return place_ >> 24; }
    bool is(trace::EventId kind) const { return id() == static_cast<u32>(kind); }
    const EventInfo& info() const { return *find_event(id()); }

  private:
    u64 place_;
};

/// A place where the recorder dropped events, since its ring was full.
struct Gap {
    u32 cpu;
    EventIndex before;  ///< the first event of that CPU after the gap; kNoEvent when there is none
    u64 discarded;      ///< events that are missing
};

/// A packet of a stream file.
struct Packet {
    u32 cpu;
    u64 offset;        ///< bytes from the start of the file
    EventIndex first;  ///< its first event; kNoEvent when it has none
    trace::PacketHeader header;
};

/// Called now and then with the part that is done, 0 to 1.
using Progress = std::function<void(double)>;

class Trace {
  public:
    /// Reads a run's folder or its trace/ folder. Throws TraceError with one line: file, fault, place, remedy.
    static Trace load(const std::filesystem::path& folder, const Progress& progress = {});

    const std::filesystem::path& path() const { return path_; }
    const Metadata& metadata() const { return metadata_; }
    std::string env(const std::string& key) const { return metadata_.get(key); }
    std::string design() const { return env("design"); }
    /// The layout of the registers that have two: that of E2H=1 for the design `vhe`.
    Layout layout() const { return design() == "vhe" ? Layout::e2h1 : Layout::e2h0; }
    /// False if the capture died before its end: what is here is whole, but more may have been to come.
    bool complete() const { return complete_; }

    u32 cpus() const { return static_cast<u32>(streams_.size()); }
    const std::vector<Event>& events() const { return events_; }
    const Event& event(EventIndex index) const { return events_[index]; }
    /// The events of one CPU, ascending.
    const std::vector<EventIndex>& events_of(u32 cpu) const { return by_cpu_[cpu]; }
    const std::vector<Packet>& packets() const { return packets_; }
    const std::vector<Gap>& gaps() const { return gaps_; }
    /// Were events of its CPU dropped just before this one? Then nothing that was open before is known any more.
    bool after_gap(EventIndex index) const;
    u64 discarded() const;
    u64 bytes() const;

    Bytes payload(const Event& event) const {
        return Bytes(streams_[event.cpu()]).subspan(event.payload(), event.info().bytes);
    }
    /// An event's payload as the struct of events.hpp: `trace.as<trace::payload::trap>(event).ESR_EL2`.
    template <class Payload>
    Payload as(const Event& event) const {
        Payload payload;
        std::memcpy(&payload, streams_[event.cpu()].data() + event.payload(), sizeof(payload));
        return payload;
    }
    /// A register block's operation and owner.
    trace::payload::block_header block(const Event& event) const { return as<trace::payload::block_header>(event); }
    /// The instructions that the recorder had spent on the event's CPU before it.
    u64 recorder_spent(EventIndex index) const;

    /// The event's raw clock less its own CPU's recorder alone.
    i64 own_net(EventIndex index) const { return events_[index].net + (others_.empty() ? 0 : others_[index]); }

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
    std::vector<std::vector<u8>> streams_;  ///< by CPU, the whole file
    std::vector<Event> events_;
    std::vector<std::vector<EventIndex>> by_cpu_;
    std::vector<Packet> packets_;
    std::vector<Gap> gaps_;
    std::vector<EventIndex> restarts_;  ///< Gap::before of all gaps, ascending
    /// By event, with several CPUs: what its net clock is less than raw less its own CPU's recorder. Else empty.
    std::vector<i64> others_;
    std::vector<u32> vm_of_vcpu_;  ///< by owner less one
    u32 vms_ = 0;
};

/// The class of a register block, or nothing for any other event.
inline std::optional<RegisterClass> block_class(const Event& event) {
    return event.info().block;
}

}  // namespace ws::model

// SPDX-License-Identifier: Apache-2.0
// All events of a trace, packed packet by packet, and the one order that the CPUs' events have together. An event is
// found by its number in the whole trace or by its number among its CPU's, both in constant time.
#pragma once

#include <array>

#include "viewer/model/format/event_info.hpp"
#include "viewer/model/base/index_iterator.hpp"
#include "viewer/model/trace/packet_events.hpp"

namespace ws::model {

/// The place of an event in Trace::events(): its number in the whole trace.
using EventIndex = u32;
inline constexpr EventIndex kNoEvent = ~EventIndex{0};

/// One event. Its clocks count instructions: raw (EventStore::raw()) since reset; `net` is raw less what the recorders
/// have spent, for a trap the moment when the exception was taken and for an eret the moment just after ERET. Under
/// QEMU's -icount all CPUs share one clock, which counts the instructions of all: so all CPUs' recorders are taken off,
/// and the net clock is one for all CPUs as well. Without -icount a CPU's net is less its own recorder's alone.
class Event {
  public:
    Event(i64 net_clock, u32 event_id, u32 cpu_number, u64 payload)
        : net(net_clock), place_((payload << 24) | (u64{event_id} << 8) | cpu_number) {}

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

/// Which CPU each event of a trace is of: four bits an event, and a count every few events. With one CPU it is empty.
class CpuOrder {
  public:
    explicit CpuOrder(u32 cpus) : cpus_(cpus), counts_(cpus, 0) {}

    void push_back(u32 cpu);
    u32 cpu_of(EventIndex index) const {
        return cpus_ == 1 ? 0 : static_cast<u32>(words_[index / kInWord] >> (index % kInWord * kBits) & kMostCpus);
    }
    /// An event's number among its CPU's.
    u32 place_of(EventIndex index) const;
    /// The number in the whole trace of the event that has this one among its CPU's.
    EventIndex index_of(u32 cpu, u32 place) const;
    /// How many of a CPU's events come before one.
    u32 before(EventIndex index, u32 cpu) const;

  private:
    static constexpr u32 kBits = 4;
    static constexpr u64 kMostCpus = (1 << kBits) - 1;
    static_assert(trace::kMaxCpus <= kMostCpus);
    static constexpr u32 kInWord = 64 / kBits;
    static constexpr u32 kBlock = 4 * kInWord;

    /// How many of a word's first `events` are a CPU's.
    static u32 count(u64 word, u32 cpu, u32 events = kInWord);

    u32 cpus_;
    u32 size_ = 0;
    std::vector<u64> words_;
    std::vector<u32> blocks_;  ///< by block and CPU: events before it
    std::vector<u32> counts_;  ///< by CPU: events so far
};

class EventStore {
  public:
    explicit EventStore(u32 cpus) : cpus_(cpus), order_(cpus) {}

    /// Adds the next packet of a CPU that has events.
    void add(u32 cpu, PacketEvents packet);
    /// After the last packet: brings all CPUs' events into one order, by raw time, of equal times the lower CPU first.
    void merge();

    u32 cpus() const { return static_cast<u32>(cpus_.size()); }
    u32 size() const { return size_; }
    u32 size_of(u32 cpu) const { return cpus_[cpu].size; }
    Event event(EventIndex index) const { return event_at(place(index)); }
    u64 raw(EventIndex index) const {
        const Place at = place(index);
        return packet(at).raw(at.event);
    }
    i64 net(EventIndex index) const;
    /// That of an event by its number among its CPU's.
    i64 net_of(u32 cpu, u32 number) const {
        const Place at = place_in(cpu, number);
        return packet(at).net(at.event);
    }
    /// The packet that holds an event, and the event's place in it.
    struct Place {
        u32 cpu;
        u32 packet;  ///< among those of its CPU that have events
        u32 event;
    };
    Place place(EventIndex index) const { return place_in(order_.cpu_of(index), order_.place_of(index)); }
    Place place_in(u32 cpu, u32 number) const;
    Event event_at(const Place& at) const {
        const PacketEvents& events = packet(at);
        return {events.net(at.event), events.id(at.event), at.cpu, events.offset + events.payload(at.event)};
    }
    /// The place of a CPU's next event; behind the last one its packet is packets_of(cpu).
    Place after(const Place& place) const {
        return place.event + 1 < packet(place).size() ? Place{place.cpu, place.packet, place.event + 1}
                                                      : Place{place.cpu, place.packet + 1, 0};
    }
    u32 packets_of(u32 cpu) const { return static_cast<u32>(cpus_[cpu].packets.size()); }
    const PacketEvents& packet(const Place& place) const { return cpus_[place.cpu].packets[place.packet]; }
    /// Puts other net times into a packet.
    void set_net(const Place& place, std::span<const i64> net) {
        cpus_[place.cpu].packets[place.packet].set_net(net);
        cpus_[place.cpu].first_net[place.packet] = net[0];
    }
    EventIndex index_of(u32 cpu, u32 number) const { return order_.index_of(cpu, number); }
    const CpuOrder& order() const { return order_; }

    /// The first of a CPU's events, from its number `from` on, whose net time is at least `net`; size_of(cpu) if none.
    u32 first_from(u32 cpu, i64 net, u32 from = 0) const;
    /// Any of a CPU's events whose net time is at least `net` and less than `end`, from `from` on; where a packet
    /// begins there it is found without looking into one. If there is none: the first from `end` on, as first_from()
    /// tells it.
    u32 any_in(u32 cpu, i64 net, i64 end, u32 from = 0) const;

  private:
    /// One CPU's packets.
    struct OfCpu {
        std::vector<PacketEvents> packets;
        std::vector<u32> first;      ///< by packet: its first event's number; one more at the end
        std::vector<u32> packet_at;  ///< by every kStride-th event: its packet
        std::vector<i64> first_net;  ///< by packet: its first event's net time, side by side for a quick search
        u32 size = 0;
    };
    static constexpr u32 kStride = 256;

    std::vector<OfCpu> cpus_;
    CpuOrder order_;
    u32 size_ = 0;
};

/// Goes through all events in the order of time. On the way each is found at once, which by its number would take a
/// search.
class EventWalk {
  public:
    explicit EventWalk(const EventStore& store) : store_(store) {
        for (u32 cpu = 0; cpu < store.cpus(); ++cpu) next_.push_back({cpu, 0, 0});
    }
    bool done() const { return index_ == store_.size(); }
    void next() {
        EventStore::Place& at = next_[cpu()];
        at = store_.after(at);
        ++index_;
    }
    EventIndex index() const { return index_; }
    u32 cpu() const { return store_.order().cpu_of(index_); }
    const EventStore::Place& place() const { return next_[cpu()]; }
    Event event() const { return store_.event_at(place()); }
    /// The place of a CPU's first event that the walk has not passed.
    const EventStore::Place& next_of(u32 cpu) const { return next_[cpu]; }

  private:
    const EventStore& store_;
    EventIndex index_ = 0;
    std::vector<EventStore::Place> next_;  ///< by CPU
};

/// All events in the order of time.
class EventList : public Indexed<EventList> {
  public:
    using value_type = Event;
    explicit EventList(const EventStore& store) : store_(&store) {}
    std::size_t size() const { return store_->size(); }
    Event operator[](std::size_t index) const { return store_->event(static_cast<EventIndex>(index)); }

  private:
    const EventStore* store_;
};

/// The events of one CPU, ascending.
class CpuEvents : public Indexed<CpuEvents> {
  public:
    using value_type = EventIndex;
    CpuEvents(const EventStore& store, u32 cpu) : store_(&store), cpu_(cpu) {}
    std::size_t size() const { return store_->size_of(cpu_); }
    EventIndex operator[](std::size_t number) const { return store_->index_of(cpu_, static_cast<u32>(number)); }

  private:
    const EventStore* store_;
    u32 cpu_;
};

}  // namespace ws::model

// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/trace/event_store.hpp"

#include <algorithm>
#include <bit>

namespace ws::model {

void CpuOrder::push_back(u32 cpu) {
    if (cpus_ == 1) return;
    if (size_ % kBlock == 0) blocks_.insert(blocks_.end(), counts_.begin(), counts_.end());
    if (size_ % kInWord == 0) words_.push_back(0);
    words_.back() |= u64{cpu} << (size_ % kInWord * kBits);
    ++size_;
    ++counts_[cpu];
}

u32 CpuOrder::count(u64 word, u32 cpu, u32 events) {
    static constexpr u64 kOnes = ~u64{0} / kMostCpus;  // the lowest bit of each event
    // Where an event is another CPU's, some bit of it is left.
    const u64 others = word ^ (kOnes * cpu);
    const u64 any = (others | others >> 1 | others >> 2 | others >> 3) & kOnes;
    const u64 first = events == kInWord ? ~u64{0} : (u64{1} << (events * kBits)) - 1;
    return events - static_cast<u32>(std::popcount(any & first));
}

u32 CpuOrder::before(EventIndex index, u32 cpu) const {
    if (cpus_ == 1) return index;
    if (index >= size_) return counts_[cpu];
    const u32 block = index / kBlock;
    u32 sum = blocks_[std::size_t{block} * cpus_ + cpu];
    for (u32 word = block * kBlock / kInWord; word < index / kInWord; ++word) sum += count(words_[word], cpu);
    return sum + count(words_[index / kInWord], cpu, index % kInWord);
}

u32 CpuOrder::place_of(EventIndex index) const {
    return before(index, cpu_of(index));
}

EventIndex CpuOrder::index_of(u32 cpu, u32 place) const {
    if (cpus_ == 1) return place;
    // The last block before which there are no more events of the CPU than that.
    std::size_t low = 0;
    std::size_t high = blocks_.size() / cpus_;
    while (high - low > 1) {
        const std::size_t middle = (low + high) / 2;
        (blocks_[middle * cpus_ + cpu] <= place ? low : high) = middle;
    }
    u32 sum = blocks_[low * cpus_ + cpu];
    EventIndex index = static_cast<EventIndex>(low * kBlock);
    for (;; index += kInWord) {
        const u32 in_word = count(words_[index / kInWord], cpu);
        if (sum + in_word > place) break;
        sum += in_word;
    }
    for (;; ++index) {
        if (cpu_of(index) == cpu && sum++ == place) return index;
    }
}

void EventStore::add(u32 cpu, PacketEvents packet) {
    OfCpu& of = cpus_[cpu];
    if (of.first.empty()) of.first.push_back(0);
    const u32 end = of.size + packet.size();
    while (of.packet_at.size() * kStride < end) of.packet_at.push_back(static_cast<u32>(of.packets.size()));
    of.size = end;
    of.first.push_back(end);
    of.first_net.push_back(packet.net(0));
    of.packets.push_back(std::move(packet));
    size_ += end - of.first[of.first.size() - 2];
}

EventStore::Place EventStore::place_in(u32 cpu, u32 number) const {
    const OfCpu& of = cpus_[cpu];
    u32 packet = of.packet_at[number / kStride];
    while (of.first[packet + 1] <= number) ++packet;
    return {cpu, packet, number - of.first[packet]};
}

i64 EventStore::net(EventIndex index) const {
    const Place at = place(index);
    return packet(at).net(at.event);
}

void EventStore::merge() {
    if (cpus() == 1) return;
    struct Head {
        u64 raw;
        u32 cpu;
        bool operator<(const Head& other) const { return raw != other.raw ? raw < other.raw : cpu < other.cpu; }
    };
    std::vector<Head> heads;  // of the CPUs that have events left
    std::vector<Place> next(cpus());
    for (u32 cpu = 0; cpu < cpus(); ++cpu) {
        next[cpu].cpu = cpu;
        if (size_of(cpu) != 0) heads.push_back({packet(next[cpu]).raw(0), cpu});
    }
    while (!heads.empty()) {
        // The CPU that is first keeps being it up to the second one's next event: mostly that is long.
        std::sort(heads.begin(), heads.end());
        Head& head = heads.front();
        Place& at = next[head.cpu];
        do {
            order_.push_back(head.cpu);
            at = after(at);
            if (at.packet == packets_of(head.cpu)) break;
            head.raw = packet(at).raw(at.event);
        } while (heads.size() == 1 || head < heads[1]);
        if (at.packet == packets_of(head.cpu)) heads.erase(heads.begin());
    }
}

u32 EventStore::first_from(u32 cpu, i64 net, u32 from) const {
    const OfCpu& of = cpus_[cpu];
    if (from >= of.size) return of.size;
    // The packet first, then the event in it: both ascend.
    const u32 least = place_in(cpu, from).packet;
    const auto after = std::lower_bound(of.first_net.begin() + least, of.first_net.end(), net);
    const u32 low = std::max(least + 1, static_cast<u32>(after - of.first_net.begin())) - 1;
    const PacketEvents& events = of.packets[low];
    u32 first = std::max(from, of.first[low]) - of.first[low];
    u32 end = events.size();
    while (first < end) {
        const u32 middle = first + (end - first) / 2;
        if (events.net(middle) < net) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return of.first[low] + first;
}

u32 EventStore::any_in(u32 cpu, i64 net, i64 end, u32 from) const {
    const OfCpu& of = cpus_[cpu];
    const auto packet = std::lower_bound(of.first_net.begin(), of.first_net.end(), net);
    if (packet != of.first_net.end() && *packet < end) {
        const u32 first = of.first[static_cast<std::size_t>(packet - of.first_net.begin())];
        if (first >= from) return first;
    }
    return first_from(cpu, net, from);
}

}  // namespace ws::model

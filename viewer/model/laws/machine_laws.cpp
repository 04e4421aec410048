// SPDX-License-Identifier: Apache-2.0
// The laws on the machine that the hypervisor makes up for its guests: vCPUs on CPUs, devices, interrupts, memory.
#include <fmt/format.h>

#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "hyp/arch/registers.hpp"
#include "viewer/model/laws/laws.hpp"
#include "viewer/model/trace/describe.hpp"
#include "viewer/model/trace/timeline.hpp"

namespace ws::model {
namespace {

constexpr std::size_t kOwners = 256;

class VcpuOnOneCpu : public Law {
  public:
    explicit VcpuOnOneCpu(const Trace& trace)
        : Law(trace, "vcpu_on_one_cpu", "a vCPU is on one CPU at a time: it goes to another one only once it was put") {
    }

    void gap(u32 /*cpu*/) override { cpu_of_.fill(std::nullopt); }

    void take(EventIndex index, const Event& event) override {
        if (event.is(trace::EventId::trap)) {
            be_on(event.cpu(), trace().as<trace::payload::trap>(event).owner, index);
        } else if (event.is(trace::EventId::eret)) {
            be_on(event.cpu(), trace().as<trace::payload::eret>(event).owner, index);
        } else if (event.is(trace::EventId::schedule)) {
            const auto schedule = trace().as<trace::payload::schedule>(event);
            if (cpu_of_[schedule.previous] == event.cpu()) cpu_of_[schedule.previous].reset();
            be_on(event.cpu(), schedule.next, index);
        }
    }

  private:
    void be_on(u32 cpu, trace::Owner owner, EventIndex index) {
        if (owner == trace::kHost) return;
        std::optional<u32>& known = cpu_of_[owner];
        test(!known || *known == cpu, index, [&] {
            return fmt::format("{} is on CPU {}, but it was not put on CPU {}", trace().owner_name(owner), cpu, *known);
        });
        known = cpu;
    }

    std::array<std::optional<u32>, kOwners> cpu_of_{};
};

/// What stands in HCR_EL2 while somebody runs: a guest has its second stage of translation, the host has none. The
/// host's processes may have TGE instead, with which there is no second stage either.
class Stage2IsTheGuests : public Law {
  public:
    explicit Stage2IsTheGuests(const Trace& trace)
        : Law(trace, "stage2_is_the_guests",
              "where a write of HCR_EL2 was seen, an eret to a vCPU has HCR_EL2.VM set and one to the host has not") {}

    void gap(u32 cpu) override { written_[cpu].reset(); }

    void take(EventIndex index, const Event& event) override {
        std::optional<Written>& written = written_[event.cpu()];
        if (event.is(trace::EventId::control_write)) {
            const auto write = trace().as<trace::payload::control_write>(event);
            if (write.sysreg == SysregId::HCR_EL2) written = {write.new_value, index};
        } else if (event.is(trace::EventId::eret) && written) {
            const auto eret = trace().as<trace::payload::eret>(event);
            if (el_of_spsr(eret.SPSR_EL2) == 2) return;
            const bool stage2 = reg::HCR_EL2::VM.get(written->value) != 0 && reg::HCR_EL2::TGE.get(written->value) == 0;
            test(stage2 == (eret.owner != trace::kHost), index, [&] {
                return fmt::format("{} is entered with HCR_EL2 {}, which event {} wrote",
                                   trace().owner_name(eret.owner), hex(written->value), written->event);
            });
        }
    }

  private:
    struct Written {
        u64 value;
        EventIndex event;
    };
    std::array<std::optional<Written>, trace::kMaxCpus> written_{};
};

class RefusedIsInjected : public Law {
  public:
    explicit RefusedIsInjected(const Trace& trace)
        : Law(trace, "refused_is_injected",
              "after an access to an address where nothing is, its vCPU gets an exception before it runs again") {}

    void gap(u32 /*cpu*/) override { refused_.clear(); }

    void take(EventIndex index, const Event& event) override {
        if (event.is(trace::EventId::mmio)) {
            const auto mmio = trace().as<trace::payload::mmio>(event);
            if (mmio.device == trace::Device::none) refused_[mmio.owner] = index;
        } else if (event.is(trace::EventId::inject)) {
            settle(trace().as<trace::payload::inject>(event).owner, true, index);
        } else if (event.is(trace::EventId::eret)) {
            settle(trace().as<trace::payload::eret>(event).owner, false, index);
        }
    }

  private:
    void settle(trace::Owner owner, bool good, EventIndex index) {
        const auto found = refused_.find(owner);
        if (found == refused_.end()) return;
        test(good, index, [&] {
            return fmt::format("{} goes on after the access of event {} as if it had been answered",
                               trace().owner_name(owner), found->second);
        });
        refused_.erase(found);
    }

    std::map<trace::Owner, EventIndex> refused_;
};

class VirtualInterruptsInOrder : public Law {
  public:
    explicit VirtualInterruptsInOrder(const Trace& trace)
        : Law(trace, "virtual_interrupts_in_order",
              "a virtual interrupt is listed once it was raised and while it is not listed, taken or unlisted while "
              "it is listed, and ended once it was taken") {}

    void gap(u32 /*cpu*/) override {
        lives_.clear();
        from_the_start_ = false;
    }

    void take(EventIndex index, const Event& event) override {
        if (event.is(trace::EventId::mmio)) {
            take_mmio(trace().as<trace::payload::mmio>(event));
        } else if (event.is(trace::EventId::virtual_irq)) {
            const auto irq = trace().as<trace::payload::virtual_irq>(event);
            take_change(index, irq, find(irq.owner, irq.intid));
        }
    }

  private:
    /// What is known of an interrupt. Before its first event, in a trace with dropped events, nothing is.
    struct Life {
        bool known = true;
        bool raised = false;
        bool listed = false;  ///< pending in a list register
        u32 active = 0;       ///< taken more often than ended
    };

    Life& find(trace::Owner owner, u32 intid) {
        static constexpr u32 kFirstShared = 32;  // those below are a vCPU's own (GICv3, IHI 0069, 2.2.1)
        const u32 whose = intid < kFirstShared ? owner : 256 + trace().vm_of(owner);
        return lives_.try_emplace({whose, intid}, Life{from_the_start_, false, false, 0}).first->second;
    }

    /// By ISACTIVERn and ICACTIVERn a guest makes interrupts active and inactive itself (IHI 0069, 12.9).
    void take_mmio(const trace::payload::mmio& mmio) {
        const bool controller =
            mmio.device == trace::Device::distributor || mmio.device == trace::Device::redistributor;
        const u64 offset = mmio.address & 0xffff;
        if (controller && mmio.access == trace::Access::write && offset >= 0x300 && offset < 0x400) {
            sets_active_.insert(trace().vm_of(mmio.owner));
        }
    }

    void take_change(EventIndex index, const trace::payload::virtual_irq& irq, Life& life) {
        const auto demand = [&](bool good, const char* why) {
            if (!life.known) return;
            test(good, index, [&] {
                return fmt::format("interrupt {} of {} is {}, but {}", u32{irq.intid}, trace().owner_name(irq.owner),
                                   name_of(irq.change), why);
            });
        };
        switch (irq.change) {
            case trace::IrqChange::raised: life.raised = true; return;
            case trace::IrqChange::lowered: return;
            case trace::IrqChange::listed:
                demand(life.raised, "it was never raised");
                demand(!life.listed, "it is listed already");
                life.listed = life.known = life.raised = true;
                return;
            case trace::IrqChange::unlisted:
                demand(life.listed, "it is not listed");
                life.listed = false;
                return;
            case trace::IrqChange::taken:
                demand(life.listed, "it is not listed");
                life.listed = false;
                ++life.active;
                return;
            case trace::IrqChange::ended:
                // Where events are missing, it may have been taken among them.
                if (from_the_start_ && sets_active_.count(trace().vm_of(irq.owner)) == 0) {
                    demand(life.active != 0, "it was not taken");
                }
                if (life.active != 0) --life.active;
                return;
        }
    }

    std::map<std::pair<u32, u32>, Life> lives_;
    std::set<u32> sets_active_;
    bool from_the_start_ = true;
};

class Stage2MapsOnce : public Law {
  public:
    explicit Stage2MapsOnce(const Trace& trace)
        : Law(trace, "stage2_maps_once", "guest memory is mapped at stage 2 only where none is mapped") {}

    void gap(u32 /*cpu*/) override { mapped_.clear(); }

    void take(EventIndex index, const Event& event) override {
        if (event.is(trace::EventId::stage2_map)) {
            const auto map = trace().as<trace::payload::stage2_map>(event);
            put(index, mapped_[trace().vm_of(map.owner)], map.ipa, end_of(map.ipa, map.bytes));
        } else if (event.is(trace::EventId::stage2_unmap)) {
            const auto unmap = trace().as<trace::payload::stage2_unmap>(event);
            take_out(mapped_[trace().vm_of(unmap.owner)], unmap.ipa, end_of(unmap.ipa, unmap.bytes));
        }
    }

  private:
    struct Range {
        u64 end;
        EventIndex event;  ///< that mapped it
    };
    using Ranges = std::map<u64, Range>;  ///< by begin; they do not overlap

    static u64 end_of(u64 begin, u64 bytes) { return begin + bytes < begin ? ~u64{0} : begin + bytes; }

    /// The first range that ends after `begin`.
    static Ranges::iterator first_after(Ranges& ranges, u64 begin) {
        auto place = ranges.upper_bound(begin);
        if (place != ranges.begin() && std::prev(place)->second.end > begin) --place;
        return place;
    }

    void put(EventIndex index, Ranges& ranges, u64 begin, u64 end) {
        const auto other = first_after(ranges, begin);
        test(other == ranges.end() || other->first >= end, index, [&] {
            return fmt::format("{} is mapped, but event {} mapped it already", hex(std::max(begin, other->first)),
                               other->second.event);
        });
        take_out(ranges, begin, end);
        if (begin < end) ranges[begin] = {end, index};
    }

    static void take_out(Ranges& ranges, u64 begin, u64 end) {
        for (auto place = first_after(ranges, begin); place != ranges.end() && place->first < end;) {
            const auto [first, range] = *place;
            place = ranges.erase(place);
            if (first < begin) ranges[first] = {begin, range.event};
            if (range.end > end) ranges[end] = range;
        }
    }

    std::map<u32, Ranges> mapped_;  ///< by VM
};

}  // namespace

std::vector<std::unique_ptr<Law>> make_machine_laws(const Trace& trace) {
    std::vector<std::unique_ptr<Law>> laws;
    laws.push_back(std::make_unique<VcpuOnOneCpu>(trace));
    laws.push_back(std::make_unique<Stage2IsTheGuests>(trace));
    laws.push_back(std::make_unique<RefusedIsInjected>(trace));
    laws.push_back(std::make_unique<VirtualInterruptsInOrder>(trace));
    laws.push_back(std::make_unique<Stage2MapsOnce>(trace));
    return laws;
}

}  // namespace ws::model

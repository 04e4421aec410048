// SPDX-License-Identifier: Apache-2.0
// The laws on values: registers come back as they went, control registers change only where the trace says so, and
// every number that stands for a name has one.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "hyp/arch/syndrome.hpp"
#include "viewer/model/format/trap_registers.hpp"
#include "viewer/model/laws/laws.hpp"
#include "viewer/model/trace/describe.hpp"
#include "viewer/model/trace/register_move.hpp"

namespace ws::model {
namespace {

/// Registers that the hypervisor's kernel changes on purpose while they are saved: results, where to continue, and the
/// interrupts that the guest is to take.
bool may_change(RegisterClass register_class) {
    return register_class == RegisterClass::general || register_class == RegisterClass::return_state ||
           register_class == RegisterClass::list_registers;
}

/// Registers that a guest's own trapped MSR changes while they are saved.
bool is_debug(RegisterClass register_class) {
    return register_class == RegisterClass::debug || register_class == RegisterClass::breakpoints;
}
bool writes_debug_register(const trace::payload::trap& trap) {
    const u64 esr = trap.ESR_EL2;
    return is_synchronous(trap) && ec_of(esr) == Ec::SYS64 && iss::sys64::Op0.get(esr) == 2 &&
           iss::sys64::Direction.get(esr) == 0;
}

constexpr u32 kWholeClass = ~u32{0};
constexpr u32 kNoSysreg = kWholeClass - 1;

/// The register that a trapped MSR is to write, which a hypervisor may do in what it has saved: KVM lets a guest's
/// writes of its translation registers trap until its caches are on.
u32 written_register(const trace::payload::trap& trap) {
    const u64 esr = trap.ESR_EL2;
    if (!is_synchronous(trap) || ec_of(esr) != Ec::SYS64 || iss::sys64::Direction.get(esr) != 0) return kNoSysreg;
    const SysregInfo* const row = find_sysreg(sysreg_of(esr));
    return row == nullptr ? kNoSysreg : static_cast<u32>(row - kSysregs);
}

class SavedIsRestored : public Law {
  public:
    explicit SavedIsRestored(const Trace& trace)
        : Law(trace, "saved_is_restored",
              "what is restored is what was saved last of the same owner and class, but for results, the place to "
              "continue, list registers, debug registers that a trap is to write, the EL1 state after an injection, "
              "and everything "
              "after a reset") {}

    /// Saves may be among what was dropped, and a vCPU may have been on any CPU.
    void gap(u32 /*cpu*/) override {
        saved_.clear();
        writes_debug_.clear();
        written_.clear();
    }

    void take(EventIndex index, const Event& event) override {
        if (event.is(trace::EventId::inject)) {
            const trace::Owner owner = trace().as<trace::payload::inject>(event).owner;
            std::erase_if(saved_, [owner](const auto& entry) {
                return entry.first.owner == owner && entry.first.register_class == RegisterClass::el1;
            });
            return;
        }
        if (event.is(trace::EventId::trap)) {
            const auto trap = trace().as<trace::payload::trap>(event);
            if (trap.owner == trace::kHost) return;
            writes_debug_[trap.owner] = writes_debug_register(trap);
            written_[trap.owner] = written_register(trap);
            // With breakpoints left in the CPU nothing was saved for this trap.
            if (!writes_debug_[trap.owner]) return;
            std::erase_if(saved_, [&](const auto& entry) {
                return entry.first.owner == trap.owner && is_debug(entry.first.register_class);
            });
            return;
        }
        if (event.is(trace::EventId::vcpu_reset)) {
            const trace::Owner owner = trace().as<trace::payload::vcpu_reset>(event).owner;
            std::erase_if(saved_, [owner](const auto& entry) { return entry.first.owner == owner; });
            return;
        }
        const auto move = register_move(trace(), event);
        if (!move || may_change(move->register_class)) return;
        // The host's registers are a CPU's own; a vCPU's go with it from CPU to CPU.
        const u32 cpu = move->owner == trace::kHost ? event.cpu() : 0;
        const Key key{cpu, move->owner, move->register_class, register_of(event)};
        if (move->is_save()) {
            if (is_debug(key.register_class) && writes_debug_[key.owner]) return;
            if (const auto written = written_.find(key.owner);
                written != written_.end() && written->second == key.sysreg) {
                saved_.erase(key);
                return;
            }
            saved_[key] = index;
        } else if (const auto place = saved_.find(key); place != saved_.end()) {
            compare(place->second, index);
        }
    }

  private:
    struct Key {
        u32 cpu;
        trace::Owner owner;
        RegisterClass register_class;
        u32 sysreg;  ///< kWholeClass for a block
        friend auto operator<=>(const Key&, const Key&) = default;
    };

    u32 register_of(const Event& event) const {
        if (block_class(event)) return kWholeClass;
        return static_cast<u32>(trace().as<trace::payload::register_move>(event).sysreg);
    }

    Bytes values(EventIndex index) const {
        const Event event = trace().event(index);
        const Bytes payload = trace().payload(event);
        return block_class(event) ? payload.subspan(sizeof(trace::payload::block_header)) : payload.first(sizeof(u64));
    }

    void compare(EventIndex saved, EventIndex restored) {
        const Bytes before = values(saved);
        const Bytes after = values(restored);
        test(std::equal(before.begin(), before.end(), after.begin(), after.end()), restored,
             [&] { return difference(saved, restored); });
    }

    /// Which register differs first.
    std::string difference(EventIndex saved, EventIndex restored) const {
        if (const Event event = trace().event(restored); event.is(trace::EventId::register_move)) {
            const auto before = trace().as<trace::payload::register_move>(trace().event(saved));
            const auto after = trace().as<trace::payload::register_move>(event);
            return fmt::format("{} of {} is restored as {}, but event {} saved {}",
                               sysreg_name_of_id(static_cast<u64>(after.sysreg)), trace().owner_name(after.owner),
                               hex(after.value), saved, hex(before.value));
        }
        const auto before = describe(trace(), trace().event(saved));
        const auto after = describe(trace(), trace().event(restored));
        for (std::size_t i = 2; i < before.size(); ++i) {
            if (before[i].hex == after[i].hex) continue;
            return fmt::format("{} of {} is restored as {}, but event {} saved {}", before[i].name, before[1].text,
                               after[i].hex, saved, before[i].hex);
        }
        return "values differ";
    }

    std::map<Key, EventIndex> saved_;
    std::map<trace::Owner, bool> writes_debug_;  ///< by vCPU: its last trap was MSR of a debug register
    std::map<trace::Owner, u32> written_;        ///< by vCPU: the register that its last trap was MSR of
};

class ControlWritesChain : public Law {
  public:
    explicit ControlWritesChain(const Trace& trace)
        : Law(trace, "control_writes_chain",
              "a control register's old value is what was last written to it on that CPU") {}

    void gap(u32 cpu) override {
        std::erase_if(last_, [cpu](const auto& entry) { return entry.first.first == cpu; });
    }

    void take(EventIndex index, const Event& event) override {
        if (event.is(trace::EventId::register_move)) return take_move(index, event);
        if (!event.is(trace::EventId::control_write)) return;
        const auto write = trace().as<trace::payload::control_write>(event);
        const std::pair<u32, SysregId> key{event.cpu(), write.sysreg};
        const u64 old_value = write.old_value;
        if (const auto last = last_.find(key); last != last_.end()) {
            test(last->second.value == old_value, index, [&] {
                return fmt::format("{} is {} before the write, but event {} wrote {}",
                                   sysreg_name_of_id(static_cast<u64>(write.sysreg)), hex(old_value),
                                   last->second.event, hex(last->second.value));
            });
        }
        last_[key] = {write.new_value, index};
    }

  private:
    /// What is restored by itself is written as well: KVM's list registers are, and are cleared by a control write.
    void take_move(EventIndex index, const Event& event) {
        const auto move = trace().as<trace::payload::register_move>(event);
        if (move.operation != trace::Operation::restore) return;
        last_[{event.cpu(), move.sysreg}] = {move.value, index};
    }

    struct Written {
        u64 value;
        EventIndex event;
    };
    std::map<std::pair<u32, SysregId>, Written> last_;
};

class NumbersHaveNames : public Law {
  public:
    explicit NumbersHaveNames(const Trace& trace)
        : Law(trace, "numbers_have_names",
              "every vector, step, register, operation and value of an enumeration is one of the tables'") {}

    void take(EventIndex index, const Event& event) override {
        const Bytes payload = trace().payload(event);
        for (const EventField& field : event.info().fields) {
            const u8 value = payload[field.offset];
            if (const auto known = is_known(field.type, value, payload.subspan(field.offset))) {
                test(*known, index, [&] {
                    return fmt::format("{} of {} has the unknown number {}", field.name, event.info().name,
                                       unsigned{value});
                });
            }
        }
    }

  private:
    /// Nothing for a field that is a plain number.
    static std::optional<bool> is_known(FieldType type, u8 value, Bytes bytes) {
        switch (type) {
            case FieldType::vector: return vector_name(value) != nullptr;
            case FieldType::step: return find_step(value) != nullptr;
            case FieldType::operation: return value <= static_cast<u8>(trace::Operation::restore);
            case FieldType::sysreg: return value + bytes[1] * 256U < kSysregCount;
            default:
                if (find_enumeration(type) == nullptr) return std::nullopt;
                return find_enumerator(type, value) != nullptr;
        }
    }
};

}  // namespace

std::vector<std::unique_ptr<Law>> make_value_laws(const Trace& trace) {
    std::vector<std::unique_ptr<Law>> laws;
    laws.push_back(std::make_unique<SavedIsRestored>(trace));
    laws.push_back(std::make_unique<ControlWritesChain>(trace));
    laws.push_back(std::make_unique<NumbersHaveNames>(trace));
    return laws;
}

}  // namespace ws::model

// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/find/query_terms.hpp"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <cstring>
#include <functional>

#include "hyp/arch/syndrome.hpp"
#include "viewer/model/format/trap_registers.hpp"
#include "viewer/model/trace/describe.hpp"

namespace ws::model {
namespace {

bool same(const std::string& a, const std::string& b) { return ::strcasecmp(a.c_str(), b.c_str()) == 0; }

u64 number_of(const Trace& trace, const Event& event, const EventField& field) {
    u64 value = 0;
    std::memcpy(&value, trace.payload(event).data() + field.offset, std::min<std::size_t>(field.bytes, sizeof(value)));
    return value;
}

/// By a kind's id: is it asked for? So that an event is told by a look at its id.
std::vector<bool> ids_where(const std::function<bool(const EventInfo&)>& wanted) {
    std::vector<bool> ids(event_infos().back().id + 1, false);
    for (const EventInfo& info : event_infos()) ids[info.id] = wanted(info);
    return ids;
}

Condition kind_test(const Term& term) {
    const bool family = term.value.back() == '*';
    const std::string begin = family ? term.value.substr(0, term.value.size() - 1) : term.value;
    const auto wanted = [&](const EventInfo& info) {
        return family ? info.name.rfind(begin, 0) == 0 : info.name == begin;
    };
    std::vector<bool> ids = ids_where(wanted);
    if (std::find(ids.begin(), ids.end(), true) == ids.end()) {
        throw QueryError(term.value_column,
                         fmt::format("no event is called {}; for text write text={}", term.value, term.value));
    }
    return [ids](const Trace&, const Event& event) { return ids[event.id()]; };
}

Condition class_test(const Term& term) {
    for (unsigned ec = 0; ec < 64; ++ec) {
        if (!same(exception_class_name(static_cast<u8>(ec)), term.value)) continue;
        return [ec](const Trace& trace, const Event& event) {
            if (!event.is(trace::EventId::trap)) return false;
            const auto trap = trace.as<trace::payload::trap>(event);
            return is_synchronous(trap) && reg::ESR_EL2::EC.get(trap.ESR_EL2) == ec;
        };
    }
    throw QueryError(term.value_column, fmt::format("no exception class is called {}", term.value));
}

Condition pc_test(const Range& range) {
    return [range](const Trace& trace, const Event& event) {
        if (event.is(trace::EventId::trap)) return range.has(trace.as<trace::payload::trap>(event).ELR_EL2);
        return event.is(trace::EventId::eret) && range.has(trace.as<trace::payload::eret>(event).ELR_EL2);
    };
}

/// A trap has some of its registers only after certain exceptions.
bool holds(const Trace& trace, const Event& event, const EventField& field) {
    return !event.is(trace::EventId::trap) || filled_by(trace.as<trace::payload::trap>(event), field.name);
}

bool is_known_register(const std::string& name) {
    const auto known = [&](const auto& row) { return same(row.name, name); };
    return std::any_of(std::begin(kSysregs), std::end(kSysregs), known) ||
           std::any_of(std::begin(kCoreRegisters), std::end(kCoreRegisters), known);
}

/// The field that has a register's value; by a control write both its values are the register's, and a single move's
/// is.
Condition register_test(const Term& term, std::optional<Range> value) {
    if (!is_known_register(term.value)) {
        throw QueryError(term.value_column, fmt::format("no register is called {}", term.value));
    }
    // By id: the places of fields with that name.
    std::vector<std::vector<const EventField*>> fields(event_infos().back().id + 1);
    for (const EventInfo& info : event_infos()) {
        for (const EventField& field : info.fields) {
            if (same(field.name, term.value)) fields[info.id].push_back(&field);
        }
    }
    const std::string name = term.value;
    return [fields, value, name](const Trace& trace, const Event& event) {
        if (event.is(trace::EventId::control_write)) {
            const auto write = trace.as<trace::payload::control_write>(event);
            const auto id = static_cast<std::size_t>(write.sysreg);
            if (id >= kSysregCount || !same(kSysregs[id].name, name)) return false;
            return !value || value->has(write.new_value) || value->has(write.old_value);
        }
        if (event.is(trace::EventId::register_move)) {
            const auto move = trace.as<trace::payload::register_move>(event);
            const auto id = static_cast<std::size_t>(move.sysreg);
            return id < kSysregCount && same(kSysregs[id].name, name) && (!value || value->has(move.value));
        }
        const auto& of_kind = fields[event.id()];
        return std::any_of(of_kind.begin(), of_kind.end(), [&](const EventField* field) {
            return holds(trace, event, *field) && (!value || value->has(number_of(trace, event, *field)));
        });
    };
}

Condition value_test(const Range& range) {
    return [range](const Trace& trace, const Event& event) {
        const auto& fields = event.info().fields;
        return std::any_of(fields.begin(), fields.end(), [&](const EventField& field) {
            return field.bytes >= sizeof(u32) && holds(trace, event, field) &&
                   range.has(number_of(trace, event, field));
        });
    };
}

/// The guest-physical address of a stage 2 abort, else 0.
u64 fault_address(const trace::payload::trap& trap) {
    static constexpr unsigned kPageBits = 12;
    const u64 page = reg::HPFAR_EL2::FIPA.get(trap.HPFAR_EL2) << kPageBits;
    return page | (trap.FAR_EL2 & ((u64{1} << kPageBits) - 1));
}

bool overlaps(const Range& range, u64 begin, u64 bytes) {
    return begin <= range.last && begin + std::max<u64>(bytes, 1) - 1 >= range.first;
}

Condition address_test(const Range& range) {
    return [range](const Trace& trace, const Event& event) {
        using trace::EventId;
        namespace payload = trace::payload;
        if (event.is(EventId::trap)) {
            const auto trap = trace.as<payload::trap>(event);
            return has_fault_address(trap.vector, trap.ESR_EL2) &&
                   (range.has(trap.FAR_EL2) || range.has(fault_address(trap)));
        }
        if (event.is(EventId::mmio)) {
            const auto mmio = trace.as<payload::mmio>(event);
            return overlaps(range, mmio.address, mmio.bytes);
        }
        if (event.is(EventId::stage2_map)) {
            const auto map = trace.as<payload::stage2_map>(event);
            return overlaps(range, map.ipa, map.bytes) || overlaps(range, map.pa, map.bytes);
        }
        if (event.is(EventId::stage2_unmap)) {
            const auto unmap = trace.as<payload::stage2_unmap>(event);
            return overlaps(range, unmap.ipa, unmap.bytes);
        }
        if (event.is(EventId::tlb)) {
            const auto tlb = trace.as<payload::tlb>(event);
            return tlb.scope == trace::TlbScope::page && range.has(tlb.ipa);
        }
        return event.is(EventId::vmm_exit) && range.has(trace.as<payload::vmm_exit>(event).address);
    };
}

/// The owners that an event names.
Condition owner_test(std::function<bool(const Trace&, trace::Owner)> wanted) {
    return [wanted](const Trace& trace, const Event& event) {
        const auto& fields = event.info().fields;
        return std::any_of(fields.begin(), fields.end(), [&](const EventField& field) {
            return field.type == FieldType::owner &&
                   wanted(trace, static_cast<trace::Owner>(number_of(trace, event, field)));
        });
    };
}

/// Its number among the vCPUs of its own VM.
u64 number_in_vm(const Trace& trace, trace::Owner owner) {
    u64 number = 0;
    for (trace::Owner other = 1; other < owner; ++other) {
        if (trace.vm_of(other) == trace.vm_of(owner)) ++number;
    }
    return number;
}

bool is_vcpu(trace::Owner owner) { return owner != trace::kHost && owner <= trace::kMaxVcpus; }

Condition vcpu_test(const Term& term) {
    if (term.value == "host") return owner_test([](const Trace&, trace::Owner owner) { return owner == trace::kHost; });
    const Range range = parse_range(term);
    return owner_test([range](const Trace& trace, trace::Owner owner) {
        return is_vcpu(owner) && range.has(number_in_vm(trace, owner));
    });
}

Condition vm_test(const Range& range) {
    return owner_test(
        [range](const Trace& trace, trace::Owner owner) { return is_vcpu(owner) && range.has(trace.vm_of(owner)); });
}

Condition text_test(const std::string& text) {
    return [text](const Trace& trace, const Event& event) {
        const std::string line = event.info().name + " " + one_line(trace, event);
        return ::strcasestr(line.c_str(), text.c_str()) != nullptr;
    };
}

Condition step_test(const Term& term) {
    const auto& steps = step_infos();
    const auto found =
        std::find_if(steps.begin(), steps.end(), [&](const StepInfo& step) { return term.value == step.name; });
    if (found == steps.end()) throw QueryError(term.value_column, fmt::format("no step is called {}", term.value));
    return [number = found->number](const Trace& trace, const Event& event) {
        // Both have nothing but the step.
        const bool phase = event.is(trace::EventId::phase_begin) || event.is(trace::EventId::phase_end);
        return phase && static_cast<u8>(trace.as<trace::payload::phase_begin>(event).step) == number;
    };
}

/// Times before the run's first instruction are found by no range.
Condition net_test(const Range& range) {
    return
        [range](const Trace&, const Event& event) { return event.net >= 0 && range.has(static_cast<u64>(event.net)); };
}

Condition make_test(const Term& term, const Term* of_register) {
    if (term.key.empty() || term.key == "event") return kind_test(term);
    if (term.key == "class") return class_test(term);
    if (term.key == "pc") return pc_test(parse_range(term));
    if (term.key == "register") return register_test(term, std::nullopt);
    if (term.key == "value") {
        return of_register != nullptr ? register_test(*of_register, parse_range(term)) : value_test(parse_range(term));
    }
    if (term.key == "address") return address_test(parse_range(term));
    if (term.key == "vcpu") return vcpu_test(term);
    if (term.key == "net") return net_test(parse_range(term));
    if (term.key == "step") return step_test(term);
    if (term.key == "vm") return vm_test(parse_range(term));
    if (term.key == "text") return text_test(term.value);
    if (term.key != "cpu") {
        throw QueryError(term.column, fmt::format("{} is no key; there are event, class, pc, register, value, address, "
                                                  "vcpu, vm, cpu, net, step, symbol and text",
                                                  term.key));
    }
    return [range = parse_range(term)](const Trace&, const Event& event) { return range.has(event.cpu()); };
}

}  // namespace

Condition make_condition(const Term& term, const Term* of_register) {
    Condition condition = make_test(term, of_register);
    if (!term.negated) return condition;
    return [condition](const Trace& trace, const Event& event) { return !condition(trace, event); };
}

}  // namespace ws::model

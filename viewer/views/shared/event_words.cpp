// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/shared/event_words.hpp"

#include <fmt/format.h>

#include "viewer/model/format/call_names.hpp"
#include "viewer/model/format/trap_registers.hpp"
#include "viewer/model/trace/describe.hpp"
#include "viewer/views/draw/text_format.hpp"

namespace ws::view {
namespace {

using trace::EventId;
namespace payload = trace::payload;

std::string size_text(u64 bytes) {
    if (bytes >= 0x10'0000 && bytes % 0x10'0000 == 0) return fmt::format("{} MiB", bytes >> 20);
    if (bytes >= 0x400 && bytes % 0x400 == 0) return fmt::format("{} KiB", bytes >> 10);
    return counted(bytes, "byte");
}

std::string short_hex(u64 value) { return fmt::format("0x{:x}", value); }

std::string device_access(const payload::mmio& mmio) {
    const std::string where = mmio.device == trace::Device::none ? "nothing there" : words(model::name_of(mmio.device));
    return fmt::format("{} {} at {}", words(model::name_of(mmio.access)), where, short_hex(mmio.address));
}

std::string interrupt(const model::Trace& trace, const model::Event& event) {
    if (event.is(EventId::virtual_irq)) {
        const auto irq = trace.as<payload::virtual_irq>(event);
        return fmt::format("{} {}, {}", u32{irq.intid}, words(model::name_of(irq.change)), trace.owner_name(irq.owner));
    }
    if (event.is(EventId::list_register)) {
        const auto list = trace.as<payload::list_register>(event);
        return fmt::format("ICH_LR{}_EL2: interrupt {}, {}", unsigned{list.number},
                           reg::ICH_LR0_EL2::vINTID.get(list.ICH_LR), trace.owner_name(list.owner));
    }
    if (event.is(EventId::physical_irq)) {
        const auto irq = trace.as<payload::physical_irq>(event);
        return fmt::format("{}, {} loaded", u32{irq.intid},
                           irq.owner == trace::kHost ? "nobody" : trace.owner_name(irq.owner));
    }
    const auto kick = trace.as<payload::kick>(event);
    const std::string whom = kick.owner == trace::kHost ? "" : ", for " + trace.owner_name(kick.owner);
    return fmt::format("CPU {}: {}{}", unsigned{kick.cpu}, words(model::name_of(kick.reason)), whom);
}

/// What a list register holds that was moved by itself.
std::string listed_interrupt(const payload::register_move& move) {
    const auto id = static_cast<std::size_t>(move.sysreg);
    if (id >= kSysregCount || kSysregs[id].register_class != RegisterClass::list_registers) return "";
    if (move.sysreg == SysregId::ICH_HCR_EL2) return "";
    static constexpr const char* kStates[] = {"inactive", "pending", "active", "pending and active"};
    const u64 state = reg::ICH_LR0_EL2::State.get(move.value);
    return state == 0 ? std::string(": empty")
                      : fmt::format(": interrupt {} {}", reg::ICH_LR0_EL2::vINTID.get(move.value), kStates[state]);
}

std::string thread_name(const model::Trace& trace, trace::Owner owner) {
    return owner == trace::kHost ? "idle" : trace.owner_name(owner);
}

}  // namespace

std::string brief_of_machine(const model::Trace& trace, const model::Event& event) {
    switch (static_cast<EventId>(event.id())) {
        case EventId::mmio: return device_access(trace.as<payload::mmio>(event));
        case EventId::virtual_irq:
        case EventId::list_register:
        case EventId::physical_irq:
        case EventId::kick: return interrupt(trace, event);
        case EventId::timer: {
            const auto timer = trace.as<payload::timer>(event);
            return fmt::format("{} {}, {}", words(model::name_of(timer.timer)), model::name_of(timer.change),
                               thread_name(trace, timer.owner));
        }
        case EventId::schedule: {
            const auto schedule = trace.as<payload::schedule>(event);
            return fmt::format("{} \u2192 {}: {}", thread_name(trace, schedule.previous),
                               thread_name(trace, schedule.next), words(model::name_of(schedule.reason)));
        }
        case EventId::psci: {
            const auto psci = trace.as<payload::psci>(event);
            const char* name = model::psci_name(psci.function);
            return name != nullptr ? name : hex_groups(model::hex(psci.function, 4)) + ", unknown";
        }
        case EventId::stage2_map: {
            const auto map = trace.as<payload::stage2_map>(event);
            return fmt::format("{} at {}, {}", size_text(map.bytes), short_hex(map.ipa),
                               model::rights_text(map.rights));
        }
        case EventId::stage2_unmap: {
            const auto unmap = trace.as<payload::stage2_unmap>(event);
            return fmt::format("{} at {}", size_text(unmap.bytes), short_hex(unmap.ipa));
        }
        case EventId::tlb: return words(model::name_of(trace.as<payload::tlb>(event).scope));
        case EventId::inject: {
            const auto inject = trace.as<payload::inject>(event);
            return fmt::format("{}, {}", words(model::name_of(inject.injection)), trace.owner_name(inject.owner));
        }
        case EventId::vcpu_reset: {
            const auto reset = trace.as<payload::vcpu_reset>(event);
            return fmt::format("{} to {}", trace.owner_name(reset.owner), short_hex(reset.entry));
        }
        default: return {};
    }
}

std::string brief(const model::Trace& trace, const model::Event& event) {
    if (const std::string text = brief_of_machine(trace, event); !text.empty()) return text;
    if (event.is(EventId::trap)) {
        // Only a synchronous exception has a class; the others are told by their vector.
        const auto trap = trace.as<payload::trap>(event);
        static constexpr const char* kKinds[] = {"", "IRQ", "FIQ", "SError"};
        return model::is_synchronous(trap) ? model::esr_summary(trap.ESR_EL2)
                                           : kKinds[static_cast<std::size_t>(exception_kind(trap.vector))];
    }
    if (event.is(EventId::eret)) {
        const auto eret = trace.as<trace::payload::eret>(event);
        return fmt::format("to {} at EL{}", trace.owner_name(eret.owner), model::el_of_spsr(eret.SPSR_EL2));
    }
    if (event.is(EventId::phase_begin) || event.is(EventId::phase_end)) {
        const auto* step = model::find_step(static_cast<u8>(trace.as<trace::payload::phase_begin>(event).step));
        return step != nullptr ? words(step->name) : "unknown step";
    }
    if (event.is(EventId::control_write)) {
        const auto write = trace.as<trace::payload::control_write>(event);
        const auto id = static_cast<std::size_t>(write.sysreg);
        const std::string name = id < kSysregCount ? kSysregs[id].name : "unknown register";
        return name + (write.old_value == write.new_value ? ", unchanged" : "");
    }
    if (event.is(EventId::hypercall)) {
        const u64 function = trace.as<trace::payload::hypercall>(event).function;
        const char* name = model::hypercall_name(function);
        return name != nullptr ? words(name) : hex_groups(model::hex(function, 4)) + ", unhandled";
    }
    if (event.is(EventId::mark)) {
        const auto mark = trace.as<trace::payload::mark>(event);
        return fmt::format("id {}, value {}", u64{mark.id}, u64{mark.value});
    }
    if (event.is(EventId::register_move)) {
        const auto move = trace.as<trace::payload::register_move>(event);
        return fmt::format("{} {}{}, {}", move.operation == trace::Operation::save ? "save" : "restore",
                           model::sysreg_name_of_id(static_cast<u64>(move.sysreg)), listed_interrupt(move),
                           trace.owner_name(move.owner));
    }
    if (model::block_class(event)) {
        const auto block = trace.block(event);
        return fmt::format("{} {}, {}", block.operation == trace::Operation::save ? "save" : "restore",
                           event.info().registers, trace.owner_name(block.owner));
    }
    return model::one_line(trace, event);
}

const char* cause_of_mark(const model::Event& event) {
    switch (static_cast<EventId>(event.id())) {
        case EventId::mmio:
        case EventId::psci:
        case EventId::hypercall:
        case EventId::mark: return "handler";
        case EventId::virtual_irq:
        case EventId::physical_irq:
        case EventId::kick: return "vgic";
        case EventId::timer: return "timer";
        case EventId::schedule:
        case EventId::vcpu_reset: return "transitions";
        case EventId::stage2_map:
        case EventId::stage2_unmap:
        case EventId::tlb: return "stage2";
        case EventId::inject: return "el1";
        default: return nullptr;
    }
}

}  // namespace ws::view

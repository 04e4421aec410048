// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/registers/hardware_registers.hpp"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "viewer/model/trace/describe.hpp"

namespace ws::model {
namespace {

constexpr u32 kHeaderFields = 2;  // of a block event: operation and owner

struct RegisterTable {
    std::vector<HardwareRegister> all;
    std::array<std::vector<RegisterPlace>, kRegisterClassCount> blocks;
    std::array<RegisterPlace, kSysregCount> by_sysreg;

    RegisterTable() {
        by_sysreg.fill(kNoRegister);
        for (std::size_t c = 0; c < kRegisterClassCount; ++c) {
            const auto register_class = static_cast<RegisterClass>(c);
            if (const EventInfo* block = find_block(register_class)) add_block(*block, register_class);
            if (kRegisterClasses[c].moved_as == MovedAs::control) add_controls(register_class);
        }
        add_exception_registers();
        for (const SysregInfo& sysreg : kSysregs) {
            if (info(sysreg.register_class).moved_as == MovedAs::none) add_sysreg(sysreg, true);
        }
    }

    void add_block(const EventInfo& block, RegisterClass register_class) {
        for (std::size_t i = kHeaderFields; i < block.fields.size(); ++i) {
            const EventField& field = block.fields[i];
            blocks[static_cast<std::size_t>(register_class)].push_back(
                add({field.name, register_class, field.sysreg, field.bytes, field.meaning, false}));
        }
    }

    void add_controls(RegisterClass register_class) {
        for (const SysregInfo& sysreg : kSysregs) {
            if (sysreg.register_class == register_class) add_sysreg(sysreg);
        }
    }

    /// What a trap tells: the event has them by their names.
    void add_exception_registers() {
        for (const EventField& field : find_event(static_cast<u32>(trace::EventId::trap))->fields) {
            const auto same = [&field](const SysregInfo& sysreg) { return field.name == sysreg.name; };
            const auto found = std::find_if(std::begin(kSysregs), std::end(kSysregs), same);
            if (found != std::end(kSysregs)) add_sysreg(*found);
        }
    }

    void add_sysreg(const SysregInfo& sysreg, bool only_if_told = false) {
        add({sysreg.name, sysreg.register_class, &sysreg, sizeof(u64), sysreg.meaning, only_if_told});
    }

    RegisterPlace add(HardwareRegister hardware) {
        const auto same = [&hardware](const HardwareRegister& other) { return other.name == hardware.name; };
        const auto found = std::find_if(all.begin(), all.end(), same);
        const auto place = static_cast<RegisterPlace>(found - all.begin());
        if (found == all.end()) all.push_back(std::move(hardware));
        if (all[place].sysreg != nullptr) by_sysreg[static_cast<std::size_t>(all[place].sysreg - kSysregs)] = place;
        return place;
    }
};

const RegisterTable& table() {
    static const RegisterTable kTable;
    return kTable;
}

}  // namespace

const std::vector<HardwareRegister>& hardware_registers() { return table().all; }

RegisterPlace find_hardware_register(const std::string& name) {
    const auto& all = table().all;
    for (RegisterPlace place = 0; place < all.size(); ++place) {
        if (::strcasecmp(all[place].name.c_str(), name.c_str()) == 0) return place;
    }
    return kNoRegister;
}

RegisterPlace place_of_sysreg(SysregId id) {
    const auto row = static_cast<std::size_t>(id);
    return row < kSysregCount ? table().by_sysreg[row] : kNoRegister;
}

bool turned_off_after_save(RegisterClass register_class) {
    return register_class == RegisterClass::timer || register_class == RegisterClass::vgic ||
           register_class == RegisterClass::list_registers;
}

std::vector<RegisterPlace> moved_registers(const Trace& trace, const Event& event) {
    if (const auto c = block_class(event)) return table().blocks[static_cast<std::size_t>(*c)];
    if (!event.is(trace::EventId::register_move)) return {};
    const RegisterPlace place = place_of_sysreg(trace.as<trace::payload::register_move>(event).sysreg);
    return place == kNoRegister ? std::vector<RegisterPlace>{} : std::vector<RegisterPlace>{place};
}

std::vector<MovedValue> moved_values(const Trace& trace, const Event& event) {
    std::vector<MovedValue> values;
    for (const RegisterPlace place : moved_registers(trace, event)) values.push_back({place, {}});
    if (event.is(trace::EventId::register_move)) {
        for (MovedValue& moved : values) moved.value.low = trace.as<trace::payload::register_move>(event).value;
        return values;
    }
    const Bytes payload = trace.payload(event);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const EventField& field = event.info().fields[i + kHeaderFields];
        RegisterValue& value = values[i].value;
        std::memcpy(&value, payload.data() + field.offset, std::min<std::size_t>(field.bytes, sizeof(value)));
    }
    return values;
}

std::string hex(const HardwareRegister& hardware, const RegisterValue& value) {
    if (hardware.bytes > sizeof(u64)) return fmt::format("0x{:016x}{:016x}", value.high, value.low);
    return hex(value.low, hardware.bytes);
}

}  // namespace ws::model

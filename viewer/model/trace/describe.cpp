// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/trace/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "hyp/arch/syndrome.hpp"
#include "viewer/model/format/call_names.hpp"
#include "viewer/model/format/trap_registers.hpp"

namespace ws::model {
namespace {

u64 read_number(const u8* bytes, unsigned count) {
    u64 value = 0;
    std::memcpy(&value, bytes, std::min<std::size_t>(count, sizeof(value)));
    return value;
}

std::string bit_range(BitField bits) {
    return bits.msb == bits.lsb ? fmt::format("{}", bits.msb) : fmt::format("{}:{}", bits.msb, bits.lsb);
}

Field make_part(const char* name, BitField bits, u64 reg, const char* meaning) {
    Field part;
    part.name = name;
    part.value = bits.get(reg);
    part.hex = fmt::format("0x{:x}", part.value);
    part.text = bits.msb - bits.lsb < 3 ? fmt::format("{}", part.value) : part.hex;
    part.meaning = meaning;
    part.bits = bit_range(bits);
    return part;
}

const SysregInfo* sysreg_by_name(const std::string& name) {
    for (const SysregInfo& row : kSysregs) {
        if (name == row.name) return &row;
    }
    return nullptr;
}

std::string or_number(const char* name, u64 value) {
    return name != nullptr ? name : fmt::format("{} (unknown)", value);
}

/// The text of a field whose value has a name.
std::string text_of(const Trace& trace, FieldType type, u64 value) {
    const u8 byte = static_cast<u8>(value);
    switch (type) {
        case FieldType::owner: return trace.owner_name(byte);
        case FieldType::vector: return or_number(vector_name(byte), value);
        case FieldType::step: {
            const StepInfo* step = find_step(byte);
            return or_number(step != nullptr ? step->name : nullptr, value);
        }
        case FieldType::sysreg: return sysreg_name_of_id(value);
        case FieldType::operation: return or_number(value == 0 ? "save" : value == 1 ? "restore" : nullptr, value);
        case FieldType::x64:
        case FieldType::register64: return hex(value);
        default: break;
    }
    if (find_enumeration(type) == nullptr) return fmt::format("{}", value);
    const EnumeratorInfo* row = find_enumerator(type, byte);
    return or_number(row != nullptr ? row->name : nullptr, value);
}

bool holds_syndrome(const SysregInfo& sysreg) { return std::string(sysreg.name).rfind("ESR_", 0) == 0; }

/// A register's bits: those of a syndrome go down to the ISS.
std::vector<Field> parts_of(const SysregInfo& sysreg, u64 value, Layout layout) {
    return holds_syndrome(sysreg) ? describe_esr(value) : describe_register(sysreg, value, layout);
}

Field make_field(const Trace& trace, const EventField& field, const u8* payload) {
    const u8* at = payload + field.offset;
    Field result;
    result.name = field.name;
    result.meaning = field.meaning;
    result.value = read_number(at, field.bytes);
    if (field.type == FieldType::register128) {
        result.hex = fmt::format("0x{:016x}{:016x}", read_number(at + sizeof(u64), sizeof(u64)), result.value);
        result.text = result.hex;
        return result;
    }
    result.hex = hex(result.value, field.bytes);
    result.text = text_of(trace, field.type, result.value);
    // A plain field may bear a register's name, as ESR_EL2 of a trap does: then its bits are known as well.
    const SysregInfo* sysreg = field.sysreg;
    if (sysreg == nullptr && field.type == FieldType::x64) sysreg = sysreg_by_name(field.name);
    if (sysreg == nullptr && field.name == "ICH_LR") sysreg = &info(SysregId::ICH_LR0_EL2);  // all are alike
    if (sysreg != nullptr) {
        result.parts = parts_of(*sysreg, result.value, trace.layout());
        if (holds_syndrome(*sysreg) && field.sysreg == nullptr) {
            result.text = fmt::format("{} ({})", result.hex, esr_summary(result.value));
        }
    }
    return result;
}

/// The values of a control write, and that of a single move, show the bits of the register that they are of.
void add_value_parts(std::vector<Field>& fields, Layout layout) {
    const auto id = std::find_if(fields.begin(), fields.end(), [](const Field& f) { return f.name == "sysreg"; });
    if (id == fields.end() || id->value >= kSysregCount) return;
    for (Field& field : fields) {
        if (field.name == "old_value" || field.name == "new_value" || field.name == "value") {
            field.parts = parts_of(kSysregs[id->value], field.value, layout);
        }
    }
}

/// Says in words what some events have as numbers.
void add_words(std::vector<Field>& fields, const Event& event) {
    for (Field& field : fields) {
        const char* call = nullptr;
        if (field.name == "function" && event.is(trace::EventId::hypercall)) call = hypercall_name(field.value);
        if (field.name == "function" && event.is(trace::EventId::psci)) call = psci_name(field.value);
        if (call != nullptr) field.text = fmt::format("{} ({})", field.hex, call);
        if (field.name == "rights" && event.is(trace::EventId::stage2_map)) field.text = rights_text(field.value);
    }
}

/// A trap's registers that this exception did not fill have no value, whatever the event holds there.
void take_out_unfilled(std::vector<Field>& fields, const trace::payload::trap& trap) {
    for (Field& field : fields) {
        if (filled_by(trap, field.name)) continue;
        const bool syndrome = field.name == "ESR_EL2";
        static constexpr const char* kKinds[] = {"an exception of this class", "an IRQ", "an FIQ", "an SError"};
        const char* const kind = kKinds[static_cast<std::size_t>(exception_kind(trap.vector))];
        field.text = fmt::format("none: {} has no {}", kind, syndrome ? "syndrome" : "fault address");
        field.value = 0;
        field.hex.clear();
        field.parts.clear();
    }
}

}  // namespace

std::string rights_text(u64 rights) {
    std::string text = "rwx";
    for (std::size_t bit = 0; bit < text.size(); ++bit) {
        if ((rights >> bit & 1) == 0) text[bit] = '-';
    }
    return text;
}

std::string hex(u64 value, unsigned bytes) { return fmt::format("0x{:0{}x}", value, bytes * 2); }

std::string exception_class_name(u8 ec) {
    const ExceptionClassInfo* row = find_exception_class(ec);
    return row != nullptr ? row->name : fmt::format("EC 0x{:02x}", static_cast<unsigned>(ec));
}

std::string trap_class(const trace::payload::trap& trap) {
    if (is_synchronous(trap)) return exception_class_name(static_cast<u8>(ec_of(trap.ESR_EL2)));
    const char* const name = vector_name(trap.vector);
    return name != nullptr ? name : "unknown vector";
}

std::string sysreg_name_of_id(u64 id) {
    return id < kSysregCount ? kSysregs[id].name : fmt::format("{} (unknown register)", id);
}

std::string sysreg_name(SysregEncoding encoding) {
    if (const SysregInfo* row = find_sysreg(encoding)) return row->name;
    return fmt::format("S{}_{}_C{}_C{}_{}", unsigned{encoding.op0}, unsigned{encoding.op1}, unsigned{encoding.crn},
                       unsigned{encoding.crm}, unsigned{encoding.op2});
}

std::vector<Field> describe_register(const SysregInfo& sysreg, u64 value, Layout layout) {
    std::vector<Field> parts;
    for (std::size_t i = 0; i < sysreg.field_count; ++i) {
        const FieldInfo& field = sysreg.fields[i];
        if (field.layout == Layout::any || layout == Layout::any || field.layout == layout) {
            parts.push_back(make_part(field.name, field.bits, value, field.meaning));
        }
    }
    return parts;
}

std::vector<Field> describe_esr(u64 esr) {
    const ExceptionClassInfo* row = find_exception_class(static_cast<u8>(ec_of(esr)));
    std::vector<Field> parts;
    Field ec =
        make_part("EC", reg::ESR_EL2::EC, esr, row != nullptr ? row->meaning : "no exception class of the Arm ARM");
    ec.text = exception_class_name(static_cast<u8>(ec.value));
    parts.push_back(ec);
    parts.push_back(make_part("IL", reg::ESR_EL2::IL, esr, "instruction was 32 bits long"));
    Field iss = make_part("ISS", reg::ESR_EL2::ISS, esr, "syndrome");
    for (const IssFieldInfo& field : kIssFields) {
        if (row != nullptr && std::string(row->iss_format) == field.iss_format) {
            iss.parts.push_back(make_part(field.name, field.bits, esr, field.meaning));
        }
    }
    if (row != nullptr && std::string(row->iss_format) == "sys64") {
        iss.text = fmt::format("{} ({})", iss.hex, sysreg_name(sysreg_of(esr)));
    }
    parts.push_back(iss);
    return parts;
}

const char* wfx_name(u64 esr) {
    static constexpr const char* kNames[] = {"WFI", "WFE", "WFIT", "WFET"};
    return kNames[iss::wfx::TI.get(esr)];
}

std::string esr_summary(u64 esr) {
    const std::string name = exception_class_name(static_cast<u8>(ec_of(esr)));
    const ExceptionClassInfo* row = find_exception_class(static_cast<u8>(ec_of(esr)));
    const std::string format = row != nullptr ? row->iss_format : "none";
    if (format == "imm16") return fmt::format("{} imm16=0x{:x}", name, iss::imm16::imm16.get(esr));
    if (format == "sys64") {
        const bool read = iss::sys64::Direction.get(esr) != 0;
        return fmt::format("{} {} {}", name, read ? "read" : "write", sysreg_name(sysreg_of(esr)));
    }
    if (format == "wfx") {
        return fmt::format("{} {}", name, wfx_name(esr));
    }
    if (format == "dabt") {
        return fmt::format("{} {} DFSC=0x{:02x}", name, iss::dabt::WnR.get(esr) != 0 ? "write" : "read",
                           iss::dabt::DFSC.get(esr));
    }
    if (format == "iabt") return fmt::format("{} IFSC=0x{:02x}", name, iss::iabt::IFSC.get(esr));
    return name;
}

std::vector<Field> describe(const Trace& trace, const Event& event) {
    const Bytes payload = trace.payload(event);
    std::vector<Field> fields;
    for (const EventField& field : event.info().fields) {
        fields.push_back(make_field(trace, field, payload.data()));
    }
    add_words(fields, event);
    if (event.is(trace::EventId::control_write) || event.is(trace::EventId::register_move)) {
        add_value_parts(fields, trace.layout());
    }
    if (event.is(trace::EventId::trap)) take_out_unfilled(fields, trace.as<trace::payload::trap>(event));
    return fields;
}

std::string one_line(const Trace& trace, const Event& event) {
    std::string line;
    for (const Field& field : describe(trace, event)) {
        if (!line.empty()) line += ' ';
        line += fmt::format("{}={}", field.name, field.text);
    }
    return line;
}

}  // namespace ws::model

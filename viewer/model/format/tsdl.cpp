// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/format/tsdl.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/model/base/quoted_text.hpp"
#include "viewer/model/format/event_info.hpp"

namespace ws::model {
namespace {

/// A plain decimal number is written without quotes, so that readers show a number.
bool is_number(const std::string& value) {
    return !value.empty() && value.size() <= 18 && (value == "0" || value[0] != '0') &&
           std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void put_integer_types(std::string& out) {
    for (const int bits : {8, 16, 32, 64}) {
        out += fmt::format("typealias integer {{ size = {0}; align = 8; signed = false; }} := u{0}_t;\n", bits);
    }
    out += "typealias integer { size = 64; align = 8; signed = false; base = hex; } := x64_t;\n";
}

void put_enum(std::string& out, const char* base, const std::string& name, const std::string& labels) {
    out += fmt::format("typealias enum : {} {{\n{}}} := {};\n", base, labels, name);
}

std::string enumeration_type(const EnumerationInfo& enumeration) {
    return std::string(enumeration.name) + "_t";
}

void put_enums(std::string& out) {
    put_enum(out, "u8_t", "owner_t", "    host = 0,\n    vcpu = 1 ... 255,\n");
    std::string labels;
    for (u8 i = 0; vector_name(i) != nullptr; ++i) labels += fmt::format("    {} = {},\n", vector_name(i), i);
    put_enum(out, "u8_t", "vector_t", labels);
    labels.clear();
    for (const StepInfo& step : step_infos()) labels += fmt::format("    {} = {},\n", step.name, step.number);
    put_enum(out, "u8_t", "step_t", labels);
    labels.clear();
    for (std::size_t i = 0; i < kSysregCount; ++i) labels += fmt::format("    {} = {},\n", kSysregs[i].name, i);
    put_enum(out, "u16_t", "sysreg_t", labels);
    for (const EnumerationInfo& enumeration : enumeration_infos()) {
        labels.clear();
        for (const EnumeratorInfo& row : enumeration.enumerators) {
            labels += fmt::format("    {} = {},\n", row.name, unsigned{row.number});
        }
        put_enum(out, "u8_t", enumeration_type(enumeration), labels);
    }
    put_enum(out, "u8_t", "operation_t",
             fmt::format("    save = {},\n    restore = {},\n", static_cast<int>(trace::Operation::save),
                         static_cast<int>(trace::Operation::restore)));
}

void put_trace(std::string& out, const Uuid& uuid) {
    out += fmt::format(
        "trace {{\n    major = 1;\n    minor = 8;\n    uuid = \"{}\";\n    byte_order = le;\n"
        "    packet.header := struct {{\n        u32_t magic;\n        u8_t uuid[16];\n        u32_t stream_id;\n    "
        "}};\n}};\n",
        to_string(uuid));
}

void put_env(std::string& out, const Env& env) {
    out += fmt::format("env {{\n    {} = \"{}\";\n", kTracerNameKey, kTracerName);
    for (const auto& [key, value] : env) {
        out += fmt::format("    {} = {};\n", key, is_number(value) ? value : quoted(value));
    }
    out += checksum_line(kChecksumOfNothing) + "};\n";
}

void put_clock(std::string& out) {
    out +=
        "clock {\n    name = instructions;\n"
        "    description = \"instructions since reset, under QEMU's -icount shift=0 one a nanosecond\";\n"
        "    freq = 1000000000;\n    offset = 0;\n};\n"
        "typealias integer { size = 27; align = 1; signed = false; map = clock.instructions.value; } := time27_t;\n"
        "typealias integer { size = 64; align = 8; signed = false; map = clock.instructions.value; } := time64_t;\n";
}

void put_stream(std::string& out) {
    out += fmt::format(
        "stream {{\n    id = 0;\n"
        "    packet.context := struct {{\n"
        "        time64_t timestamp_begin;\n        time64_t timestamp_end;\n        u64_t content_size;\n"
        "        u64_t packet_size;\n        u64_t packet_seq_num;\n        u64_t events_discarded;\n"
        "        u64_t recorder_begin;\n        u32_t cpu_id;\n        u32_t checksum;\n    }};\n"
        "    event.header := struct {{\n"
        "        enum : integer {{ size = {0}; align = 1; signed = false; }} {{ compact = 0 ... {1}, extended = {2} }} "
        "id;\n"
        "        variant <id> {{\n"
        "            struct {{ time27_t timestamp; }} compact;\n"
        "            struct {{ u32_t id; time64_t timestamp; }} extended;\n"
        "        }} v;\n    }} align(8);\n"
        "    event.context := struct {{ u32_t recorder_spent; }};\n}};\n",
        trace::kIdBits, trace::kCompactIds - 1, trace::kCompactIds);
}

std::string type_name(FieldType type) {
    switch (type) {
        case FieldType::u8:
            return "u8_t";
        case FieldType::u16:
            return "u16_t";
        case FieldType::u32:
            return "u32_t";
        case FieldType::u64:
            return "u64_t";
        case FieldType::x64:
            return "x64_t";
        case FieldType::owner:
            return "owner_t";
        case FieldType::vector:
            return "vector_t";
        case FieldType::step:
            return "step_t";
        case FieldType::sysreg:
            return "sysreg_t";
        case FieldType::operation:
            return "operation_t";
        case FieldType::register64:
        case FieldType::register128:
            return "x64_t";
        default:
            break;
    }
    const EnumerationInfo* enumeration = find_enumeration(type);
    return enumeration != nullptr ? enumeration_type(*enumeration) : "x64_t";
}

void put_event(std::string& out, const EventInfo& event) {
    out += fmt::format("event {{\n    name = \"{}\";\n    id = {};\n    stream_id = 0;\n    fields := struct {{\n",
                       event.name, event.id);
    for (const EventField& field : event.fields) {
        if (field.type == FieldType::register128) {  // CTF readers stop at 64 bits
            out += fmt::format("        x64_t {0}_lo;\n        x64_t {0}_hi;\n", field.name);
        } else {
            out += fmt::format("        {} {};\n", type_name(field.type), field.name);
        }
    }
    out += "    };\n};\n";
}

}  // namespace

std::string checksum_line(const std::string& value) {
    return fmt::format("    {} = \"{}\";\n", kChecksumKey, value);
}

std::string make_tsdl(const Metadata& metadata) {
    // The tables' parts are the same for every trace.
    static const std::string kBefore = [] {
        std::string out = "/* CTF 1.8 */\n";
        put_integer_types(out);
        put_enums(out);
        return out;
    }();
    static const std::string kAfter = [] {
        std::string out;
        put_clock(out);
        put_stream(out);
        for (const EventInfo& event : event_infos()) put_event(out, event);
        return out;
    }();
    std::string out = kBefore;
    put_trace(out, metadata.uuid);
    put_env(out, metadata.env);
    return out + kAfter;
}

}  // namespace ws::model

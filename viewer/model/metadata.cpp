// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/metadata.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "viewer/model/error.hpp"
#include "viewer/model/event_info.hpp"

namespace ws::model {
namespace {

/// The words of TSDL (CTF 1.8.3, C.2): none can be a key.
constexpr std::array kKeywords = {"align",  "callsite", "clock",     "const",          "char",     "double",
                                  "enum",   "env",      "event",     "floating_point", "float",    "integer",
                                  "int",    "long",     "short",     "signed",         "stream",   "string",
                                  "struct", "trace",    "typealias", "typedef",        "unsigned", "variant",
                                  "void",   "_Bool",    "_Complex",  "_Imaginary"};

constexpr const char* kSignature = "/* CTF 1.8 */\n";
constexpr const char* kChecksumOfNothing = "0x00000000";

std::string checksum_line(const std::string& value) {
    return fmt::format("    {} = \"{}\";\n", kChecksumKey, value);
}

/// A plain decimal number is written without quotes, so that readers show a number.
bool is_number(const std::string& value) {
    return !value.empty() && value.size() <= 18 && (value == "0" || value[0] != '0') &&
           std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + '"';
}

std::string unquoted(const std::string& text) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return text;
    std::string result;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == '\\' && i + 2 < text.size()) ++i;
        result += text[i];
    }
    return result;
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
    labels.clear();
    for (u8 i = 0; injection_name(i) != nullptr; ++i) labels += fmt::format("    {} = {},\n", injection_name(i), i);
    put_enum(out, "u8_t", "injection_t", labels);
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
        case FieldType::injection:
            return "injection_t";
        case FieldType::operation:
            return "operation_t";
        case FieldType::register64:
        case FieldType::register128:
            return "x64_t";
    }
    return "x64_t";
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

u32 checksum_of(const std::string& text) {
    return static_cast<u32>(crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()));
}

/// The text between `begin` and `end`, from `from` on; nothing if one of them is not there.
std::optional<std::string> between(const std::string& text, const std::string& begin, const std::string& end) {
    const std::size_t start = text.find(begin);
    if (start == std::string::npos) return std::nullopt;
    const std::size_t first = start + begin.size();
    const std::size_t stop = text.find(end, first);
    if (stop == std::string::npos) return std::nullopt;
    return text.substr(first, stop - first);
}

/// The pairs between `tracer_name` and the checksum. A line that is no pair is left out: the comparison tells.
Env parse_env(const std::string& block) {
    Env env;
    for (std::size_t at = 0; at < block.size();) {
        const std::size_t end = std::min(block.find('\n', at), block.size());
        const std::string line = block.substr(at, end - at);
        at = end + 1;
        const std::size_t equals = line.find(" = ");
        if (equals == std::string::npos || line.rfind("    ", 0) != 0 || line.back() != ';') continue;
        const std::string key = line.substr(4, equals - 4);
        if (key != kTracerNameKey && key != kChecksumKey) {
            env.emplace_back(key, unquoted(line.substr(equals + 3, line.size() - equals - 4)));
        }
    }
    return env;
}

/// Is the text as it was written? Its checksum was made with zeros in the checksum's place.
bool checksum_holds(const std::string& text) {
    const auto value = between(text, fmt::format("    {} = \"", kChecksumKey), "\";\n");
    if (!value || value->size() != std::string(kChecksumOfNothing).size()) return false;
    std::string zeroed = text;
    const std::size_t at = zeroed.find(checksum_line(*value));
    zeroed.replace(at, checksum_line(*value).size(), checksum_line(kChecksumOfNothing));
    return *value == fmt::format("0x{:08x}", checksum_of(zeroed));
}

}  // namespace

std::string Metadata::get(const std::string& key) const {
    for (const auto& [name, value] : env) {
        if (name == key) return value;
    }
    return {};
}

void Metadata::set(const std::string& key, std::string value) {
    for (auto& [name, old] : env) {
        if (name == key) {
            old = std::move(value);
            return;
        }
    }
    env.emplace_back(key, std::move(value));
}

std::string env_problem(const std::string& key, const std::string& value) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (key.empty() || !letter(key[0]) ||
        !std::all_of(key.begin(), key.end(), [&](char c) { return letter(c) || digit(c); })) {
        return fmt::format("\"{}\" is no key: letters, digits and _ only", key);
    }
    if (std::find(kKeywords.begin(), kKeywords.end(), key) != kKeywords.end() || key == kTracerNameKey ||
        key == kChecksumKey) {
        return fmt::format("the key {} is taken", key);
    }
    if (std::any_of(value.begin(), value.end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
        return fmt::format("the value of {} has control characters", key);
    }
    return {};
}

std::string make_metadata(const Metadata& metadata) {
    std::string out = kSignature;
    put_integer_types(out);
    put_enums(out);
    put_trace(out, metadata.uuid);
    put_env(out, metadata.env);
    put_clock(out);
    put_stream(out);
    for (const EventInfo& event : event_infos()) put_event(out, event);
    const std::string zeros = checksum_line(kChecksumOfNothing);
    out.replace(out.find(zeros), zeros.size(), checksum_line(fmt::format("0x{:08x}", checksum_of(out))));
    return out;
}

Metadata parse_metadata(const std::string& text, const std::string& file) {
    if (text.rfind("/* CTF 1.8", 0) != 0) throw TraceError(file, "is no CTF 1.8 metadata, or its start is damaged");
    if (!checksum_holds(text)) {
        const bool ours = text.find(fmt::format("{} = \"{}\"", kTracerNameKey, kTracerName)) != std::string::npos;
        throw TraceError(file, ours ? "checksum does not match: the file is damaged, record the trace again"
                                    : "is a CTF trace that Worldswitch did not write, or it is damaged");
    }
    Metadata metadata;
    const auto uuid = between(text, "    uuid = \"", "\";\n");
    const auto env = between(text, "\nenv {\n", "};\n");
    if (!uuid || !env || !parse_uuid(*uuid, metadata.uuid)) throw TraceError(file, "has no uuid or no env");
    metadata.env = parse_env(*env);
    if (make_metadata(metadata) != text) {
        throw TraceError(file,
                         fmt::format("was written by another version of Worldswitch (its format is {}, this program's "
                                     "is {}, or the tables differ); record the trace again",
                                     metadata.get("format_version"), trace::kFormatVersion));
    }
    return metadata;
}

std::string to_string(const Uuid& uuid) {
    std::string text;
    for (std::size_t i = 0; i < uuid.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += fmt::format("{:02x}", uuid[i]);
    }
    return text;
}

bool parse_uuid(const std::string& text, Uuid& uuid) {
    if (text.size() != 36) return false;
    std::size_t at = 0;
    const auto nibble = [&text](std::size_t i) -> int {
        const char c = text[i];
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    };
    for (std::size_t i = 0; i < uuid.size(); ++i) {
        if ((i == 4 || i == 6 || i == 8 || i == 10) && text[at++] != '-') return false;
        const int high = nibble(at++);
        const int low = nibble(at++);
        if (high < 0 || low < 0) return false;
        uuid[i] = static_cast<u8>(high * 16 + low);
    }
    return true;
}

}  // namespace ws::model

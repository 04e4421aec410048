// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/format/metadata.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <optional>

#include "hyp/trace/format/layout.hpp"
#include "viewer/model/base/error.hpp"
#include "viewer/model/format/tsdl.hpp"

namespace ws::model {
namespace {

/// The words of TSDL (CTF 1.8.3, C.2): none can be a key.
constexpr std::array kKeywords = {"align",  "callsite", "clock",     "const",          "char",     "double",
                                  "enum",   "env",      "event",     "floating_point", "float",    "integer",
                                  "int",    "long",     "short",     "signed",         "stream",   "string",
                                  "struct", "trace",    "typealias", "typedef",        "unsigned", "variant",
                                  "void",   "_Bool",    "_Complex",  "_Imaginary"};

std::string unquoted(const std::string& text) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return text;
    std::string result;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == '\\' && i + 2 < text.size()) ++i;
        result += text[i];
    }
    return result;
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

/// Is the text what another program made of a trace of ours? babeltrace2's sink.ctf.fs keeps `env`, and writes all in
/// its own way: version 2.0 with tabs, 2.1 as CTF 2, which begins with a record separator and JSON.
bool rewritten(const std::string& text) {
    if (text.rfind("\x1e{", 0) == 0) return true;
    return text.find(fmt::format("\n\t{} = \"{}\"", kTracerNameKey, kTracerName)) != std::string::npos;
}

/// The run's UUID and `env`, if the checksum in the text proves them: it is that of the text which they make.
std::optional<Metadata> proven(const std::string& text) {
    Metadata metadata;
    const auto uuid = between(text, "    uuid = \"", "\";\n");
    const auto env = between(text, "\nenv {\n", "};\n");
    const auto checksum = between(text, fmt::format("    {} = \"", kChecksumKey), "\";\n");
    if (!uuid || !env || !checksum || !parse_uuid(*uuid, metadata.uuid)) return std::nullopt;
    metadata.env = parse_env(*env);
    for (const auto& [key, value] : metadata.env) {
        if (!env_problem(key, value).empty()) return std::nullopt;
    }
    if (make_metadata(metadata).find(checksum_line(*checksum)) == std::string::npos) return std::nullopt;
    metadata.damaged = true;
    return metadata;
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
    std::string text = make_tsdl(metadata);
    const std::string zeros = checksum_line(kChecksumOfNothing);
    text.replace(text.find(zeros), zeros.size(), checksum_line(fmt::format("0x{:08x}", checksum_of(text))));
    return text;
}

Metadata parse_metadata(const std::string& text, const std::string& file) {
    if (rewritten(text)) {
        throw TraceError(file,
                         "was rewritten by babeltrace2 (sink.ctf.fs) or another program, and Worldswitch reads only "
                         "what it recorded itself; open the run's own trace folder");
    }
    if (text.rfind("/* CTF 1.8", 0) != 0) {
        if (const auto metadata = proven(text)) return *metadata;
        throw TraceError(file, "is no CTF 1.8 metadata, or its start is damaged");
    }
    if (!checksum_holds(text)) {
        if (const auto metadata = proven(text)) return *metadata;
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

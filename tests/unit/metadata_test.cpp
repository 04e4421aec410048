// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "tests/unit/catch.hpp"
#include "viewer/model/base/error.hpp"
#include "viewer/model/format/event_info.hpp"
#include "viewer/model/format/metadata.hpp"

using namespace ws;
using namespace ws::model;

namespace {

Metadata example() {
    Metadata metadata;
    metadata.uuid = {0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    metadata.env = {{"design", "split"},        {"guest", "hypercall"}, {"cpus", "1"},
                    {"append", R"(a "b" \ c)"}, {"empty", ""},          {"zero", "007"}};
    return metadata;
}

std::string problem_of(const std::string& text) {
    try {
        if (parse_metadata(text, "FILE").damaged) return "FILE: damaged, but not in what it tells of the run";
    } catch (const TraceError& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("metadata comes back as it was written", "[metadata]") {
    const Metadata before = example();
    const Metadata after = parse_metadata(make_metadata(before), "FILE");
    CHECK(after.uuid == before.uuid);
    CHECK(after.env == before.env);
}

TEST_CASE("metadata names every event and every register", "[metadata]") {
    const std::string text = make_metadata(example());
    for (const EventInfo& event : event_infos()) {
        INFO(event.name);
        CHECK(text.find("name = \"" + event.name + "\";") != std::string::npos);
    }
    for (const SysregInfo& sysreg : kSysregs) {
        INFO(sysreg.name);
        CHECK(text.find(std::string(sysreg.name) + " = ") != std::string::npos);
    }
}

TEST_CASE("every flipped bit of the metadata is noticed", "[metadata]") {
    const std::string text = make_metadata(example());
    const std::size_t first = text.find("\ntrace {");
    const std::size_t last = text.find("};", text.find("\nenv {"));
    for (std::size_t byte = 0; byte < text.size(); ++byte) {
        // What tells of the run bit by bit; of the tables' text a bit a byte.
        const bool all = byte >= first && byte <= last;
        for (int bit = all ? 0 : static_cast<int>(byte % 8); bit < (all ? 8 : static_cast<int>(byte % 8) + 1); ++bit) {
            std::string damaged = text;
            damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << bit));
            if (problem_of(damaged).empty()) FAIL("byte " << byte << ", bit " << bit << " is not noticed");
        }
    }
}

TEST_CASE("metadata cut off anywhere is noticed", "[metadata]") {
    const std::string text = make_metadata(example());
    for (std::size_t length = 0; length < text.size(); ++length) {
        if (problem_of(text.substr(0, length)).empty()) FAIL("length " << length << " is not noticed");
    }
    CHECK(!problem_of(text + " ").empty());
}

TEST_CASE("metadata problems are told apart", "[metadata]") {
    std::string damaged = make_metadata(example());
    damaged[damaged.find("hypercall")] ^= 1;
    ws::test::check_contains(problem_of(damaged), "checksum does not match");
    ws::test::check_contains(problem_of("hello"), "no CTF 1.8 metadata");
    ws::test::check_contains(problem_of("/* CTF 1.8 */\ntrace { major = 1; };\n"), "did not write");
    ws::test::check_contains(problem_of(""), "FILE: ");
}

TEST_CASE("metadata of other tables is told from damaged metadata", "[metadata]") {
    // Another version's text with a checksum that is right for it: made by moving a change into the checksum's input.
    std::string text = make_metadata(example());
    const std::size_t at = text.find("description = \"");
    text.replace(at + 15, 12, "Instructions");
    const std::size_t value = text.find(std::string(kChecksumKey) + " = \"0x") + std::string(kChecksumKey).size() + 4;
    text.replace(value, 10, "0x00000000");
    text.replace(
        value, 10, "0x" + [&] {
            char digits[9];
            u32 crc = ~0U;
            for (const char c : text) {  // CRC-32 by bits, as a witness of zlib's
                crc ^= static_cast<u8>(c);
                for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB8'8320U : 0U);
            }
            std::snprintf(digits, sizeof(digits), "%08x", ~crc);
            return std::string(digits);
        }());
    ws::test::check_contains(problem_of(text), "another version");
}

TEST_CASE("keys and values that would break the metadata are refused", "[metadata]") {
    CHECK(env_problem("guest", "hypercall").empty());
    CHECK(env_problem("guest", "caf\xc3\xa9 \"x\"").empty());
    for (const char* key : {"", "1a", "a-b", "a b", "event", "env", "tracer_name", "metadata_crc32"}) {
        INFO(key);
        CHECK(!env_problem(key, "x").empty());
    }
    CHECK(!env_problem("guest", "a\nb").empty());
    CHECK(!env_problem("guest", std::string("a\0b", 3)).empty());
}

TEST_CASE("UUIDs are read as they are written", "[metadata]") {
    const Uuid uuid = example().uuid;
    Uuid read{};
    CHECK(parse_uuid(to_string(uuid), read));
    CHECK(read == uuid);
    for (const char* text :
         {"", "deadbeef", "deadbeef-0102-0304-0506-0708090a0b0g", "deadbeef+0102-0304-0506-0708090a0b0c"}) {
        INFO(text);
        CHECK(!parse_uuid(text, read));
    }
}

TEST_CASE("what damaged metadata tells of the run is taken where its checksum proves it", "[metadata]") {
    const std::string text = make_metadata(example());
    std::string damaged = text;
    damaged[damaged.size() / 2] ^= 1;
    for (const std::string& one : {damaged, text.substr(0, text.size() - 500), "x" + text}) {
        const Metadata metadata = parse_metadata(one, "FILE");
        CHECK(metadata.damaged);
        CHECK(metadata.env == example().env);
        CHECK(metadata.uuid == example().uuid);
    }
    damaged = text;
    damaged[damaged.find(std::string(kChecksumKey) + " = \"0x") + std::string(kChecksumKey).size() + 6] ^= 1;
    ws::test::check_contains(problem_of(damaged), "checksum does not match");
}

TEST_CASE("metadata that another program wrote anew is told from damaged metadata", "[metadata]") {
    const std::string theirs =
        "/* CTF 1.8 */\n\ntrace {\n\tmajor = 1;\n\tminor = 8;\n};\n\nenv {\n\ttracer_name = \"worldswitch\";\n"
        "\tmetadata_crc32 = \"0x12345678\";\n};\n";
    ws::test::check_contains(problem_of(theirs), "rewritten by babeltrace2");
    const std::string ctf2 = "\x1e{\"type\":\"preamble\",\"version\":2}\x1e{\"environment\":{\"cpus\":1}}";
    ws::test::check_contains(problem_of(ctf2), "rewritten by babeltrace2");
}

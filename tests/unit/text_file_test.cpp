// SPDX-License-Identifier: Apache-2.0
// What people and scripts write for this program is read whole or refused in one line.
#include <fstream>

#include "tests/unit/catch.hpp"
#include "tests/unit/temporary_folder.hpp"
#include "viewer/model/base/error.hpp"
#include "viewer/model/base/text_file.hpp"
#include "viewer/model/trace/run_description.hpp"

using namespace ws;
using namespace ws::test;

namespace {

std::string refusal(const std::filesystem::path& file, std::uintmax_t most) {
    try {
        model::read_text_file(file, most, "a tour");
    } catch (const model::TraceError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a text file is read to its last byte", "[text_file]") {
    const TemporaryFolder folder;
    const std::string text(40'000, 'x');
    std::ofstream(folder.path() / "long") << text;
    std::ofstream(folder.path() / "empty");
    CHECK(model::read_text_file(folder.path() / "long", text.size(), "a tour") == text);
    CHECK(model::read_text_file(folder.path() / "empty", 0, "a tour").empty());
}

TEST_CASE("what is no text file of that size is refused", "[text_file]") {
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "file") << "12345";
    check_contains(refusal(folder.path() / "file", 4), "file: is too large for a tour");
    check_contains(refusal(folder.path(), 4), "is a folder, not a tour");
    check_contains(refusal(folder.path() / "none", 4), "none: cannot be read: No such file");
    check_contains(refusal("/dev/zero", 1'000'000), "is too large for a tour");
}

TEST_CASE("a run's description has what ws run wrote, and nothing of another kind", "[text_file]") {
    const auto run = model::parse_run_description(
        R"({"verdict": "success", "words": 7, "options": {"design": "vhe", "guest": ["x"], "cpus": 4}})");
    REQUIRE(run.has_value());
    CHECK(run->tells_verdict);
    CHECK(run->verdict == "success");
    CHECK(run->words.empty());
    CHECK(run->design == "vhe");
    CHECK(run->guest.empty());
    CHECK(run->cpus == 4);
    CHECK_FALSE(model::parse_run_description("[]").has_value());
    CHECK_FALSE(model::parse_run_description("{").has_value());
    CHECK_FALSE(model::parse_run_description(R"({"options": 3})")->tells_verdict);
}

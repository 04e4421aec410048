// SPDX-License-Identifier: Apache-2.0
// Profiles: what is read, and what is refused and in which words.
#include <fstream>

#include "tests/unit/catch.hpp"
#include "tests/unit/fake_run.hpp"
#include "tests/unit/some_profile.hpp"

using namespace ws;
using namespace ws::test;
using model::CostProfile;
using model::ProfileError;

namespace {

/// What a profile's text is refused with.
std::string refusal(const std::string& text) {
    try {
        CostProfile::parse(text, "some/where/mine.profile");
    } catch (const ProfileError& error) {
        return error.what();
    }
    return "taken";
}

/// The text with the line of a key replaced.
std::string with(const std::string& key, const std::string& line) {
    std::string text = profile_text();
    const std::size_t at = text.find("\n" + key + " ") + 1;
    return text.replace(at, text.find('\n', at) - at, line);
}

}  // namespace

TEST_CASE("a profile is read with its sources, to the thousandth of a cycle", "[profile]") {
    const CostProfile profile =
        CostProfile::parse(with("fp.save", "fp.save = 4.147 | a book, page 7  # a comment"), "a/mine.profile");
    CHECK(profile.name == "mine");
    CHECK(profile.machine == "none");
    const model::ClassCost& fp = profile.classes[static_cast<std::size_t>(RegisterClass::fp)];
    CHECK(fp.save.each == 4147);
    CHECK(fp.save.source == "a book, page 7");
    CHECK(fp.restore.source == "assumed");
}

TEST_CASE("a class costs a write or a save and a restore, as it moves", "[profile]") {
    CostProfile profile;
    std::size_t blocks = 0;
    std::size_t controls = 0;
    for (const RegisterClassInfo& info : kRegisterClasses) {
        blocks += info.moved_as == MovedAs::block ? 1 : 0;
        controls += info.moved_as == MovedAs::control ? 1 : 0;
    }
    CHECK(model::profile_costs(profile).size() == 4 + 2 * blocks + controls);
}

TEST_CASE("what is wrong in a profile is told with file, line and reason", "[profile]") {
    const std::string file = "some/where/mine.profile:";
    CHECK(refusal(profile_text()) == "taken");
    CHECK(refusal("# nothing\nspeed = 3\n") == file + "2: there is no key speed");
    check_contains(refusal(with("return", "")), ": return is missing");
    check_contains(refusal(with("machine", "")), ": machine is missing");
    check_contains(refusal(with("machine", "machine =")), ": machine has no value");
    check_contains(refusal(profile_text() + "return = 3 | assumed\n"), ": return has a value already, in line ");
    check_contains(refusal(with("return", "return = fast | assumed")), ": return is \"fast\", which is not a number");
    check_contains(refusal(with("return", "return = | assumed")), "which is not a number");
    check_contains(refusal(with("return", "return = 1e3 | assumed")), "which is not a number");
    check_contains(refusal(with("return", "return = 1. | assumed")), "which is not a number");
    check_contains(refusal(with("return", "return = . | assumed")), "which is not a number");
    check_contains(refusal(with("return", "return = nan | assumed")), "which is not a number");
    check_contains(refusal(with("return", "return = -1 | assumed")), ": return is -1, and no cost is negative");
    check_contains(refusal(with("return", "return = 0.1234 | assumed")), "three decimals are the most");
    check_contains(refusal(with("return", "return = 1000001 | assumed")), "more than 1000000 cycles are too many");
    check_contains(refusal(with("return", "return = 1000000.001 | assumed")), "more than 1000000 cycles are too many");
    check_contains(refusal(with("return", "return = 99999999999999999999 | assumed")), "cycles are too many");
    check_contains(refusal(with("return", "return = 1")), ": return has no source");
    check_contains(refusal(with("return", "return = 1 |")), ": return has no source");
    check_contains(refusal("machine\n"), file + "1: a line is KEY = VALUE");
    CHECK(refusal(with("return", "return = 1000000 | assumed")) == "taken");
    CHECK(refusal(with("return", "return = 0 | assumed")) == "taken");
}

TEST_CASE("the profiles that come along are whole, and each value has its source", "[profile]") {
    const std::vector<std::string> names = model::profile_names();
    CHECK(names.size() >= 3);
    CHECK(std::find(names.begin(), names.end(), model::kDefaultProfile) != names.end());
    for (const std::string& name : names) {
        INFO(name);
        CostProfile profile = CostProfile::load(name);
        CHECK(profile.name == name);
        for (const auto& [key, cost] : model::profile_costs(profile)) {
            INFO(key);
            CHECK(!cost->source.empty());
            CHECK(cost->each > 0);
        }
    }
}

TEST_CASE("a profile is found by its name or by a path", "[profile]") {
    TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "here.profile";
    std::ofstream(file) << profile_text();
    CHECK(CostProfile::load(file.string()).name == "here");
    CHECK_THROWS_AS(CostProfile::load((folder.path() / "gone.profile").string()), ProfileError);
    CHECK_THROWS_AS(CostProfile::load(folder.path().string()), ProfileError);
    try {
        CostProfile::load("no-such-machine");
        FAIL("taken");
    } catch (const ProfileError& error) {
        check_contains(error.what(), "there is no profile no-such-machine; there are ");
        check_contains(error.what(), model::kDefaultProfile);
    }
}

TEST_CASE("a profile whose costs somebody has changed is not called as the published one", "[profile]") {
    CostProfile profile = CostProfile::load("xgene-gicv2");
    CHECK(profile.told() == "xgene-gicv2");
    const std::string before = model::cycles_text(profile.exception.each);
    model::set_cost(profile, "exception=200");
    CHECK(profile.told() == "xgene-gicv2, 1 cost changed: exception " + before + " -> 200");
    model::set_cost(profile, "fp.save=4.5");
    check_contains(profile.told(), "2 costs changed: exception " + before + " -> 200, fp.save ");
    CHECK(profile.name == "xgene-gicv2");
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "xgene-gicv2.profile").string();
    std::ofstream(file) << model::profile_text(profile);
    CHECK(CostProfile::load(file).told() == profile.told());
    model::set_cost(profile, "exception=" + before);
    model::set_cost(
        profile,
        "fp.save=" +
            model::cycles_text(
                CostProfile::load("xgene-gicv2").classes[static_cast<std::size_t>(RegisterClass::fp)].save.each));
    CHECK(profile.told() == "xgene-gicv2");
}

// SPDX-License-Identifier: Apache-2.0
// Runs that stand beside each other have names of their own, and say how they ended.
#include <fstream>

#include "tests/unit/catch.hpp"
#include "tests/unit/stories.hpp"
#include "viewer/model/operations/run_names.hpp"

using namespace ws;
using namespace ws::test;

namespace fs = std::filesystem;

namespace {

model::Run run_in(const fs::path& folder, const std::string& design) {
    FakeRunOptions options;
    options.design = design;
    FakeRun fake(options);
    play(fake, design, 2);
    fake.capture();
    fs::create_directories(folder);
    fs::copy(fake.folder() / "trace", folder / "trace");
    return model::Run::load(folder);
}

model::RunEnd end_with(const fs::path& folder, const std::string& description) {
    std::ofstream(folder / "run.json") << description;
    return model::run_end(folder / "trace");
}

}  // namespace

TEST_CASE("two runs of the same name are told apart by their folders", "[run_names]") {
    const TemporaryFolder out;
    const model::Run split = run_in(out.path() / "one" / "run", "split");
    const model::Run vhe = run_in(out.path() / "first", "vhe");
    const model::Run again = run_in(out.path() / "second", "vhe");
    const model::Run deep = run_in(out.path() / "two" / "run", "split");
    using Names = std::pair<std::string, std::string>;
    CHECK(model::names_of_two(split, vhe) == Names{"split", "vhe"});
    CHECK(model::names_of_two(vhe, again) == Names{"vhe (first)", "vhe (second)"});
    CHECK(model::names_of_two(split, deep) == Names{"split (one/run)", "split (two/run)"});
    CHECK(model::names_of_two(vhe, vhe) == Names{"vhe", "vhe"});
}

TEST_CASE("how a run ended is told by its run.json", "[run_names]") {
    const TemporaryFolder out;
    fs::create_directories(out.path() / "trace");
    using How = model::RunEnd::How;
    CHECK(model::run_end(out.path() / "trace").how == How::unknown);
    const model::RunEnd crash = end_with(out.path(), R"({"verdict": "crash", "words": "the guest crashed: why"})");
    CHECK(crash.how == How::otherwise);
    CHECK(crash.words == "the guest crashed: why");
    CHECK(crash.brief() == "guest crashed");
    CHECK(crash.bad());
    const model::RunEnd good = end_with(out.path(), R"({"verdict": "success", "words": "the guest succeeded"})");
    CHECK(good.how == How::succeeded);
    CHECK(good.brief().empty());
    const model::RunEnd killed = end_with(out.path(), R"({"verdict": null})");
    CHECK(killed.how == How::no_verdict);
    check_contains(killed.words, "killed");
    CHECK(killed.brief() == "no verdict");
    CHECK(end_with(out.path(), "{}").how == How::unknown);
    CHECK(end_with(out.path(), "[").how == How::unknown);
    CHECK(end_with(out.path(), R"({"verdict": null, "words": "a session of ws debug"})").words ==
          "a session of ws debug");
}

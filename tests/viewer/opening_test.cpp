// SPDX-License-Identifier: Apache-2.0
// What the window opens: the runs that are there, those that are open, and whether one still goes on.
#include <filesystem>
#include <fstream>

#include "tests/unit/catch.hpp"
#include "tests/unit/temporary_folder.hpp"
#include "tests/viewer/synthetic_machine.hpp"
#include "viewer/model/capture/trace_writer.hpp"
#include "viewer/model/format/capture_lock.hpp"
#include "viewer/model/trace/run_end.hpp"
#include "viewer/model/trace/run_list.hpp"
#include "viewer/views/shared/open_runs.hpp"

namespace ws::test {
namespace {

namespace fs = std::filesystem;

class RunsFolder : public TemporaryFolder {
  public:
    void write(const fs::path& name, const std::string& text) const {
        fs::create_directories((path() / name).parent_path());
        std::ofstream(path() / name, std::ios::binary) << text;
    }
};

std::string run_json(const std::string& design, const std::string& started) {
    return R"({"verdict": "success", "words": "the guest succeeded", "started": ")" + started +
           R"(", "options": {"design": ")" + design + R"(", "guest": "timer", "cpus": 2, "trace": "full"}})";
}

TEST_CASE("the list of runs has those with a trace, the newest first", "[opening]") {
    const RunsFolder folder;
    folder.write("old/run.json", run_json("split", "2026-01-01T00:00:00+00:00"));
    folder.write("old/trace/metadata", "");
    folder.write("old/trace/stream_0", std::string(100, 'x'));
    folder.write("new/run.json", run_json("vhe", "2026-02-01T00:00:00+00:00"));
    folder.write("new/trace/metadata", "");
    folder.write("untraced/run.json", run_json("el2", "2026-03-01T00:00:00+00:00"));
    folder.write("no_run/trace/metadata", "");
    folder.write("damaged/run.json", "{\"verdict\": ");
    folder.write("damaged/trace/metadata", "");
    folder.write("a_file", "");
    const std::vector<model::RunInfo> runs = model::list_runs(folder.path());
    REQUIRE(runs.size() == 2);
    CHECK(runs[0].design == "vhe");
    CHECK(runs[1].design == "split");
    CHECK(runs[1].guest == "timer");
    CHECK(runs[1].cpus == 2);
    CHECK(runs[1].success);
    CHECK(runs[1].bytes == 100);
    CHECK(model::list_runs(folder.path() / "none").empty());
}

TEST_CASE("a run.json with other kinds of values is read as far as it goes", "[opening]") {
    const RunsFolder folder;
    folder.write("run/run.json",
                 R"({"verdict": null, "words": 5, "started": [], "options": {"design": {}, "cpus": -1}})");
    folder.write("run/trace/metadata", "");
    const std::vector<model::RunInfo> runs = model::list_runs(folder.path());
    REQUIRE(runs.size() == 1);
    CHECK(runs[0].words == model::run_end(folder.path() / "run/trace").words);  // that nobody knows
    CHECK(runs[0].design.empty());
    CHECK(runs[0].cpus == 1);
    CHECK_FALSE(runs[0].success);
}

TEST_CASE("a trace is live as long as its capture is", "[opening]") {
    const RunsFolder folder;
    CHECK_FALSE(model::CaptureLock::held(folder.path() / "trace"));
    {
        model::TraceWriter writer(folder.path() / "trace", model::Metadata{}, 1);
        CHECK(model::CaptureLock::held(folder.path() / "trace"));
        CHECK(model::CaptureLock::held(folder.path() / "trace"));  // to look does not take it away
    }
    CHECK_FALSE(model::CaptureLock::held(folder.path() / "trace"));
}

model::SharedRun some_run(const RunsFolder& folder, const std::string& name) {
    model::Metadata metadata;
    metadata.env = {{"format_version", std::to_string(trace::kFormatVersion)}, {"design", name}, {"cpus", "1"}};
    fs::create_directories(folder.path() / name / "trace");
    SyntheticMachine machine(folder.path() / name / "trace", trace::Level::full, 0, metadata.uuid);
    machine.trap(1, 0x5a00'0000, 0x4000'0000, 0x3c5);
    metadata.set(model::kPacketsKey, std::to_string(machine.finish()));
    folder.write(fs::path(name) / "trace" / "metadata", model::make_metadata(metadata));
    return std::make_shared<const model::Run>(model::Run::load(folder.path() / name));
}

TEST_CASE("open runs are compared two by two", "[opening]") {
    const RunsFolder folder;
    view::OpenRuns runs;
    for (const char* name : {"one", "two", "three"}) runs.put({some_run(folder, name)});
    REQUIRE(runs.count() == 3);
    CHECK(runs.compared().size() == 1);

    SECTION("a run that is read again takes its own place") {
        runs.put({some_run(folder, "two"), true});
        REQUIRE(runs.count() == 3);
        CHECK(runs.all[1].live);
    }
    SECTION("the first two folders of a choice that are open") {
        runs.choose({folder.path() / "none", folder.path() / "three", folder.path() / "one" / "trace"});
        CHECK(runs.a == 2);
        CHECK(runs.b == 0);
        runs.choose({folder.path() / "two"});
        CHECK(runs.a == 1);
        CHECK(runs.b == -1);
        runs.choose({folder.path() / "two", folder.path() / "two"});
        CHECK(runs.compared().size() == 2);
        CHECK(runs.after_b() != 1);
        runs.choose({folder.path() / "none"});
        CHECK(runs.a == 1);
    }
    SECTION("the next to compare with goes around, past A") {
        runs.a = 1;
        runs.b = 2;
        CHECK(runs.after_b() == 0);
        runs.b = 0;
        CHECK(runs.after_b() == 2);
        runs.all.resize(2);
        CHECK(runs.after_b() == -1);
    }
    SECTION("closing keeps what is compared") {
        runs.a = 2;
        runs.b = 0;
        runs.close(1);
        CHECK(runs.a == 1);
        CHECK(runs.b == 0);
        runs.close(1);
        CHECK(runs.a == 0);
        CHECK(runs.b == -1);
        runs.close(0);
        CHECK(runs.count() == 0);
    }
}

}  // namespace
}  // namespace ws::test

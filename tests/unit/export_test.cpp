// SPDX-License-Identifier: Apache-2.0
// Exports: whole files or none, a line an event, slices that nest.
#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/unit/catch.hpp"
#include "tests/unit/stories.hpp"
#include "viewer/model/base/atomic_file.hpp"
#include "viewer/model/export/export.hpp"

using namespace ws;
using namespace ws::test;

namespace {

model::Run some_run() {
    FakeRun fake;
    play(fake, "split", 3);
    meet_the_machine(fake);
    fake.capture();
    return model::Run::load(fake.folder());
}

std::string text_of(const std::function<void(const model::Sink&)>& write) {
    std::string all;
    write([&all](const std::string& text) { all += text; });
    return all;
}

std::string contents(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

std::size_t files_in(const std::filesystem::path& folder) {
    const std::filesystem::directory_iterator files(folder);
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

/// Thousandths, so that sums are exact.
i64 time_of(const nlohmann::json& value) { return static_cast<i64>(value.get<double>() * 1000 + 0.5); }

}  // namespace

TEST_CASE("CSV has a line an event, and its texts are quoted", "[export]") {
    const model::Run run = some_run();
    std::istringstream lines(text_of([&](const model::Sink& sink) { model::export_csv(run.trace, sink); }));
    std::string line;
    std::getline(lines, line);
    CHECK(line == "index,cpu,raw,net,event,fields\r");
    std::size_t count = 0;
    for (; std::getline(lines, line); ++count) {
        INFO(line);
        CHECK(line.rfind(std::to_string(count) + ",", 0) == 0);
        CHECK(std::count(line.begin(), line.end(), '"') == 2);
        CHECK(line.back() == '\r');
    }
    CHECK(count == run.trace.events().size());
}

TEST_CASE("Perfetto's slices nest on each track, and flows begin and end", "[export]") {
    const model::Run run = some_run();
    const auto json =
        nlohmann::json::parse(text_of([&](const model::Sink& sink) { model::export_perfetto(run, sink); }));
    struct Slice {
        i64 begin, end;
    };
    std::map<std::pair<int, int>, std::vector<Slice>> tracks;
    std::map<std::string, std::size_t> phases;
    for (const auto& event : json.at("traceEvents")) {
        const std::string phase = event.at("ph");
        ++phases[phase];
        if (phase != "X") continue;
        const i64 begin = time_of(event.at("ts"));
        tracks[{event.at("pid"), event.at("tid")}].push_back({begin, begin + time_of(event.at("dur"))});
    }
    CHECK(tracks.size() == 3);  // a CPU's worlds and steps, a vCPU
    CHECK(phases["X"] == run.timeline[0].spans.size() + run.timeline[0].phases.size() + run.operations.all().size());
    CHECK(phases["C"] == run.operations.all().size());
    CHECK(phases["s"] == 1);
    CHECK(phases["t"] == 2);
    CHECK(phases["f"] == 1);
    for (auto& [track, slices] : tracks) {
        std::stable_sort(slices.begin(), slices.end(), [](const Slice& a, const Slice& b) {
            return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
        });
        std::vector<Slice> open;
        for (const Slice& slice : slices) {
            while (!open.empty() && open.back().end <= slice.begin) open.pop_back();
            INFO("track " << track.first << "/" << track.second << " at " << slice.begin);
            CHECK((open.empty() || slice.end <= open.back().end));
            open.push_back(slice);
        }
    }
}

TEST_CASE("a file is there in whole or not at all", "[export]") {
    const TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "out.csv";
    {
        model::AtomicFile out(file);
        out.write("half");
    }
    CHECK(files_in(folder.path()) == 0);
    {
        model::AtomicFile out(file);
        out.write("whole");
        CHECK_FALSE(std::filesystem::exists(file));
        out.finish();
    }
    CHECK(contents(file) == "whole");
    {
        model::AtomicFile out(file);
        out.write("another one that does not end");
    }
    CHECK(contents(file) == "whole");
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a file that cannot be written is told of", "[export]") {
    try {
        const model::AtomicFile out("/nowhere/at/all.csv");
        FAIL("it was opened");
    } catch (const model::TraceError& error) {
        CHECK(std::string(error.what()) == "/nowhere/at/all.csv: cannot be written: No such file or directory");
    }
}

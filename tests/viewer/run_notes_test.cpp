// SPDX-License-Identifier: Apache-2.0
// Notes on events of runs that are open: their file is somebody else's, too.
#include <fstream>

#include "tests/unit/catch.hpp"
#include "tests/viewer/made_up_run.hpp"
#include "viewer/model/base/error.hpp"
#include "viewer/views/shared/run_notes.hpp"

namespace ws::test {
namespace {

/// Two runs of some operations, and what is in their files.
struct TwoRuns {
    TwoRuns() : session({made(a), made(b)}), notes(session) {}

    static model::SharedRun made(const TraceFolder& folder) {
        return std::make_shared<const model::Run>(folder.run([](SyntheticMachine& m) {
            for (int i = 0; i < 4; ++i) operate(m);
        }));
    }
    void put(int side, const std::string& text) {
        std::ofstream(notes.of(side).file(), std::ios::binary) << text;
        problem = notes.refresh();
    }
    std::string text(int side) const { return model::NoteFile::load(notes.of(side).file()).text(); }

    TraceFolder a{"split"};
    TraceFolder b{"vhe"};
    view::Session session;
    view::RunNotes notes;
    std::string problem;
};

TEST_CASE("a note replaces those that it was made of, and no others", "[notes]") {
    model::NoteFile notes = model::NoteFile::parse("# mine\n5 one\n7 seven\n5 two\n5 three\n", "notes");
    notes.replace(5, {"one", "three"}, " both ");
    CHECK(notes.text() == "# mine\n5 both\n7 seven\n5 two\n");
    notes.replace(5, {"gone meanwhile"}, "new");
    CHECK(notes.text() == "# mine\n5 both\n7 seven\n5 two\n5 new\n");
    notes.replace(5, {"both", "two", "new"}, "");
    CHECK(notes.text() == "# mine\n7 seven\n");
    CHECK_THROWS_AS(notes.replace(7, {"seven"}, "a\nb"), model::TraceError);
    CHECK(notes.text() == "# mine\n7 seven\n");
}

TEST_CASE("notes are read again when their file has changed", "[notes]") {
    TwoRuns runs;
    CHECK_FALSE(runs.notes.any());
    runs.put(0, "9 nine\n3 three\n99999 nowhere\n3 more\n");
    CHECK(runs.notes.of(0).of(3) == std::vector<std::string>{"three", "more"});
    CHECK(runs.notes.of(0).of_cpu(0) == std::vector<model::EventIndex>{3, 9});
    CHECK(runs.notes.of(0).has(99999));
    CHECK_FALSE(runs.notes.of(1).has(3));
    runs.put(0, "9 nine\nno number\n");
    CHECK(runs.problem.find(":2: ") != std::string::npos);
    CHECK(runs.notes.of(0).all().empty());
    CHECK(runs.notes.refresh().empty());  // it is told once
    std::filesystem::remove(runs.notes.of(0).file());
    runs.notes.refresh();
    CHECK_FALSE(runs.notes.any());
}

TEST_CASE("from note to note, A's before B's, and round", "[notes]") {
    TwoRuns runs;
    CHECK_FALSE(runs.notes.next(0, 0, true));
    runs.put(0, "9 nine\n3 three\n99999 nowhere\n");
    runs.put(1, "4 four\n");
    const auto next = [&](int side, model::EventIndex event, bool ahead) {
        const auto found = runs.notes.next(side, event, ahead);
        return std::pair(found->side, found->event);
    };
    CHECK(next(0, 0, true) == std::pair(0, model::EventIndex{3}));
    CHECK(next(0, 3, true) == std::pair(0, model::EventIndex{9}));
    CHECK(next(0, 9, true) == std::pair(1, model::EventIndex{4}));
    CHECK(next(1, 4, true) == std::pair(0, model::EventIndex{3}));
    CHECK(next(0, 3, false) == std::pair(1, model::EventIndex{4}));
    CHECK(next(1, 4, false) == std::pair(0, model::EventIndex{9}));
}

TEST_CASE("what was typed is there until it is written", "[notes]") {
    TwoRuns runs;
    runs.put(0, "3 three\n3 more\n");
    runs.notes.open_draft(0, 3);
    REQUIRE(runs.notes.draft);
    CHECK(runs.notes.draft->text == "three; more");

    SECTION("unchanged, it changes nothing") {
        runs.notes.write_draft();
        CHECK_FALSE(runs.notes.draft);
        CHECK(runs.text(0) == "3 three\n3 more\n");
    }
    SECTION("what came meanwhile stays") {
        runs.put(0, "3 three\n3 more\n3 yours\n");
        runs.notes.draft->text = "both";
        runs.notes.write_draft();
        CHECK(runs.text(0) == "3 both\n3 yours\n");
        CHECK(runs.notes.of(0).of(3) == std::vector<std::string>{"both", "yours"});
    }
    SECTION("a file that cannot be read is left alone") {
        runs.put(0, "x\n");
        runs.notes.draft->text = "both";
        runs.notes.write_draft();
        REQUIRE(runs.notes.draft);
        CHECK(runs.notes.draft->text == "both");
        CHECK(runs.notes.draft->problem.find(":1: ") != std::string::npos);
    }
    SECTION("the runs are read again meanwhile") {
        runs.notes.draft->text = "both";
        view::RunNotes again(runs.session);
        again.carry_over(runs.notes);
        REQUIRE(again.draft);
        again.write_draft();
        CHECK(runs.text(0) == "3 both\n");
    }
}

}  // namespace
}  // namespace ws::test

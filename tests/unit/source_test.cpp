// SPDX-License-Identifier: Apache-2.0
// Where an event happened: the tools' output, the trace points, the images' identity.
#include <fmt/format.h>

#include <fstream>

#include "tests/unit/catch.hpp"
#include "tests/unit/fake_image.hpp"
#include "tests/unit/stories.hpp"
#include "viewer/model/base/external_program.hpp"
#include "viewer/model/code/source_text.hpp"
#include "viewer/model/find/find.hpp"

using namespace ws;
using namespace ws::test;
using model::EventLocations;
using model::Image;
using trace::Step;

namespace {

template <class Do>
std::string refusal(Do what) {
    try {
        what();
    } catch (const model::SourceError& error) {
        return error.what();
    }
    return "taken";
}

const std::string kBegin =
    "void ws::trace::event<(ws::trace::At)0, ws::trace::payload::phase_begin>(ws::trace::payload::phase_begin const&)";
const std::string kEnd =
    "void ws::trace::event<(ws::trace::At)0, ws::trace::payload::phase_end>(ws::trace::payload::phase_end const&)";
const std::string kTimer =
    fmt::format("void ws::trace::block<(ws::RegisterClass){}>(ws::trace::Operation, unsigned char const&)",
                static_cast<unsigned>(RegisterClass::timer));
const std::string kHcr =
    "void ws::trace::write_control<ws::reg::HCR_EL2, (ws::trace::At)0>(unsigned char const&, unsigned long)";

/// Two ways through the same kinds of event, after steps of their own: save_timer and restore_timer.
struct TwoWays {
    TwoWays() {
        code.symbol("kernel_vectors");
        for (int i = 0; i < 16 * 32; ++i) code.add(i % 32 == 0 ? "b\t1000 <panic_entry>" : "nop");
        code.symbol("save_it");
        begin_save = code.trace_point(kBegin, "/w/hyp/save.cpp:1", static_cast<int>(Step::save_timer));
        block_save = code.trace_point(kTimer, "/w/hyp/save.cpp:2");
        end_save = code.trace_point(kEnd, "/w/hyp/save.cpp:3", static_cast<int>(Step::save_timer));
        code.add("ret");
        code.symbol("restore_it");
        begin_restore = code.trace_point(kBegin, "/w/hyp/restore.cpp:1", static_cast<int>(Step::restore_timer));
        block_restore = code.trace_point(kTimer, "/w/hyp/restore.cpp:2");
        end_restore = code.trace_point(kEnd, "/w/hyp/restore.cpp:3", static_cast<int>(Step::restore_timer));
        code.add("ret");
    }
    FakeImage code;
    u64 begin_save, block_save, end_save, begin_restore, block_restore, end_restore;
};

void step(FakeRun& run, Step which, trace::Operation operation) {
    run.work(3);
    run.emit(trace::payload::phase_begin{which});
    run.work(3);
    run.block(RegisterClass::timer, operation, 1, 0);
    run.work(3);
    run.emit(trace::payload::phase_end{which});
}

EventLocations locations_of(const model::Trace& trace, const Image& image) {
    return {trace, {std::make_shared<const Image>(image), ""}, {}};
}

}  // namespace

TEST_CASE("an image is what objdump and addr2line say", "[source]") {
    FakeImage code;
    code.symbol("ws::f(int)");
    code.add("mov\tx29, sp", {"ws::f(int)", "/w/hyp/a/../b.cpp:12 (discriminator 4)"});
    code.add("b.ne\t1000 <ws::f(int)>  // b.any", {"g", "/w/hyp/c.hpp:7", "ws::f(int)", "/w/hyp/b.cpp:13"});
    code.add("ret");
    const Image image = code.image();
    REQUIRE(image.size() == 3);
    CHECK(image.at(0).text == "mov x29, sp");
    CHECK(image.at(1).text == "b.ne 1000 <ws::f(int)>");
    CHECK(image.find(0x1004) == std::size_t{1});
    CHECK_FALSE(image.find(0x1002));
    CHECK(image.symbol(2) == "ws::f(int)");
    CHECK(image.offset(2) == 8);
    CHECK(image.address("ws::f(int)") == u64{0x1000});
    CHECK(image.frames(0) == std::vector<model::Frame>{{"ws::f(int)", "/w/hyp/b.cpp", 12}});
    CHECK(image.frames(1).size() == 2);
    CHECK(image.frames(1)[0].line == 7);
    CHECK(image.frames(2).empty());
    CHECK(model::short_place(image, 0) == "b.cpp:12");
    CHECK(model::short_place(image, 2) == "ws::f(int)+0x8");
}

TEST_CASE("what is no output of the tools is refused in one line", "[source]") {
    const std::string listing = "0000000000001000 <f>:\n    1000:\tnop\n    1004:\tret\n";
    check_contains(refusal([&] { Image("x", "", ""); }), "x holds no instruction");
    check_contains(refusal([&] { Image("x", "nonsense\n<>:\n : \n", ""); }), "x holds no instruction");
    check_contains(refusal([&] { Image("x", listing + "    1000:\tnop\n", ""); }), "goes back at 0x1000");
    check_contains(refusal([&] { Image("x", listing, "0x10zz\n"); }), "0x10zz, which is no address");
    check_contains(refusal([&] { Image("x", listing, "0x1000\nf\nnowhere\n"); }), "nowhere, which is no place");
    CHECK(refusal([&] { Image("x", listing, "0x1000\nf\n"); }) == "taken");
}

TEST_CASE("a tool that is missing or fails is told in a sentence", "[source]") {
    CHECK(refusal([] { model::run_program({"no-such-program", "x"}); }) ==
          "no-such-program is not installed: scripts/ws doctor tells how to mend it");
    check_contains(refusal([] { model::run_program({"false", "a-file"}); }), "false a-file failed");
    CHECK(model::run_program({"echo", "word"}) == "word\n");
}

TEST_CASE("run.json tells which images ran", "[source]") {
    const auto read = [](const std::string& text) { return model::parse_run_files(text, "/runs/x/run.json"); };
    const std::string images = R"("hypervisor": {"file": "/b/hyp-vhe.bin", "sha256": "ab"},
        "vms": [{"guest": "micro", "image": {"file": "/b/micro.bin", "sha256": "cd"}}])";
    const model::RunFiles files =
        read(R"({"options": {"design": "vhe", "guest": "micro", "cpus": 2, "pin": [0, 1], "append": "a b",
        "optimisations": 126, "record": true, "mem": null, "vm": [{"guest": "timer", "vcpus": 2}]}, )" +
             images + "}");
    CHECK(files.hypervisor.file == "/b/hyp-vhe.bin");
    CHECK(files.guest_images.at(0).sha256 == "cd");
    CHECK(files.recorded);
    CHECK(files.machine == std::vector<std::string>{"--design", "vhe", "--guest", "micro", "--pin", "0+1", "--append",
                                                    "a b", "--cpus", "2", "--optimisations", "0x7e", "--vm",
                                                    "guest=timer,vcpus=2"});
    check_contains(refusal([&] { read("{"); }), "/runs/x/run.json is no description of a run");
    check_contains(refusal([&] { read("[1]"); }), "is no description of a run");
    check_contains(refusal([&] { read(R"({"verdict": null})"); }), "the run did not finish");
    check_contains(refusal([&] { read(R"({"options": {"design": "native"}, "hypervisor": null, "vms": []})"); }),
                   "a run without a hypervisor");
    check_contains(refusal([&] { read(R"({"options": {"design": "vhe"}, "hypervisor": 7, "vms": []})"); }),
                   "is no description");
    check_contains(refusal([] { model::find_run_files("/nonexistent/trace"); }), "has no run.json beside it");
}

TEST_CASE("an image of another build is refused", "[source]") {
    const TemporaryFolder folder;
    const auto elf = folder.path() / "hyp";
    const model::ImageFile image{folder.path() / "hyp.bin", std::string(64, '0')};
    check_contains(refusal([&] { model::load_image(image); }), "no file with its symbols beside it");
    std::ofstream(elf) << "text";
    check_contains(refusal([&] { model::load_image(image); }), "an ELF file called hyp");
    // A file of no code: its flat image is the data alone.
    const auto data = folder.path() / "data";
    std::ofstream(data) << "data";
    model::run_program(
        {"aarch64-linux-gnu-objcopy", "-I", "binary", "-O", "elf64-littleaarch64", data.string(), elf.string()});
    check_contains(refusal([&] { model::load_image(image); }), "hyp is of another build than the run");
    const std::string told = model::run_program({"sha256sum", data.string()});
    check_contains(refusal([&] { model::load_image({image.file, told.substr(0, 64)}); }), "hyp holds no instruction");
}

TEST_CASE("an event's place follows from its kind, its step and its neighbours", "[source]") {
    FakeRun run;
    step(run, Step::save_timer, trace::Operation::save);
    step(run, Step::restore_timer, trace::Operation::restore);
    const model::Trace trace = run.trace();
    const TwoWays ways;
    const EventLocations locations = locations_of(trace, ways.code.image());
    const std::vector<u64> expected = {ways.begin_save,    ways.block_save,    ways.end_save,
                                       ways.begin_restore, ways.block_restore, ways.end_restore};
    for (model::EventIndex i = 0; i < expected.size(); ++i) {
        INFO(i);
        REQUIRE(locations.of(i).size() == 1);
        CHECK(locations.of(i)[0].problem == "");
        CHECK(locations.of(i)[0].address == expected[i]);
    }
}

TEST_CASE("where the trace does not tell which place it was, none is named", "[source]") {
    FakeRun run;
    run.block(RegisterClass::timer, trace::Operation::save, 1, 0);  // nothing around it
    run.work(5);
    run.emit(trace::payload::control_write{0, 1, SysregId::HCR_EL2, 1});
    const model::Trace trace = run.trace();
    const TwoWays ways;
    const EventLocations locations = locations_of(trace, ways.code.image());
    const model::EventLocation block = locations.of(0)[0];
    CHECK_FALSE(block.row);
    CHECK_FALSE(block.address);
    CHECK(block.problem == "one of 2 places, and the trace does not tell which");
    CHECK(block.either.size() == 2);
    CHECK_FALSE(model::one_line_of(block));
    CHECK(locations.of(1)[0].problem == "fake has no place that records such an event");
}

TEST_CASE("copies of one line have the line in common", "[source]") {
    FakeImage code;
    code.symbol("f");
    code.trace_point(kHcr, "/w/hyp/f.cpp:9");
    code.trace_point(kHcr, "/w/hyp/f.cpp:9");
    FakeRun run;
    run.emit(trace::payload::control_write{0, 1, SysregId::HCR_EL2, 1});
    const model::Trace trace = run.trace();
    const model::EventLocation location = locations_of(trace, code.image()).of(0)[0];
    CHECK(location.problem == "one of 2 copies that the compiler made of the line");
    CHECK(model::one_line_of(location));
}

TEST_CASE("a trap is at its vector and where it was taken from, and a place without its image says why", "[source]") {
    FakeImage code;
    code.symbol("guest_vector_8");
    const u64 vector = code.add("stp\tx0, x1, [sp, #16]");
    code.symbol("guest_vector_8_clock");
    code.add("mrs\tx0, pmccntr_el0");
    code.add("ret");
    FakeImage guest;
    guest.symbol("call_it");
    const u64 hvc = guest.add("hvc\t#0x0");
    guest.add("ret");
    FakeRun run;
    run.emit(trace::payload::trap{0x5a00'0000, hvc + 4, 0x3c5, 0, 0, 1, 8, 1});
    const model::Trace trace = run.trace();
    const EventLocations locations(trace, {std::make_shared<const Image>(code.image()), ""},
                                   {{std::make_shared<const Image>(guest.image()), ""}});
    REQUIRE(locations.of(0).size() == 2);
    CHECK(locations.of(0)[0].address == vector);
    CHECK(locations.of(0)[1].address == hvc);
    CHECK(locations.of(0)[1].row == std::size_t{0});
    CHECK(locations.in_symbol(0, "CALL_it"));
    CHECK(locations.in_symbol(0, "guest_vector"));
    CHECK_FALSE(locations.in_symbol(0, "another"));
    const EventLocations without(trace, {nullptr, "it is gone"}, {{nullptr, "so is this"}});
    CHECK(without.of(0)[0].problem == "it is gone");
    CHECK(without.of(0)[1].problem == "so is this");
    CHECK(without.of(0)[1].address == hvc);
}

TEST_CASE("events are found by the symbols of their places", "[source][find]") {
    FakeRun run;
    step(run, Step::save_timer, trace::Operation::save);
    step(run, Step::restore_timer, trace::Operation::restore);
    const model::Trace trace = run.trace();
    const TwoWays ways;
    const EventLocations locations = locations_of(trace, ways.code.image());
    const auto found = [&](const std::string& query) {
        return model::find_events(trace, model::Query::parse(query), &locations);
    };
    CHECK(found("symbol=save_it") == std::vector<model::EventIndex>{0, 1, 2});
    CHECK(found("!symbol=SAVE") == std::vector<model::EventIndex>{3, 4, 5});
    CHECK(found("registers_timer symbol=restore_it") == std::vector<model::EventIndex>{4});
    CHECK(found("symbol=switch_it").size() == 6);     // inlined
    CHECK(found("symbol=read_trace_clock").empty());  // the recorder's own is in all of them
    const auto why_not = [&](const EventLocations* where) {
        try {
            model::find_events(trace, model::Query::parse("symbol=f"), where);
        } catch (const model::QueryError& error) {
            return std::string(error.what());
        }
        return std::string("taken");
    };
    check_contains(why_not(nullptr), "the images are not read yet");
    const EventLocations none(trace, {nullptr, "it is gone"}, {});
    check_contains(why_not(&none), "it is gone");
}

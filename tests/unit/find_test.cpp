// SPDX-License-Identifier: Apache-2.0
// Finding events, and figures of the operations of a run.
#include "viewer/model/find/find.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/stories.hpp"
#include "viewer/model/find/count_by.hpp"
#include "viewer/model/operations/exit_statistics.hpp"

using namespace ws;
using namespace ws::test;
using model::EventIndex;
using model::Query;

namespace {

std::vector<EventIndex> found(const model::Run& run, const std::string& query) {
    return model::find_events(run.trace, Query::parse(query));
}

std::string refused_query(const std::string& query) {
    try {
        Query::parse(query);
    } catch (const model::QueryError& error) {
        return error.what();
    }
    return "taken";
}

/// Two hypercalls of split, and the machine's events.
model::Run some_run() {
    FakeRun fake;
    enter_guest(fake);
    split_hypercall(fake);
    split_hypercall(fake, kUnhandled, 5000);
    meet_the_machine(fake);
    return fake.run();
}

}  // namespace

TEST_CASE("events are found by kind, class, address of the code, register and value", "[find]") {
    const model::Run run = some_run();
    CHECK(found(run, "trap class=HVC64").size() == 5);
    CHECK(found(run, "class=hvc64 vcpu=0").size() == 3);
    CHECK(found(run, "class=HVC64 vcpu=host").size() == 2);
    CHECK(found(run, "trap !class=HVC64").size() == 2);
    CHECK(found(run, "trap pc=0x40080fb0").size() == 5);
    CHECK(found(run, "trap pc=0x7f001000..0x7f001fff").size() == 2);
    CHECK(found(run, "registers_*").size() == 12);
    CHECK(found(run, "event=registers_el1").size() == 8);
    CHECK(found(run, "register=SCTLR_EL1").size() == 8);
    CHECK(found(run, "register=SCTLR_EL1 value=200").size() == 4);
    CHECK(found(run, "register=HCR_EL2 value=0x80000039").size() == 4);
    CHECK(found(run, "register=ESR_EL2 value=0x5a000000").size() == 5);
    CHECK(found(run, "value=0xC6000FFF").size() == 2);
    CHECK(found(run, "cpu=1").empty());
}

TEST_CASE("events are found in one way or another", "[find]") {
    const model::Run run = some_run();
    const std::size_t erets = found(run, "eret").size();
    CHECK(found(run, "trap class=HVC64 or eret").size() == 5 + erets);
    CHECK(found(run, "eret or trap class=HVC64") == found(run, "trap class=HVC64 or eret"));
    CHECK(found(run, "trap or class=HVC64") == found(run, "trap"));  // each once
    CHECK(found(run, "not trap") == found(run, "!trap"));
    CHECK(found(run, "not !trap") == found(run, "trap"));
    CHECK(found(run, "trap not class=HVC64 or eret not vcpu=0") == found(run, "trap !class=HVC64 or eret !vcpu=0"));
    CHECK(found(run, "register=SCTLR_EL1 or register=HCR_EL2 value=0x80000039").size() == 8 + 4);
    CHECK(found(run, "text=or").size() == found(run, "text=\"or\"").size());
}

TEST_CASE("events are found by time and by step", "[find]") {
    const model::Run run = some_run();
    const auto traps = found(run, "trap");
    const auto net = static_cast<u64>(run.trace.net(traps[1]));
    CHECK(found(run, "trap net=" + std::to_string(net)).front() == traps[1]);
    CHECK(found(run, "trap net=0.." + std::to_string(net)).size() == 2);
    CHECK(found(run, "step=save_el1") ==
          found(run, "text=save_el1 event=phase_begin or text=save_el1 event=phase_end"));
    CHECK(!found(run, "step=save_el1").empty());
}

TEST_CASE("found events are counted by what a field says", "[find]") {
    const model::Run run = some_run();
    const auto traps = found(run, "trap");
    const auto counted = [&](const std::string& query, const std::string& by) {
        return model::count_by(run.trace, found(run, query), by);
    };
    const model::Groups classes = counted("trap", "class");
    REQUIRE(!classes.groups.empty());
    CHECK(classes.groups[0].value == "HVC64");
    CHECK(classes.groups[0].count == 5);
    CHECK(classes.groups[0].first == found(run, "class=HVC64")[0]);
    CHECK(classes.without == 0);
    for (const char* by : {"event", "cpu", "class", "owner", "sysreg", "ELR_EL2", "step"}) {
        INFO(by);
        const model::Groups all = counted("cpu=0", by);
        u64 sum = all.without;
        for (std::size_t i = 0; i < all.groups.size(); ++i) {
            sum += all.groups[i].count;
            if (i != 0) CHECK(all.groups[i].count <= all.groups[i - 1].count);
        }
        CHECK(sum == found(run, "cpu=0").size());
    }
    CHECK(counted("trap", "sysreg").without == traps.size());
    CHECK(counted("registers_*", "class").groups.size() > 1);
    CHECK_THROWS_AS(counted("trap", "colour"), model::QueryError);
}

TEST_CASE("an or or a not without its terms is refused with its place", "[find]") {
    CHECK(refused_query("or trap") == "query, column 1: there is no term before or");
    CHECK(refused_query("trap or") == "query, column 6: there is no term behind or");
    CHECK(refused_query("trap or or eret") == "query, column 9: there is no term before or");
    CHECK(refused_query("trap not") == "query, column 6: there is no term behind it");
    CHECK(refused_query("trap !") == "query, column 6: there is no term behind it");
    CHECK(refused_query("step=nap") == "query, column 6: no step is called nap");
}

TEST_CASE("what an exception did not fill is not found", "[find]") {
    constexpr u64 kStale = 0x9300'0047;  // a data abort's, which came before
    constexpr u8 kLowerIrq = 9;
    FakeRun fake;
    fake.emit(trace::payload::trap{kStale, kGuestPc, kSpsrEl1, 0x1234'5678, 0x80000, kVcpu, kLowerIrq, 2});
    fake.emit(trace::payload::trap{kStale, kGuestPc, kSpsrEl1, 0x1234'5678, 0x80000, kVcpu, kLowerSync, 2});
    const model::Run run = fake.run();
    for (const char* query : {"register=ESR_EL2", "register=ESR_EL2 value=0x93000047", "register=FAR_EL2",
                              "value=0x12345678", "address=0x12345678", "class=DABT_LOW"}) {
        INFO(query);
        CHECK(found(run, query) == std::vector<EventIndex>{1});
    }
    CHECK(found(run, "register=ELR_EL2").size() == 2);
}

TEST_CASE("events are found by address, vCPU and text", "[find]") {
    const model::Run run = some_run();
    CHECK(found(run, "address=0x100").size() == 1);
    CHECK(found(run, "stage2_map address=0x40000800..0x40000801").size() == 1);
    CHECK(found(run, "address=0x70000000").size() == 1);
    CHECK(found(run, "address=0x41000000").empty());
    CHECK(found(run, "vm=2").empty());
    CHECK(found(run, "text=\"change=taken\"") == found(run, "virtual_irq text=TAKEN"));
    CHECK(found(run, "text=\"change=taken\"").size() == 1);
}

TEST_CASE("every event is found by a query or by its opposite", "[find]") {
    const model::Run run = some_run();
    for (const char* query :
         {"trap", "class=HVC64", "register=X19", "value=300", "address=0..0xffff", "vcpu=0", "text=el1"}) {
        INFO(query);
        CHECK(found(run, query).size() + found(run, std::string("!") + query).size() == run.trace.events().size());
    }
}

TEST_CASE("next and previous of what was found", "[find]") {
    const std::vector<EventIndex> some = {3, 7, 9};
    CHECK(model::next_found(some, 3) == 7);
    CHECK(model::next_found(some, 9) == model::kNoEvent);
    CHECK(model::next_found(some, model::kNoEvent) == 3);
    CHECK(model::previous_found(some, 8) == 7);
    CHECK(model::previous_found(some, 3) == model::kNoEvent);
    CHECK(model::previous_found(some, model::kNoEvent) == 9);
    CHECK(model::next_found({}, model::kNoEvent) == model::kNoEvent);
}

TEST_CASE("a bad query is refused with its column", "[find]") {
    check_contains(refused_query(""), "column 1: it is empty");
    check_contains(refused_query("trap colour=red"), "column 6: colour is no key; there are event, class");
    check_contains(refused_query("trapp"), "column 1: no event is called trapp; for text write text=trapp");
    check_contains(refused_query("trap class=HVC65"), "column 12: no exception class is called HVC65");
    check_contains(refused_query("register=SCTLR_EL9"), "column 10: no register is called SCTLR_EL9");
    check_contains(refused_query("pc=0x40..0x4g"), "column 10: '0x4g' is no number");
    check_contains(refused_query("pc=9..8"), "column 4: the range ends before it begins");
    check_contains(refused_query("value=99999999999999999999"), "is no number");
    check_contains(refused_query("text=\"open"), "column 6: this quotation mark is not closed");
    check_contains(refused_query("cpu="), "column 5: there is no value");
    check_contains(refused_query("=5"), "column 1: there is no key before =");
    check_contains(refused_query("!"), "there is no term behind it");
}

TEST_CASE("statistics of operations: each figure is one that occurred, and the sum is all", "[statistics]") {
    FakeRun fake;
    enter_guest(fake);
    for (u64 i = 0; i < 200; ++i) split_hypercall(fake, kUnhandled, i == 120 ? 100'000 : 50 + i);
    const model::Run run = fake.run();
    const model::ExitStatistics statistics = model::exit_statistics(run);
    REQUIRE(statistics.by_kind.size() == 1);
    const model::ExitFigures& figures = statistics.by_kind[0];
    CHECK(figures.name == "hypercall (HVC, unhandled)");
    CHECK(figures.count == 200);
    CHECK(figures.slowest == 120);
    const auto& all = run.operations.all();
    CHECK(figures.max == all[120].net());
    CHECK(figures.min == all[0].net());
    CHECK(figures.median == all[99].net());
    CHECK(figures.p99 == all[198].net());  // the 198th of 200: one of them is slower than those after it
    u64 sum = 0;
    for (const model::Operation& operation : all) sum += operation.net();
    CHECK(figures.sum == sum);
    u64 counted = 0;
    for (const u32 count : figures.histogram) counted += count;
    CHECK(counted == figures.count);
    CHECK(model::bucket_begin(figures.first_bucket()) <= figures.min);
    CHECK(model::bucket_begin(figures.last_bucket()) <= figures.max);
    CHECK(model::bucket_begin(figures.last_bucket() + 1) > figures.max);
    REQUIRE(statistics.by_class.size() == 1);
    CHECK(statistics.by_class[0].name == "HVC64");
    CHECK(statistics.by_class[0].sum == figures.sum);
}

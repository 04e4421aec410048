// SPDX-License-Identifier: Apache-2.0
// A damaged trace opens as far as it is whole: what is missing is told exactly, and nothing that it touches is
// measured.
#include <fstream>

#include "tests/unit/catch.hpp"
#include "tests/unit/stories.hpp"
#include "viewer/model/export/export.hpp"
#include "viewer/model/laws/laws.hpp"
#include "viewer/model/operations/run.hpp"
#include "viewer/model/operations/time_span.hpp"

using namespace ws;
using namespace ws::test;

namespace fs = std::filesystem;

namespace {

/// A captured run of one CPU, a packet each story.
class Packets {
  public:
    explicit Packets(u64 packets) {
        for (u64 i = 0; i < packets; ++i) {
            play(run_, "split", 2);
            run_.close();
        }
        run_.capture();
        const model::Trace whole = model::Trace::load(run_.folder());
        for (const model::Packet& packet : whole.packets()) headers_.push_back(packet.header);
        std::ifstream file(stream(), std::ios::binary);
        bytes_.assign(std::istreambuf_iterator<char>(file), {});
        operations_ = model::Run::load(run_.folder()).operations.all().size();
    }

    fs::path folder() const { return run_.folder(); }
    fs::path stream() const { return run_.folder() / "trace" / "stream_0"; }
    const trace::PacketHeader& header(std::size_t i) const { return headers_[i]; }
    std::size_t operations() const { return operations_; }
    std::size_t size_of(std::size_t i) const { return headers_[i].content_size / 8; }
    std::size_t begin_of(std::size_t i) const {
        std::size_t begin = 0;
        for (std::size_t packet = 0; packet < i; ++packet) begin += size_of(packet);
        return begin;
    }
    std::string bytes() const { return bytes_; }
    std::string packet(std::size_t i) const { return bytes_.substr(begin_of(i), size_of(i)); }
    void write(const std::string& bytes) const { std::ofstream(stream(), std::ios::binary) << bytes; }

  private:
    FakeRun run_;
    std::vector<trace::PacketHeader> headers_;
    std::string bytes_;
    std::size_t operations_ = 0;
};

}  // namespace

TEST_CASE("one damaged packet leaves the others, and its place, number and time are told", "[damage]") {
    const Packets packets(4);
    std::string damaged = packets.bytes();
    damaged[packets.begin_of(1) + 200] ^= 1;
    packets.write(damaged);
    const model::Run run = model::Run::load(packets.folder());
    REQUIRE(run.trace.damage().size() == 1);
    const model::Damage& damage = run.trace.damage()[0];
    CHECK(damage.offset == packets.begin_of(1));
    CHECK(damage.bytes == packets.size_of(1));
    CHECK(damage.first_packet == 1);
    CHECK(damage.packets == u64{1});
    CHECK(damage.from == packets.header(0).timestamp_end);
    CHECK(damage.to == u64{packets.header(2).timestamp_begin});
    check_contains(damage.text(), "packet 1 is missing");
    check_contains(damage.text(), "checksum does not match");
    check_contains(damage.text(), "cannot be told");
    CHECK(run.trace.packets().size() == 3);
    CHECK(run.operations.all().size() < packets.operations());
    CHECK(run.operations.all().size() >= packets.operations() / 2);
    REQUIRE(run.trace.gaps().size() == 1);
    CHECK(run.trace.gaps()[0].discarded == 0);
    CHECK(run.trace.after_gap(run.trace.gaps()[0].before));
}

TEST_CASE("a damaged header, a cut in the middle, and one at the end", "[damage]") {
    const Packets packets(4);
    std::string damaged = packets.bytes();
    damaged.replace(packets.begin_of(1), 64, std::string(64, '\0'));
    packets.write(damaged);
    CHECK(model::Trace::load(packets.folder()).damage()[0].packets == u64{1});

    packets.write(packets.packet(0) + packets.packet(1).substr(0, 500) + packets.packet(3));
    const model::Trace cut = model::Trace::load(packets.folder());
    REQUIRE(cut.damage().size() == 1);
    CHECK(cut.damage()[0].packets == u64{2});
    CHECK(cut.damage()[0].bytes == 500);
    check_contains(cut.damage()[0].text(), "packets 1 to 2 are missing");

    packets.write(packets.bytes().substr(0, packets.bytes().size() - 1));
    const model::Trace end = model::Trace::load(packets.folder());
    REQUIRE(end.damage().size() == 1);
    CHECK(end.damage()[0].packets == u64{1});
    CHECK(!end.damage()[0].to);
    check_contains(end.damage()[0].text(), "to the end");

    packets.write(packets.bytes() + "more");
    const model::Trace more = model::Trace::load(packets.folder());
    REQUIRE(more.damage().size() == 1);
    CHECK(!more.damage()[0].events_missing());
    CHECK(more.gaps().empty());
}

TEST_CASE("check fails for a damaged trace by the law of whole packets alone", "[damage]") {
    const Packets packets(4);
    const model::CheckReport whole = model::check(model::Trace::load(packets.folder()));
    std::string damaged = packets.bytes();
    damaged[packets.begin_of(2) + 200] ^= 1;
    packets.write(damaged);
    const model::CheckReport report = model::check(model::Trace::load(packets.folder()));
    CHECK(!report.holds());
    for (std::size_t i = 0; i < report.laws.size(); ++i) {
        const model::LawReport& law = report.laws[i];
        INFO(law.law << ": " << law.first_offence);
        // The story itself, told four times, enters the guest anew each time.
        if (law.law == "packets_are_whole") {
            CHECK(law.offences == 1);
        } else {
            CHECK(law.offences <= whole.laws[i].offences);
        }
    }
    CHECK(report.warnings.empty());
}

TEST_CASE("the exports have a line for what is missing", "[damage]") {
    const Packets packets(3);
    std::string damaged = packets.bytes();
    damaged[packets.begin_of(1) + 200] ^= 1;
    packets.write(damaged);
    const model::Run run = model::Run::load(packets.folder());
    std::string csv;
    model::export_csv(run.trace, [&csv](const std::string& text) { csv += text; });
    check_contains(csv, ",missing,\"stream_0: packet 1 is missing");
    // It stands between the events of the packets before and after it.
    const auto at =
        static_cast<std::size_t>(std::count(csv.begin(), csv.begin() + static_cast<long>(csv.find("missing")), '\n'));
    CHECK(at == run.trace.gaps()[0].before + std::size_t{1});
    std::string perfetto;
    model::export_perfetto(run, [&perfetto](const std::string& text) { perfetto += text; });
    check_contains(perfetto, "missing: stream_0: packet 1 is missing");
}

TEST_CASE("what one CPU lost leaves out what the others did meanwhile", "[damage]") {
    FakeRunOptions options;
    options.cpus = 2;
    FakeRun fake(options);
    enter(fake, 1, 0);
    enter(fake, 2, 1);
    for (int packet = 0; packet < 3; ++packet) {
        for (int i = 0; i < 4; ++i) {
            leave(fake, 1, 0);
            fake.work(100);
            enter(fake, 1, 0);
            leave(fake, 2, 1);
            fake.work(100);
            enter(fake, 2, 1);
        }
        fake.close(0);
        fake.close(1);
    }
    fake.capture();
    const std::size_t whole = model::Run::load(fake.folder()).operations.all().size();
    CHECK(whole == 24);
    const fs::path stream = fake.folder() / "trace" / "stream_1";
    {
        std::fstream file(stream, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<long>(fs::file_size(stream) / 2));  // in the packet in the middle
        file.put('\x55');
    }
    const model::Run run = model::Run::load(fake.folder());
    REQUIRE(run.trace.damage().size() == 1);
    const model::Damage& damage = run.trace.damage()[0];
    CHECK(damage.cpu == 1);
    std::size_t of_cpu_0 = 0;
    for (const model::Operation& operation : run.operations.all()) {
        CHECK(!damage.overlaps(run.trace.raw(operation.first), run.trace.raw(operation.last)));
        of_cpu_0 += operation.cpu == 0 ? 1 : 0;
    }
    CHECK(of_cpu_0 >= 7);
    CHECK(of_cpu_0 <= 9);

    fs::remove(stream);
    const model::Run alone = model::Run::load(fake.folder());
    REQUIRE(alone.trace.damage().size() == 1);
    check_contains(alone.trace.damage()[0].text(), "the file is missing");
    CHECK(alone.operations.all().empty());  // the shared clock cannot be told without the other CPU's recorder
}

TEST_CASE("a stretch of time over a hole is known as damaged, and one beside it is not", "[damage]") {
    const Packets packets(4);
    const auto damaged = [](const model::Trace& trace, model::EventIndex first, model::EventIndex last, i64 more = 0) {
        return model::measure_span(trace, {trace.net(first), trace.net(last) + more}).damaged;
    };
    SECTION("in the middle") {
        std::string bytes = packets.bytes();
        bytes[packets.begin_of(1) + 200] ^= 1;
        packets.write(bytes);
        const model::Trace trace = model::Trace::load(packets.folder());
        const model::EventIndex behind = trace.gaps().at(0).before;
        const auto last = static_cast<model::EventIndex>(trace.events().size() - 1);
        CHECK(damaged(trace, 0, last));
        CHECK(damaged(trace, behind - 1, behind));
        CHECK(model::measure_span(trace, {trace.net(behind) - 1, trace.net(behind)}).damaged);
        CHECK_FALSE(damaged(trace, 0, behind - 1));
        CHECK_FALSE(damaged(trace, behind, last));
    }
    SECTION("at the end") {
        packets.write(packets.bytes().substr(0, packets.begin_of(3) + 100));
        const model::Trace trace = model::Trace::load(packets.folder());
        const auto last = static_cast<model::EventIndex>(trace.events().size() - 1);
        CHECK(damaged(trace, 0, last, 1));
        CHECK_FALSE(damaged(trace, 0, last));
    }
    SECTION("at the beginning") {
        std::string bytes = packets.bytes();
        bytes[200] ^= 1;
        packets.write(bytes);
        const model::Trace trace = model::Trace::load(packets.folder());
        CHECK(model::measure_span(trace, {trace.net(0) - 1, trace.net(1)}).damaged);
        CHECK_FALSE(damaged(trace, 0, 1));
    }
    SECTION("a trace that is whole") {
        const model::Trace trace = model::Trace::load(packets.folder());
        CHECK_FALSE(damaged(trace, 0, static_cast<model::EventIndex>(trace.events().size() - 1), 1));
    }
}

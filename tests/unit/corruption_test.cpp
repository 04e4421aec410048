// SPDX-License-Identifier: Apache-2.0
// Whatever happens to a trace on its way, the reader notices it and says so in one line: it refuses what has nothing
// whole, and of the rest it tells what is missing.
#include <fstream>

#include "tests/unit/catch.hpp"
#include "tests/unit/stories.hpp"

using namespace ws;
using namespace ws::test;

namespace fs = std::filesystem;

namespace {

/// A captured trace whose files can be spoilt and mended.
class Spoilt {
  public:
    explicit Spoilt(u64 hypercalls, u64 packets = 1, const std::string& design = "split") {
        for (u64 i = 0; i < packets; ++i) {
            play(run_, design, hypercalls);
            run_.close();
        }
        run_.capture();
        std::ifstream file(stream(), std::ios::binary);
        bytes_.assign(std::istreambuf_iterator<char>(file), {});
    }

    fs::path stream() const { return run_.folder() / "trace" / "stream_0"; }
    const std::string& bytes() const { return bytes_; }
    FakeRun& run() { return run_; }

    /// The line that the reader has for such a stream; empty if it finds nothing wrong.
    std::string problem_with(const std::string& bytes) const {
        std::ofstream(stream(), std::ios::binary | std::ios::trunc) << bytes;
        return problem();
    }
    std::string problem() const {
        try {
            const model::Trace trace = model::Trace::load(run_.folder());
            if (!trace.damage_told().empty()) return trace.damage_told().front();
        } catch (const model::TraceError& error) {
            return error.what();
        }
        return {};
    }

  private:
    mutable FakeRun run_;
    std::string bytes_;
};

void demand_line(const std::string& line, const std::string& what) {
    if (line.empty()) FAIL(what << " is not noticed");
    if (line.find('\n') != std::string::npos) FAIL(what << " gets more than a line: " << line);
    if (line.find("stream_0") == std::string::npos) FAIL(what << " is not told with its file: " << line);
}

}  // namespace

TEST_CASE("every flipped bit of a stream is noticed", "[corruption]") {
    const Spoilt trace(1, 1, "vhe");
    REQUIRE(trace.problem().empty());
    for (std::size_t byte = 0; byte < trace.bytes().size(); ++byte) {
        for (int bit = 0; bit < 8; ++bit) {
            std::string damaged = trace.bytes();
            damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << bit));
            demand_line(trace.problem_with(damaged), "byte " + std::to_string(byte) + ", bit " + std::to_string(bit));
        }
    }
    CHECK(trace.problem_with(trace.bytes()).empty());
}

TEST_CASE("a stream cut off anywhere is noticed, at the end of a packet too", "[corruption]") {
    const Spoilt trace(1, 3);
    for (std::size_t length = 0; length < trace.bytes().size(); length += length % 13 + 1) {
        demand_line(trace.problem_with(trace.bytes().substr(0, length)), "length " + std::to_string(length));
    }
    const std::size_t packet = trace.bytes().size() / 3;
    check_contains(trace.problem_with(trace.bytes().substr(0, 2 * packet)), "2 packets, the metadata tells of 3");
    demand_line(trace.problem_with(trace.bytes() + std::string(1, '\0')), "one byte more");
    demand_line(trace.problem_with(trace.bytes() + trace.bytes()), "the same twice");
}

TEST_CASE("a stream with zeros anywhere is noticed", "[corruption]") {
    const Spoilt trace(2, 2);
    for (const std::size_t length : {8U, 64U, 512U, 4096U}) {
        for (std::size_t begin = 0; begin < trace.bytes().size(); begin += 101) {
            std::string damaged = trace.bytes();
            damaged.replace(begin, length, std::string(std::min(length, damaged.size() - begin), '\0'));
            if (damaged == trace.bytes()) continue;
            demand_line(trace.problem_with(damaged), std::to_string(length) + " zeros at " + std::to_string(begin));
        }
    }
    demand_line(trace.problem_with(std::string(trace.bytes().size(), '\0')), "all zeros");
}

TEST_CASE("packets in another order, missing or of another run are noticed", "[corruption]") {
    const Spoilt trace(1, 3);
    const std::size_t length = trace.bytes().size() / 3;
    const auto packet = [&](std::size_t i) { return trace.bytes().substr(i * length, length); };
    check_contains(trace.problem_with(packet(0) + packet(2)), "packet has number 2, 1 is expected");
    demand_line(trace.problem_with(packet(1) + packet(0) + packet(2)), "packets in another order");
    Spoilt other(1, 3);
    CHECK(trace.problem_with(trace.bytes()).empty());
    demand_line(trace.problem_with(other.bytes().substr(0, 40) + trace.bytes().substr(40, 100)), "half a packet");
}

TEST_CASE("a stream of another run is told by its UUID", "[corruption]") {
    Spoilt trace(1);
    fs::rename(trace.run().folder() / "trace", trace.run().folder() / "mine");
    model::CaptureOptions options;
    options.ram = trace.run().ram();
    options.offset = FakeRun::kOffset;
    options.out = trace.run().folder() / "trace";
    model::capture(options, [] { return true; });
    fs::copy_file(trace.run().folder() / "mine" / "stream_0", trace.stream(), fs::copy_options::overwrite_existing);
    check_contains(trace.problem(), "another run");
}

TEST_CASE("a stream file that is missing or too many is noticed", "[corruption]") {
    const Spoilt trace(1);
    fs::copy_file(trace.stream(), trace.stream().parent_path() / "stream_1");
    check_contains(trace.problem(), "stream_1: does not belong");
    fs::remove(trace.stream().parent_path() / "stream_1");
    CHECK(trace.problem().empty());
    fs::remove(trace.stream());
    check_contains(trace.problem(), "stream_0: is missing");
}

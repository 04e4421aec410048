// SPDX-License-Identifier: Apache-2.0
// What lets a trace be large: packed events, the order of several CPUs, mapped files, lanes, loading in the background.
#include <algorithm>
#include <fstream>
#include <random>
#include <thread>

#include "tests/unit/catch.hpp"
#include "tests/unit/temporary_folder.hpp"
#include "tests/viewer/synthetic_machine.hpp"
#include "viewer/model/base/background.hpp"
#include "viewer/model/trace/lane_index.hpp"
#include "viewer/model/base/parallel.hpp"

namespace ws::test {
namespace {

using Item = model::PacketEvents::Item;
namespace fs = std::filesystem;

class Folder : public TemporaryFolder {
  public:
    /// A trace of hypercalls.
    void write(u64 operations) const {
        model::Metadata metadata;
        metadata.env = {{"format_version", std::to_string(trace::kFormatVersion)},
                        {"design", "vhe"},
                        {"guest", "test"},
                        {"cpus", "1"}};
        SyntheticMachine machine(path(), trace::Level::full, 0, metadata.uuid);
        for (u64 i = 0; i < operations; ++i) {
            machine.trap(1, 0x5a00'0000, 0x4000'0000, 0x3c5);
            machine.work(100);
            machine.block(RegisterClass::el1, Operation::save, 1);
            machine.eret(1, 0x4000'0004, 0x3c5);
            machine.work(50);
        }
        metadata.set(model::kPacketsKey, std::to_string(machine.finish()));
        std::ofstream(path() / "metadata", std::ios::binary) << model::make_metadata(metadata);
    }
};

void check_packed(const std::vector<Item>& items) {
    const model::PacketEvents packed(items);
    REQUIRE(packed.size() == items.size());
    for (u32 i = 0; i < packed.size(); ++i) {
        INFO("event " << i);
        CHECK(packed.raw(i) == items[i].raw);
        CHECK(packed.net(i) == items[i].net);
        CHECK(packed.payload(i) == items[i].payload);
        CHECK(packed.id(i) == items[i].id);
    }
}

TEST_CASE("packed events come out as they went in", "[large]") {
    constexpr u32 kLastByte = trace::kPacketBytes;
    check_packed({});
    check_packed({{1000, 900, 96, 0}, {1010, 905, 120, 38}, {1010, 880, kLastByte, 17}});
    SECTION("further apart than 32 bits tell") {
        check_packed({{5, -3, 96, 0}, {u64{1} << 40, -7, 120, 1}, {u64{1} << 61, i64{1} << 50, 130, 2}});
    }
    SECTION("with other net times") {
        model::PacketEvents packed(std::vector<Item>{{5, 1, 96, 0}, {9, 2, 120, 1}});
        packed.offset = 77;
        packed.set_net(std::vector<i64>{-5, i64{1} << 40});
        CHECK(packed.net(0) == -5);
        CHECK(packed.net(1) == i64{1} << 40);
        CHECK(packed.raw(1) == 9);
        CHECK(packed.offset == 77);
    }
}

TEST_CASE("raw times are read from the packet where its headers tell them", "[large]") {
    // A compact header and an extended one; the low bits of the clock run over between them.
    static constexpr u64 kWrap = u64{1} << trace::kTimeBits;
    const u64 first = 3 * kWrap - 10;
    const u64 second = 3 * kWrap + 7;
    std::vector<u8> packet(sizeof(trace::PacketHeader));
    const auto put = [&packet](const auto& header) {
        const auto* const bytes = reinterpret_cast<const u8*>(&header);
        packet.insert(packet.end(), bytes, bytes + sizeof(header));
        return static_cast<u32>(packet.size());
    };
    static constexpr u32 kId = 5;
    const u32 at = put(trace::CompactHeader{static_cast<u32>((first % kWrap) << trace::kIdBits | kId), 0});
    const u32 after = put(trace::ExtendedHeader{trace::kCompactIds, 40, second, 0});
    const std::vector<Item> items = {{first, 1, at, kId}, {second, 2, after, 40}};
    const model::PacketEvents packed(items, packet.data());
    CHECK(packed.raw(0) == first);
    CHECK(packed.raw(1) == second);
    CHECK(packed.net(1) == 2);
    SECTION("but not where it lasts longer than they tell") {
        const model::PacketEvents longer(std::vector<Item>{{first, 1, at, kId}, {first + kWrap, 2, after, 40}},
                                         packet.data());
        CHECK(longer.raw(1) == first + kWrap);
    }
}

TEST_CASE("the events of several CPUs are found both ways", "[large]") {
    std::mt19937 random(1);
    constexpr u32 kCpus = 3;
    model::EventStore store(kCpus);
    std::vector<std::pair<u64, u32>> wanted;  // raw, CPU
    for (u32 cpu = 0; cpu < kCpus; ++cpu) {
        u64 raw = 0;
        for (int packet = 0; packet < 40; ++packet) {
            std::vector<Item> items;
            for (u32 i = 0; i < 1 + random() % 300; ++i) {
                raw += random() % 4;
                items.push_back({raw, static_cast<i64>(2 * raw), 100, cpu});
                wanted.emplace_back(raw, cpu);
            }
            store.add(cpu, model::PacketEvents(items));
        }
    }
    store.merge();
    std::stable_sort(wanted.begin(), wanted.end());
    REQUIRE(store.size() == wanted.size());
    std::vector<u32> seen(kCpus, 0);
    u32 wrong = 0;
    for (model::EventIndex i = 0; i < store.size(); ++i) {
        const model::Event event = store.event(i);
        const auto [raw, cpu] = wanted[i];
        const bool good = store.raw(i) == raw && event.cpu() == cpu && store.index_of(cpu, seen[cpu]) == i &&
                          store.net(i) == static_cast<i64>(2 * raw);
        ++seen[cpu];
        wrong += good ? 0 : 1;
    }
    CHECK(wrong == 0);
    const model::CpuEvents of_one(store, 1);
    for (i64 net = -1; net < static_cast<i64>(4 * of_one.size()); net += 17) {
        const auto by_net = [&](model::EventIndex event, i64 time) { return store.net(event) < time; };
        const auto found = std::lower_bound(of_one.begin(), of_one.end(), net, by_net) - of_one.begin();
        if (store.first_from(1, net) != static_cast<u32>(found)) FAIL_CHECK("the first event from " << net << " on");
    }
}

TEST_CASE("a file that is cut off while it is mapped reads as zeros", "[large]") {
    const Folder folder;
    const fs::path path = folder.path() / "file";
    std::ofstream(path) << std::string(40000, 'x');
    const model::MappedFile file(path);
    REQUIRE(file.size() == 40000);
    CHECK(file.bytes()[39999] == 'x');
    CHECK(!file.lost());
    fs::resize_file(path, 5000);
    CHECK(file.bytes()[4999] == 'x');
    CHECK(file.bytes()[39999] == 0);
    CHECK(file.lost());
}

TEST_CASE("work in parallel is done once each, and ends with the first problem", "[large]") {
    constexpr std::size_t kParts = 1000;
    std::vector<std::atomic<int>> done(kParts);
    double told = 0;
    model::for_each_in_parallel(
        kParts, [&](std::size_t i) { ++done[i]; }, [&](double part) { told = std::max(told, part); });
    CHECK(std::all_of(done.begin(), done.end(), [](const auto& times) { return times == 1; }));
    CHECK(told > 0);
    CHECK(told <= 1);
    const auto fail = [](std::size_t i) {
        if (i == 500) throw std::runtime_error("part 500");
    };
    CHECK_THROWS_WITH(model::for_each_in_parallel(kParts, fail, [](double) {}), "part 500");
}

TEST_CASE("a lane with long intervals tells what a plain list tells", "[large]") {
    std::mt19937_64 random(7);
    model::LaneIndex lane;
    std::vector<std::pair<i64, i64>> plain;
    std::vector<u32> items;
    i64 time = -500;
    for (u32 i = 0; i < 300; ++i) {
        const bool is_long = random() % 40 == 0;
        time += static_cast<i64>(random() % 50) + (is_long ? i64{1} << 33 : 0);
        const i64 end = time + static_cast<i64>(random() % 60) + (random() % 40 == 0 ? i64{1} << 33 : 0);
        items.push_back(i == 0 ? 3 : items.back() + 1 + (random() % 40 == 0 ? 20'000 : 0));
        lane.add(time, end, items.back());
        plain.emplace_back(time, end);
        time = end;
    }
    const auto filled = [&](i64 from, i64 to) {
        i64 sum = 0;
        for (const auto& [begin, end] : plain) sum += std::max<i64>(0, std::min(end, to) - std::max(begin, from));
        return sum;
    };
    for (const auto& [begin, end] : plain) {
        for (const i64 at : {begin - 1, begin, end}) {
            const auto after = std::find_if(plain.begin(), plain.end(), [at](const auto& i) { return i.second > at; });
            CHECK(lane.first_after(at) == static_cast<std::size_t>(after - plain.begin()));
            const auto from = std::find_if(plain.begin(), plain.end(), [at](const auto& i) { return i.first >= at; });
            CHECK(lane.first_from(at, 0) == static_cast<std::size_t>(from - plain.begin()));
            CHECK(lane.filled(at, at + 1000) == filled(at, at + 1000));
            CHECK(lane.filled(-1000, at) == filled(-1000, at));
            for (const i64 near : {i64{0}, i64{300}, i64{1000}}) {
                const model::LaneIndex::Mark mark = lane.mark(at, 0, near);
                const auto exact = lane.first_from(at, 0);
                if (mark.exact) {
                    CHECK(mark.place == exact);
                    CHECK(mark.filled == filled(-1000, at));
                } else {
                    CHECK(mark.place >= exact);
                    CHECK(plain[mark.place].first - at <= near);
                    CHECK(std::abs(mark.filled - filled(-1000, at)) <= near);
                }
            }
        }
    }
    for (u32 i = 0; i < lane.size(); ++i) {
        CHECK(lane[i].begin == plain[i].first);
        CHECK(lane[i].end == plain[i].second);
        CHECK(lane[i].item == items[i]);
    }
}

using BackgroundLoad = model::Background<std::vector<model::SharedRun>>;

BackgroundLoad::Work load_of(std::vector<std::filesystem::path> folders) {
    return [folders = std::move(folders)](const model::Progress& progress) {
        return model::Run::load_all(folders, progress);
    };
}

TEST_CASE("loading in the background tells how far it is, and hands over the runs", "[large]") {
    const Folder folder;
    folder.write(5000);
    std::atomic<int> told = 0;
    BackgroundLoad load(load_of({folder.path(), folder.path()}), [&told] { ++told; });
    const std::vector<model::SharedRun> runs = load.take();
    REQUIRE(runs.size() == 2);
    CHECK(runs[1]->operations.all().size() == 5000);
    CHECK(load.state() == model::WorkState::done);
    CHECK(load.progress() == 1);
    CHECK(told > 2);
}

TEST_CASE("loading ends when it is cancelled, and tells what went wrong", "[large]") {
    const Folder folder;
    folder.write(20000);
    SECTION("cancelled by its progress") {
        int calls = 0;
        CHECK_THROWS_AS(model::Run::load(folder.path(), [&calls](double) { return ++calls < 3; }), model::Cancelled);
        CHECK(calls == 3);
    }
    SECTION("cancelled from outside") {
        std::atomic<BackgroundLoad*> running = nullptr;
        BackgroundLoad load(load_of({folder.path()}), [&running] {
            while (running == nullptr) std::this_thread::yield();
            running.load()->cancel();
        });
        running = &load;
        CHECK_THROWS_AS(load.take(), model::Cancelled);
        CHECK(load.state() == model::WorkState::cancelled);
    }
    SECTION("no trace") {
        BackgroundLoad load(load_of({folder.path() / "none"}));
        CHECK_THROWS_AS(load.take(), model::TraceError);
        CHECK(load.state() == model::WorkState::failed);
    }
}

}  // namespace
}  // namespace ws::test

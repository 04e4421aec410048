// SPDX-License-Identifier: Apache-2.0
// The switch between VMs: who gets which frame, what is refused, and that a full queue loses nothing unless it may.
#include <algorithm>
#include <deque>
#include <memory>
#include <random>
#include <vector>

#include "hyp/kernel/network_switch.hpp"
#include "tests/unit/catch.hpp"

using namespace ws;

namespace {

using Switch = NetworkSwitch;
using Result = Switch::SendResult;
using EthernetFrame = std::vector<u8>;
constexpr u32 kPorts = Switch::kPorts;
constexpr u32 kFull = Switch::kQueueFrames;
constexpr MacAddress kBroadcast{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
constexpr MacAddress kMulticast{{0x33, 0x33, 0, 0, 0, 1}};

EthernetFrame frame(MacAddress to, MacAddress from, u32 bytes = 60, u8 fill = 0) {
    EthernetFrame f(bytes, fill);
    std::copy(to.bytes, to.bytes + 6, f.begin());
    std::copy(from.bytes, from.bytes + 6, f.begin() + 6);
    return f;
}

struct Lan {
    explicit Lan(u32 ports = 3) {
        for (u32 i = 0; i < ports; ++i) net.open_port(i, queues[i]);
    }
    Result send(u32 port, const EthernetFrame& f) { return net.send(port, f.data(), static_cast<u32>(f.size())); }
    Result send(u32 from, u32 to, u8 fill = 0) {
        return send(from, frame(Switch::mac_of(to), Switch::mac_of(from), 60, fill));
    }
    /// Empty if there is none.
    EthernetFrame receive(u32 port) {
        EthernetFrame f(Switch::kMaxFrameBytes);
        f.resize(net.receive(port, f.data()));
        return f;
    }
    u32 drain(u32 port) {
        u32 frames = 0;
        while (!receive(port).empty()) ++frames;
        return frames;
    }

    std::vector<Switch::Queue> queues = std::vector<Switch::Queue>(kPorts);
    Switch net;
};

}  // namespace

TEST_CASE("network switch: each port's address is its own and locally administered") {
    CHECK(Switch::mac_of(0) == MacAddress{{0x02, 0x57, 0x53, 0, 0, 1}});
    for (u32 port = 0; port < kPorts; ++port) {
        CHECK((Switch::mac_of(port).bytes[0] & 3) == 2);
        for (u32 other = 0; other < port; ++other) CHECK_FALSE(Switch::mac_of(port) == Switch::mac_of(other));
    }
}

TEST_CASE("network switch: a frame reaches the one it is for, whole") {
    Lan lan;
    for (const u32 bytes : {14U, 60U, 1513U, 1514U}) {
        INFO(bytes);
        EthernetFrame f = frame(Switch::mac_of(1), Switch::mac_of(0), bytes, 0x5a);
        f.back() = static_cast<u8>(bytes == 14 ? 0 : 0xa5);
        CHECK(lan.send(0, f) == Result::sent);
        CHECK(lan.net.take_wakes() == 1U << 1);
        CHECK(lan.receive(1) == f);
        CHECK(lan.receive(1).empty());
        CHECK(lan.receive(2).empty());
        CHECK(lan.receive(0).empty());
    }
    CHECK(lan.net.counters(0).sent == 4);
    CHECK(lan.net.counters(1).received == 4);
}

TEST_CASE("network switch: a frame to a group reaches all others") {
    for (const MacAddress group : {kBroadcast, kMulticast}) {
        Lan lan(4);
        const EthernetFrame f = frame(group, Switch::mac_of(2));
        CHECK(lan.send(2, f) == Result::sent);
        CHECK(lan.net.take_wakes() == 0b1011);
        for (const u32 port : {0U, 1U, 3U}) CHECK(lan.receive(port) == f);
        CHECK(lan.receive(2).empty());
        CHECK(lan.receive(4).empty());
    }
}

TEST_CASE("network switch: what is for nobody goes nowhere") {
    Lan lan;
    const MacAddress strangers[] = {Switch::mac_of(3),            // a port that is closed
                                    Switch::mac_of(0),            // the sender
                                    {{0x02, 'W', 'S', 0, 0, 0}},  // no port
                                    {{0x02, 'W', 'S', 0, 0, kPorts + 1}},
                                    {{0x02, 'W', 'S', 0, 1, 2}},  // not quite port 1
                                    {{0x00, 'W', 'S', 0, 0, 2}},
                                    {{0x52, 0x54, 0, 0x12, 0x34, 0x56}}};
    for (const MacAddress& to : strangers) CHECK(lan.send(0, frame(to, Switch::mac_of(0))) == Result::sent);
    CHECK(lan.net.take_wakes() == 0);
    for (u32 port = 0; port < kPorts; ++port) CHECK(lan.receive(port).empty());
    CHECK(lan.net.counters(0).unknown == 7);
}

TEST_CASE("network switch: a port sends as itself or not at all") {
    Lan lan;
    CHECK(lan.send(0, frame(Switch::mac_of(1), Switch::mac_of(2))) == Result::refused);
    CHECK(lan.send(0, frame(kBroadcast, Switch::mac_of(1))) == Result::refused);
    CHECK(lan.send(0, frame(Switch::mac_of(1), kBroadcast)) == Result::refused);
    CHECK(lan.send(0, frame(Switch::mac_of(1), Switch::mac_of(0), Switch::kMaxFrameBytes + 1)) == Result::refused);
    const EthernetFrame f = frame(Switch::mac_of(1), Switch::mac_of(0));
    const EthernetFrame cut(f.begin(), f.begin() + 13);  // and AddressSanitizer watches its end
    CHECK(lan.send(0, cut) == Result::refused);
    CHECK(lan.net.send(0, nullptr, 0) == Result::refused);
    CHECK(lan.send(3, frame(Switch::mac_of(1), Switch::mac_of(3))) == Result::refused);  // closed
    CHECK(lan.net.take_wakes() == 0);
    CHECK(lan.receive(1).empty());
    CHECK(lan.net.counters(0).refused == 6);
    CHECK(lan.net.counters(0).sent == 0);
}

TEST_CASE("network switch: a sender that finds the queue full is woken when there is room") {
    Lan lan;
    for (u32 i = 0; i < kFull; ++i) REQUIRE(lan.send(0, 1, static_cast<u8>(i)) == Result::sent);
    CHECK(lan.net.take_wakes() == 1U << 1);  // once, for the first
    CHECK(lan.send(0, 1) == Result::full);
    CHECK(lan.send(2, 1) == Result::full);
    CHECK(lan.send(0, 2) == Result::sent);  // others are not touched
    CHECK(lan.net.take_wakes() == 1U << 2);
    for (u32 i = 0; i < kFull / 2; ++i) {
        CHECK(lan.net.take_wakes() == 0);
        CHECK(lan.receive(1)[20] == i);  // in order
    }
    CHECK(lan.net.take_wakes() == 0b101);
    for (u32 i = 0; i < kFull / 2; ++i) REQUIRE(lan.send(2, 1) == Result::sent);
    CHECK(lan.send(2, 1) == Result::full);
    CHECK(lan.net.take_wakes() == 0);
    CHECK(lan.drain(1) == kFull);
    CHECK(lan.net.take_wakes() == 1U << 2);
    CHECK(lan.net.counters(1).lost == 0);
}

TEST_CASE("network switch: a group does not wait for one full queue") {
    Lan lan;
    for (u32 i = 0; i < kFull; ++i) REQUIRE(lan.send(0, 1) == Result::sent);
    lan.net.take_wakes();
    CHECK(lan.send(0, frame(kBroadcast, Switch::mac_of(0))) == Result::sent);
    CHECK(lan.net.take_wakes() == 1U << 2);
    CHECK(lan.net.counters(1).lost == 1);
    CHECK(lan.net.counters(2).lost == 0);
    CHECK(lan.drain(1) == kFull);
    CHECK(lan.drain(2) == 1);
    CHECK(lan.net.take_wakes() == 0);  // nobody waited
}

TEST_CASE("network switch: nobody waits for a port that does not receive") {
    Lan lan;
    for (u32 i = 0; i < kFull; ++i) REQUIRE(lan.send(0, 1) == Result::sent);
    CHECK(lan.send(0, 1) == Result::full);
    lan.net.take_wakes();
    lan.net.let_senders_wait(1, false);
    CHECK(lan.net.take_wakes() == 1U << 0);
    CHECK(lan.send(0, 1) == Result::sent);
    CHECK(lan.net.counters(1).lost == 1);
    CHECK(lan.drain(1) == kFull);
    lan.net.let_senders_wait(1, true);
    for (u32 i = 0; i < kFull; ++i) REQUIRE(lan.send(0, 1) == Result::sent);
    CHECK(lan.send(0, 1) == Result::full);
}

TEST_CASE("network switch: a port that closes lets go of those who wait, and opens empty") {
    Lan lan;
    for (u32 i = 0; i < kFull; ++i) REQUIRE(lan.send(0, 1) == Result::sent);
    CHECK(lan.send(2, 1) == Result::full);
    lan.net.take_wakes();
    SECTION("closed") {
        lan.net.close_port(1);
        CHECK(lan.net.take_wakes() == 1U << 2);
        CHECK(lan.send(2, 1) == Result::sent);
        CHECK(lan.net.counters(2).unknown == 1);
        CHECK(lan.receive(1).empty());
        CHECK(lan.send(1, 0) == Result::refused);
        lan.net.open_port(1, lan.queues[1]);
        CHECK(lan.net.take_wakes() == 0);
    }
    SECTION("opened anew at once") {
        lan.net.open_port(1, lan.queues[1]);
        CHECK(lan.net.take_wakes() == 1U << 2);
    }
    CHECK(lan.receive(1).empty());
    CHECK(lan.send(0, 1) == Result::sent);
    CHECK(lan.net.take_wakes() == 1U << 1);
    CHECK(lan.drain(1) == 1);
}

TEST_CASE("network switch: a sender whose port has closed is not woken") {
    Lan lan;
    for (u32 i = 0; i < kFull; ++i) REQUIRE(lan.send(0, 1) == Result::sent);
    CHECK(lan.send(2, 1) == Result::full);
    CHECK(lan.send(1, 2) == Result::sent);
    lan.net.close_port(2);
    CHECK(lan.net.take_wakes() == 1U << 1);
    CHECK(lan.drain(1) == kFull);
    CHECK(lan.net.take_wakes() == 0);
}

TEST_CASE("network switch: nothing is lost, doubled or out of order between senders that obey") {
    Lan lan(4);
    std::mt19937 random(3);
    std::deque<EthernetFrame> expected[4];
    std::vector<EthernetFrame> retry(4);  // what a sender holds back until it is woken
    u64 moved = 0, waits = 0;
    u32 woken = 0;
    while (moved < 40'000) {
        woken |= lan.net.take_wakes();
        for (u32 port = 0; port < 4; ++port) {
            for (u32 n = static_cast<u32>(random() % 40); n > 0; --n) {
                EthernetFrame f = retry[port];
                if (!f.empty() && (woken >> port & 1) == 0) break;
                const u32 to = static_cast<u32>(random() % 4);
                if (f.empty()) {
                    f = frame(Switch::mac_of(to), Switch::mac_of(port), 14 + static_cast<u32>(random() % 1501));
                    for (u32 i = 14; i < f.size(); ++i) f[i] = static_cast<u8>(random());
                }
                const Result result = lan.send(port, f);
                retry[port] = result == Result::full ? f : EthernetFrame();
                if (result == Result::full) {
                    ++waits;
                    woken &= ~(1U << port);
                    break;
                }
                REQUIRE(result == Result::sent);
                const u32 target = f[5] - 1U;
                if (target != port) expected[target].push_back(f);
            }
        }
        for (u32 port = 0; port < 4; ++port) {
            for (u32 n = static_cast<u32>(random() % 30); n > 0 && !expected[port].empty(); --n) {
                REQUIRE(lan.receive(port) == expected[port].front());
                expected[port].pop_front();
                ++moved;
            }
        }
    }
    CHECK(waits > 100);
    for (u32 port = 0; port < 4; ++port) CHECK(lan.drain(port) == expected[port].size());
}

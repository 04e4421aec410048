// SPDX-License-Identifier: Apache-2.0
// The queue through which the hypervisor drives the board's virtio devices, against a device that the test plays: it
// sees the rings as VIRTIO 1.2, 2.7 lays them out, and answers well or badly.
#include <algorithm>
#include <deque>
#include <memory>
#include <random>
#include <vector>

#include "hyp/platform/virtio_queue.hpp"
#include "tests/unit/catch.hpp"

using namespace ws;
using host_virtio::Buffer;
using host_virtio::Request;
using host_virtio::RequestQueue;

namespace {

constexpr u32 kSize = RequestQueue::kSize;
constexpr u16 kNext = 1, kWrite = 2;

/// The device's side, from the three addresses that it is given.
struct Device {
    struct Descriptor {
        u64 address;
        u32 bytes;
        u16 flags, next;
    };

    explicit Device(RequestQueue& q) : queue(q) {}

    template <class T>
    T& at(Pa part, u64 offset) const {
        return *reinterpret_cast<T*>(part.value + offset);
    }
    u16 available_index() const { return at<u16>(queue.available(), 2); }
    bool has_work() const { return seen != available_index(); }
    u16 next_head() { return at<u16>(queue.available(), 4 + 2 * (seen++ % kSize)); }
    std::vector<Descriptor> chain(u16 head) const {
        std::vector<Descriptor> all;
        for (u32 i = head;;) {
            REQUIRE(i < kSize);
            REQUIRE(all.size() < kSize);
            all.push_back(at<Descriptor>(queue.descriptors(), 16 * i));
            if ((all.back().flags & kNext) == 0) return all;
            i = all.back().next;
        }
    }
    void use(u32 id, u32 bytes) {
        at<u32>(queue.used(), 4 + 8 * (used % kSize)) = id;
        at<u32>(queue.used(), 8 + 8 * (used % kSize)) = bytes;
        publish(static_cast<u16>(used + 1));
    }
    void publish(u16 index) { at<u16>(queue.used(), 2) = used = index; }
    void set_no_notify(bool on) { at<u16>(queue.used(), 0) = on ? 1 : 0; }

    RequestQueue& queue;
    u16 seen = 0, used = 0;
};

struct Pair {
    std::unique_ptr<RequestQueue> queue = std::make_unique<RequestQueue>();
    Device device{*queue};
};

/// A request as the disk's: a header, some data, a status.
Request disk_request(u64 tag, bool read = true) {
    Request request;
    request.lend({Pa(tag), 16, false});
    request.lend({Pa(tag + 0x1000), 512, read});
    request.lend({Pa(tag + 0x2000), 1, true});
    return request;
}

}  // namespace

TEST_CASE("host virtio: the parts of the queue are aligned and apart") {
    Pair p;
    CHECK(p.queue->descriptors().value % 16 == 0);
    CHECK(p.queue->available().value % 2 == 0);
    CHECK(p.queue->used().value % 4 == 0);
    CHECK(p.queue->available() - p.queue->descriptors() >= 16 * kSize);
    CHECK(p.queue->used() - p.queue->available() >= 4 + 2 * kSize);
    CHECK((kSize & (kSize - 1)) == 0);
}

TEST_CASE("host virtio: a request becomes a chain and comes back") {
    Pair p;
    CHECK_FALSE(p.queue->must_notify());
    Request request = disk_request(0x1'2345'0000);
    p.queue->add(request);
    CHECK(p.queue->must_notify());
    CHECK_FALSE(p.queue->must_notify());
    REQUIRE(p.device.has_work());
    const u16 head = p.device.next_head();
    CHECK_FALSE(p.device.has_work());
    const auto chain = p.device.chain(head);
    REQUIRE(chain.size() == 3);
    CHECK(chain[0].address == 0x1'2345'0000);
    CHECK(chain[0].bytes == 16);
    CHECK(chain[0].flags == kNext);
    CHECK(chain[1].address == 0x1'2345'1000);
    CHECK(chain[1].bytes == 512);
    CHECK(chain[1].flags == (kNext | kWrite));
    CHECK(chain[2].address == 0x1'2345'2000);
    CHECK(chain[2].bytes == 1);
    CHECK(chain[2].flags == kWrite);

    CHECK(p.queue->take() == nullptr);
    p.device.use(head, 513);
    CHECK(p.queue->take() == &request);
    CHECK(request.written == 513);
    CHECK(p.queue->take() == nullptr);
    CHECK_FALSE(p.queue->broken());
    CHECK_FALSE(p.queue->must_notify());

    Request small;  // in the same slot: no flag of the longer chain may linger
    small.lend({Pa(0x8000), 64, true});
    p.queue->add(small);
    const auto single = p.device.chain(p.device.next_head());
    REQUIRE(single.size() == 1);
    CHECK(single[0].flags == kWrite);
}

TEST_CASE("host virtio: a device that looks by itself is not notified") {
    Pair p;
    Request first = disk_request(1), second = disk_request(2);
    p.device.set_no_notify(true);
    p.queue->add(first);
    CHECK_FALSE(p.queue->must_notify());
    p.device.set_no_notify(false);
    CHECK_FALSE(p.queue->must_notify());  // nothing since
    p.queue->add(second);
    CHECK(p.queue->must_notify());
}

TEST_CASE("host virtio: what finds no slot waits in line, in order") {
    Pair p;
    constexpr u32 kRequests = 3 * RequestQueue::kSlots;
    std::vector<Request> requests;
    for (u32 i = 0; i < kRequests; ++i) requests.push_back(disk_request(0x10000 * i));
    for (Request& request : requests) p.queue->add(request);
    CHECK(p.device.available_index() == RequestQueue::kSlots);
    p.queue->must_notify();
    for (u32 i = 0; i < kRequests; ++i) {
        INFO(i);
        REQUIRE(p.device.has_work());
        const u16 head = p.device.next_head();
        CHECK(p.device.chain(head)[0].address == 0x10000 * i);
        p.device.use(head, 1);
        CHECK(p.queue->take() == &requests[i]);
        CHECK(p.queue->must_notify() == (i + RequestQueue::kSlots < kRequests));  // one moved up, if there was one
    }
    CHECK_FALSE(p.device.has_work());
    CHECK(p.queue->take() == nullptr);
}

TEST_CASE("host virtio: answers in any order, over many rounds of the indices") {
    Pair p;
    std::mt19937 random(7);
    constexpr u32 kRequests = 70;  // more than the slots
    std::vector<Request> requests(kRequests);
    std::vector<bool> busy(kRequests);
    std::vector<std::pair<u16, u32>> in_device;  // head, length that will be answered
    std::deque<u32> order;                       // as they must reach the device
    std::vector<std::pair<u32, u32>> answered;   // request, length, in the order of the used ring
    u64 done = 0;
    while (done < 100'000) {
        const u32 i = static_cast<u32>(random() % kRequests);
        if (!busy[i]) {
            busy[i] = true;
            requests[i] = disk_request(u64{i} << 32, random() % 2 == 0);
            p.queue->add(requests[i]);
            order.push_back(i);
        }
        while (p.device.has_work() && random() % 4 != 0) {
            const u16 head = p.device.next_head();
            REQUIRE(p.device.chain(head)[0].address >> 32 == order.front());
            order.pop_front();
            in_device.emplace_back(head, 0);
        }
        while (!in_device.empty() && random() % 3 != 0) {
            std::swap(in_device[random() % in_device.size()], in_device.back());
            const auto chain = p.device.chain(in_device.back().first);
            const u32 most = ((chain[1].flags & kWrite) != 0 ? 512 : 0) + 1;
            const u32 length = static_cast<u32>(random() % (most + 1));
            p.device.use(in_device.back().first, length);
            answered.emplace_back(static_cast<u32>(chain[0].address >> 32), length);
            in_device.pop_back();
        }
        if (random() % 2 == 0) continue;
        for (const auto& [number, length] : answered) {
            Request* const taken = p.queue->take();
            REQUIRE(taken == &requests[number]);
            REQUIRE(taken->written == length);
            busy[number] = false;
            ++done;
        }
        REQUIRE(p.queue->take() == nullptr);
        answered.clear();
    }
    CHECK_FALSE(p.queue->broken());
}

TEST_CASE("host virtio: a device that answers nonsense is found out") {
    struct {
        const char* what;
        void (*answer)(Device&, u16 head);
    } const cases[] = {
        {"no descriptor", [](Device& d, u16) { d.use(kSize, 1); }},
        {"far from any", [](Device& d, u16) { d.use(~0U, 1); }},
        {"behind the last slot", [](Device& d, u16) { d.use(3 * RequestQueue::kSlots, 1); }},
        {"the middle of a chain", [](Device& d, u16 head) { d.use(head + 1U, 1); }},
        {"a slot that is free", [](Device& d, u16) { d.use(3 * (RequestQueue::kSlots - 1), 1); }},
        {"more bytes than there is room for", [](Device& d, u16 head) { d.use(head, 514); }},
        {"more than it was asked",
         [](Device& d, u16 head) {
             d.use(head, 1);
             d.publish(static_cast<u16>(d.used + 2));
         }},
        {"an index that goes back", [](Device& d, u16) { d.publish(0xffff); }},
    };
    for (const auto& c : cases) {
        INFO(c.what);
        Pair p;
        Request before = disk_request(3), first = disk_request(1), second = disk_request(2);
        p.queue->add(before);
        p.device.use(p.device.next_head(), 1);
        REQUIRE(p.queue->take() == &before);
        p.queue->add(first);
        p.queue->add(second);
        c.answer(p.device, p.device.next_head());
        CHECK(p.queue->take() == nullptr);
        CHECK(p.queue->broken());
        p.device.use(3, 1);  // it is not listened to any more
        CHECK(p.queue->take() == nullptr);
    }
    Pair p;  // the same one twice
    Request first = disk_request(1), second = disk_request(2);
    p.queue->add(first);
    p.queue->add(second);
    const u16 head = p.device.next_head();
    p.device.use(head, 1);
    p.device.use(head, 1);
    CHECK(p.queue->take() == &first);
    CHECK(p.queue->take() == nullptr);
    CHECK(p.queue->broken());
}

TEST_CASE("host virtio: all requests are taken back from a broken device, once each") {
    Pair p;
    std::vector<Request> requests;
    for (u32 i = 0; i < 2 * RequestQueue::kSlots + 5; ++i) requests.push_back(disk_request(i));
    for (Request& request : requests) p.queue->add(request);
    for (u32 i = 0; i < 4; ++i) {  // four are over, and two slots' worth has moved up behind them
        p.device.use(p.device.next_head(), 1);
        REQUIRE(p.queue->take() == &requests[i]);
    }
    std::vector<Request*> back;
    while (Request* const request = p.queue->take_back()) back.push_back(request);
    CHECK(p.queue->broken());
    std::sort(back.begin(), back.end());
    REQUIRE(back.size() == requests.size() - 4);
    for (u32 i = 0; i < back.size(); ++i) CHECK(back[i] == &requests[i + 4]);
}

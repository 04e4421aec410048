// SPDX-License-Identifier: Apache-2.0
#include "network_switch.hpp"

namespace ws {

namespace {

bool is_group(const MacAddress& address) { return (address.bytes[0] & 1) != 0; }

}  // namespace

void NetworkSwitch::open_port(u32 port, Queue& queue) {
    queue.first = queue.count = 0;
    wake_waiting(ports_[port]);
    ports_[port] = {};
    ports_[port].queue = &queue;
}

void NetworkSwitch::close_port(u32 port) {
    ports_[port].queue = nullptr;
    wake_waiting(ports_[port]);
    for (Port& other : ports_) other.waiting &= ~(1U << port);
    wakes_ &= ~(1U << port);
}

void NetworkSwitch::let_senders_wait(u32 port, bool wait) {
    ports_[port].senders_wait = wait;
    if (!wait) wake_waiting(ports_[port]);
}

void NetworkSwitch::wake_waiting(Port& port) {
    wakes_ |= port.waiting;
    port.waiting = 0;
}

/// The open port with that address, or kPorts.
u32 NetworkSwitch::port_of(const MacAddress& address) const {
    const u32 port = address.bytes[5] - 1U;
    return port < kPorts && address == mac_of(port) && ports_[port].queue != nullptr ? port : kPorts;
}

NetworkSwitch::SendResult NetworkSwitch::send(u32 port, const u8* frame, u32 bytes) {
    Port& sender = ports_[port];
    Header header;
    if (sender.queue == nullptr || bytes < kHeaderBytes || bytes > kMaxFrameBytes) {
        ++sender.counters.refused;
        return SendResult::refused;
    }
    // What is looked at is what is sent: the header is read once, and the compiler may not read it again.
    __builtin_memcpy(&header, frame, kHeaderBytes);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (header.from != mac_of(port)) {
        ++sender.counters.refused;
        return SendResult::refused;
    }
    if (is_group(header.to)) {
        for (u32 other = 0; other < kPorts; ++other) {
            if (other != port && ports_[other].queue != nullptr) enqueue(other, header, frame, bytes);
        }
    } else if (const u32 target = port_of(header.to); target == kPorts || target == port) {
        ++sender.counters.unknown;
    } else {
        Port& receiver = ports_[target];
        if (receiver.queue->count == kQueueFrames && receiver.senders_wait) {
            receiver.waiting |= 1U << port;
            return SendResult::full;
        }
        enqueue(target, header, frame, bytes);
    }
    ++sender.counters.sent;
    return SendResult::sent;
}

void NetworkSwitch::enqueue(u32 port, const Header& header, const u8* frame, u32 bytes) {
    Queue& queue = *ports_[port].queue;
    if (queue.count == kQueueFrames) {
        ++ports_[port].counters.lost;
        return;
    }
    Queue::Frame& slot = queue.frames[(queue.first + queue.count) % kQueueFrames];
    slot.bytes = bytes;
    __builtin_memcpy(slot.data, &header, kHeaderBytes);
    __builtin_memcpy(slot.data + kHeaderBytes, frame + kHeaderBytes, bytes - kHeaderBytes);
    if (queue.count++ == 0) wakes_ |= 1U << port;
}

u32 NetworkSwitch::receive(u32 port, u8* to) {
    Port& receiver = ports_[port];
    if (receiver.queue == nullptr || receiver.queue->count == 0) return 0;
    Queue& queue = *receiver.queue;
    const Queue::Frame& slot = queue.frames[queue.first];
    __builtin_memcpy(to, slot.data, slot.bytes);
    queue.first = (queue.first + 1) % kQueueFrames;
    // Half of it, so that a sender that was woken can send a good many before it waits again.
    if (--queue.count == kQueueFrames / 2) wake_waiting(receiver);
    ++receiver.counters.received;
    return slot.bytes;
}

u32 NetworkSwitch::take_wakes() {
    const u32 wakes = wakes_;
    wakes_ = 0;
    return wakes;
}

}  // namespace ws

// SPDX-License-Identifier: Apache-2.0
// An Ethernet switch between VMs, with a port for each. Which address is where is fixed: a VM sends from its own or not
// at all, so nothing is to be learnt and nothing can be forged. A frame to one VM whose queue is full is not lost: its
// sender is told to try again. No locks, threads or hardware; the kernel calls it with a lock held.
#pragma once

#include "../arch/types.hpp"

namespace ws {

struct MacAddress {
    u8 bytes[6];
    friend constexpr bool operator==(const MacAddress&, const MacAddress&) = default;
};

class NetworkSwitch {
  public:
    static constexpr u32 kPorts = 8;
    static constexpr u32 kHeaderBytes = 14;      ///< destination, source, type (IEEE 802.3, 3.1.1)
    static constexpr u32 kMaxFrameBytes = 1514;  ///< with the header, without the check sequence
    static constexpr u32 kQueueFrames = 64;

    /// Frames that wait for one port's owner.
    struct Queue {
        struct Frame {
            u32 bytes;
            u8 data[kMaxFrameBytes];
        };
        u32 first, count;
        Frame frames[kQueueFrames];
    };

    enum class SendResult : u8 {
        sent,     ///< it is in the queue of whom it is for, or is for nobody here, or was lost there
        full,     ///< nothing was done: send it again when woken
        refused,  ///< it is no frame, or not from the port's own address, or the port is closed
    };

    struct Counters {
        u64 sent = 0;
        u64 received = 0;
        u64 refused = 0;
        u64 unknown = 0;  ///< sent to an address that no open port has
        u64 lost = 0;     ///< for this port, and its queue was full
    };

    /// 02:57:53:00:00:01 for port 0, and so on: locally administered, "WS", and the VM's number as people count.
    static constexpr MacAddress mac_of(u32 port) { return {{0x02, 'W', 'S', 0, 0, static_cast<u8>(port + 1)}}; }

    /// Opens a port; `queue` is its own until the port is closed.
    void open_port(u32 port, Queue& queue);
    /// Nothing comes in or goes out any more; what waits in the queue is dropped.
    void close_port(u32 port);

    /// Sends a frame from `port`. `frame` may be memory that somebody else changes at the same time. To one address:
    /// into that port's queue. To a group: into every other port's queue that has room. To an address that no open port
    /// has: nowhere, for behind the ports there is nobody else who could have it.
    SendResult send(u32 port, const u8* frame, u32 bytes);

    /// The next frame for `port` goes to `to`, which has kMaxFrameBytes. Returns its length, 0 if there is none.
    u32 receive(u32 port, u8* to);

    /// Whether senders wait while the port's queue is full, as they do at first. When its owner cannot take frames for
    /// long they should not: what finds the queue full is lost then, and a VM that receives nothing cannot keep others
    /// from sending to third ones.
    void let_senders_wait(u32 port, bool wait);

    /// The ports (a bit each) whose owners are to look again, since the last call: a queue that was empty has a frame,
    /// or there is room again for what was answered with `full`. A receiver that was woken takes frames until there are
    /// none, or until it cannot; then it comes back by itself.
    u32 take_wakes();

    const Counters& counters(u32 port) const { return ports_[port].counters; }

  private:
    struct Header {
        MacAddress to, from;
        u8 type[2];
    };
    static_assert(sizeof(Header) == kHeaderBytes);

    struct Port {
        Queue* queue = nullptr;  ///< null: closed
        bool senders_wait = true;
        u32 waiting = 0;  ///< senders that were told `full`, a bit each
        Counters counters;
    };

    u32 port_of(const MacAddress& address) const;
    void enqueue(u32 port, const Header& header, const u8* frame, u32 bytes);
    void wake_waiting(Port& port);

    Port ports_[kPorts];
    u32 wakes_ = 0;
};

}  // namespace ws

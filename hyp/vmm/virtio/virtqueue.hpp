// SPDX-License-Identifier: Apache-2.0
// The device's side of a split virtqueue (VIRTIO 1.2, 2.7). The driver owns the descriptor table and the available ring
// and may write anything there, at any time. What no driver may do breaks the queue: it then gives no more chains.
#pragma once

#include "chain.hpp"

namespace ws::virtio {

class Virtqueue {
  public:
    static constexpr u32 kMaxSize = Chain::kMaxSegments;

    /// What the driver says of a queue before it makes it ready.
    struct Layout {
        u32 size = 0;
        Ipa descriptors, driver, device;  ///< descriptor table, available ring, used ring
    };
    struct Features {
        bool indirect = false;     ///< VIRTIO_F_INDIRECT_DESC
        bool event_index = false;  ///< VIRTIO_F_EVENT_IDX
    };
    enum class Next : u8 { none, chain, broken };

    /// False, and broken: the rings are not as 2.7 wants them, or not in RAM.
    bool start(const GuestMemory& memory, const Layout& layout, Features features);
    /// As it was made: not ready.
    void reset() { *this = Virtqueue(); }
    bool ready() const { return ready_; }
    bool broken() const { return broken_; }
    /// The driver has asked what no driver may ask for.
    void refuse() { broken_ = true; }

    /// Takes the next available chain.
    Next pop(Chain& chain);
    /// The chain that pop() gave last is the next one again.
    void put_back() { --next_; }
    /// The driver may have its chain back; the device wrote its first `written` writable bytes.
    void push(const Chain& chain, u32 written);

    /// Does the driver want an interrupt for what was pushed since the last question?
    bool should_interrupt();
    /// Asks the driver for a notification of the next chain. True: there is one already, of which none will come.
    bool ask_for_notification();

  private:
    struct Table;
    struct Descriptor;

    u16 available() const;
    bool collect(u16 head, Chain& chain) const;
    bool enter_indirect(const Descriptor& descriptor, Table& table) const;
    bool append(const Descriptor& descriptor, Chain& chain) const;
    Next broke();

    const GuestMemory* memory_ = nullptr;
    u8* descriptors_ = nullptr;
    u8* driver_ = nullptr;
    u8* device_ = nullptr;
    u32 size_ = 0;
    Features features_;
    bool ready_ = false, broken_ = false;
    // They count on through 65535 to 0 (2.7.6, 2.7.8); what is in the rings is never trusted instead.
    u16 next_ = 0;       ///< the next entry of the available ring
    u16 used_ = 0;       ///< the next of the used ring
    u16 signalled_ = 0;  ///< used_ when should_interrupt() was last asked
};

}  // namespace ws::virtio

// SPDX-License-Identifier: Apache-2.0
#include "virtqueue.hpp"

namespace ws::virtio {

struct Virtqueue::Descriptor {  // 2.7.5
    u64 address;
    u32 bytes;
    u16 flags;
    u16 next;
};

struct Virtqueue::Table {
    const u8* start;
    u32 entries;
    bool indirect;
};

namespace {

// Descriptor flags.
constexpr u16 kNext = 1 << 0;
constexpr u16 kWrite = 1 << 1;
constexpr u16 kIndirect = 1 << 2;

// Both rings: flags, idx, then the entries, then the other side's event index (2.7.6, 2.7.8).
constexpr u32 kIdx = 2;
constexpr u32 kRing = 4;
constexpr u32 kUsedElementBytes = 8;
constexpr u16 kNoInterrupt = 1 << 0;  ///< of the available ring's flags

// The guest's memory is made of bytes; these name fields in it.
using Field16 [[gnu::may_alias]] = u16;
using Field32 [[gnu::may_alias]] = u32;

u16 load16(const u8* from, int order) { return __atomic_load_n(reinterpret_cast<const Field16*>(from), order); }
void store16(u8* to, u16 value, int order) { __atomic_store_n(reinterpret_cast<Field16*>(to), value, order); }
void store32(u8* to, u32 value) { __atomic_store_n(reinterpret_cast<Field32*>(to), value, __ATOMIC_RELAXED); }

constexpr bool is_power_of_2(u32 value) { return value != 0 && (value & (value - 1)) == 0; }
constexpr u64 driver_bytes(u32 size) { return 6 + 2 * u64{size}; }
constexpr u64 device_bytes(u32 size) { return 6 + kUsedElementBytes * u64{size}; }

}  // namespace

bool Virtqueue::start(const GuestMemory& memory, const Layout& layout, Features features) {
    static_assert(sizeof(Descriptor) == 16);
    reset();
    broken_ = true;  // until everything was found right
    const u32 size = layout.size;
    if (!is_power_of_2(size) || size > kMaxSize) return false;
    // The alignments of 2.7, table "alignment and size".
    if (layout.descriptors.value % 16 != 0 || layout.driver.value % 2 != 0 || layout.device.value % 4 != 0)
        return false;
    descriptors_ = memory.at(layout.descriptors, sizeof(Descriptor) * u64{size});
    driver_ = memory.at(layout.driver, driver_bytes(size));
    device_ = memory.at(layout.device, device_bytes(size));
    if (descriptors_ == nullptr || driver_ == nullptr || device_ == nullptr) return false;
    memory_ = &memory;
    size_ = size;
    features_ = features;
    ready_ = true;
    broken_ = false;
    return true;
}

/// How many chains the driver has made available that were not taken. Acquire: they are read after the index that
/// publishes them (2.7.13.3).
u16 Virtqueue::available() const { return static_cast<u16>(load16(driver_ + kIdx, __ATOMIC_ACQUIRE) - next_); }

Virtqueue::Next Virtqueue::broke() {
    refuse();
    return Next::broken;
}

Virtqueue::Next Virtqueue::pop(Chain& chain) {
    if (broken_) return Next::broken;
    if (!ready_) return Next::none;
    const u16 waiting = available();
    if (waiting == 0) return Next::none;
    if (waiting > size_) return broke();
    const u16 head = load16(driver_ + kRing + 2 * (next_ % size_), __ATOMIC_RELAXED);
    if (!collect(head, chain)) return broke();
    ++next_;
    return Next::chain;
}

/// It ends though the chain may be a loop: each step adds a segment, of which there is an end, or enters the indirect
/// table, which happens once.
bool Virtqueue::collect(u16 head, Chain& chain) const {
    chain.head = head;
    chain.readable = chain.writable = 0;
    chain.readable_bytes = chain.writable_bytes = 0;
    Table table{descriptors_, size_, false};
    u16 index = head;
    for (;;) {
        if (index >= table.entries) return false;
        const auto descriptor = read_once<Descriptor>(table.start + sizeof(Descriptor) * index);
        if ((descriptor.flags & kIndirect) != 0) {
            if (!enter_indirect(descriptor, table)) return false;
            index = 0;
            continue;
        }
        if (!append(descriptor, chain)) return false;
        if ((descriptor.flags & kNext) == 0) return true;
        index = descriptor.next;
    }
}

/// The rest of the chain is in a table of its own (2.7.5.3). The flag kWrite means nothing here.
bool Virtqueue::enter_indirect(const Descriptor& descriptor, Table& table) const {
    if (!features_.indirect || table.indirect || (descriptor.flags & kNext) != 0) return false;
    if (descriptor.bytes % sizeof(Descriptor) != 0) return false;
    const u8* const start = memory_->at(Ipa(descriptor.address), descriptor.bytes);
    if (start == nullptr) return false;
    table = {start, static_cast<u32>(descriptor.bytes / sizeof(Descriptor)), true};
    return true;
}

bool Virtqueue::append(const Descriptor& descriptor, Chain& chain) const {
    const u32 count = chain.readable + chain.writable;
    if (count == Chain::kMaxSegments) return false;
    const bool writable = (descriptor.flags & kWrite) != 0;
    if (!writable && chain.writable != 0) return false;
    // The length that goes back to the driver has 32 bits, so no chain is longer.
    const u64 bytes = u64{chain.readable_bytes} + chain.writable_bytes + descriptor.bytes;
    if (bytes >> 32 != 0) return false;
    u8* const data = memory_->at(Ipa(descriptor.address), descriptor.bytes);
    if (data == nullptr) return false;
    chain.segments[count] = {data, descriptor.bytes};
    ++(writable ? chain.writable : chain.readable);
    (writable ? chain.writable_bytes : chain.readable_bytes) += descriptor.bytes;
    return true;
}

void Virtqueue::push(const Chain& chain, u32 written) {
    if (!ready_ || broken_) return;
    u8* const element = device_ + kRing + kUsedElementBytes * (used_ % size_);
    store32(element, chain.head);
    store32(element + 4, written);
    ++used_;
    // Release: who sees the index sees the element, and all that the device wrote into the buffers (2.7.8.2).
    store16(device_ + kIdx, used_, __ATOMIC_RELEASE);
}

bool Virtqueue::should_interrupt() {
    const u16 before = signalled_;
    signalled_ = used_;
    if (!ready_ || broken_ || before == used_) return false;
    // The driver writes its wish, then looks at the used index; the device does it the other way round. A barrier
    // between the two on both sides, and one of them sees the other (2.7.7.2).
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!features_.event_index) return (load16(driver_, __ATOMIC_RELAXED) & kNoInterrupt) == 0;
    const u16 used_event = load16(driver_ + kRing + 2 * size_, __ATOMIC_RELAXED);
    return static_cast<u16>(used_ - used_event - 1) < static_cast<u16>(used_ - before);
}

bool Virtqueue::ask_for_notification() {
    if (!ready_ || broken_) return false;
    // Without event indices the driver notifies always: the flag against it is never set.
    if (features_.event_index) {
        store16(device_ + kRing + kUsedElementBytes * size_, next_, __ATOMIC_RELAXED);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);  // as above, with the sides exchanged (2.7.10)
    }
    return available() != 0;
}

}  // namespace ws::virtio

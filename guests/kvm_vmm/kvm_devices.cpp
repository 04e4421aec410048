// SPDX-License-Identifier: Apache-2.0
#include "kvm_devices.hpp"

#include <unistd.h>

#include "hyp/vmm/guest_device_tree.hpp"
#include "hyp/vmm/virtio/empty_slot.hpp"
#include "kvm_calls.hpp"

namespace ws::kvm {

namespace {

constexpr GuestMachine kPlaces;
constexpr u64 kVirtioBytes = 32 * kPlaces.virtio_bytes;  // of all slots of the board
constexpr u32 kFirstSpi = 32;

}  // namespace

KvmDevices::KvmDevices(const KvmMachine& machine) : machine_(machine), serial_port_(transmit, this) {}

bool KvmDevices::access(u64 address, u32 bytes, bool is_write, u64& value) {
    if (address - kPlaces.virtio < kVirtioBytes) {
        if (!is_write)
            value = virtio::read_empty_slot(static_cast<u32>((address - kPlaces.virtio) % kPlaces.virtio_bytes), bytes);
        return true;
    }
    if (address - kPlaces.uart < kPlaces.uart_bytes) {
        return access_serial_port(static_cast<u32>(address - kPlaces.uart), bytes, is_write, value);
    }
    return false;
}

bool KvmDevices::access_serial_port(u32 offset, u32 bytes, bool is_write, u64& value) {
    const std::lock_guard locked(lock_);
    const bool is_there = is_write ? serial_port_.write(offset, bytes, value) : serial_port_.read(offset, bytes, value);
    if (serial_port_.irq() != line_) {
        line_ = !line_;
        machine_.set_line(kFirstSpi + kPlaces.uart_spi, line_);
    }
    return is_there;
}

void KvmDevices::transmit(void* devices, u8 character) {
    std::string& text = static_cast<KvmDevices*>(devices)->text_;
    text += static_cast<char>(character);
    constexpr std::size_t kLongest = 240;
    if (character != '\n' && text.size() < kLongest) return;
    must(::write(STDOUT_FILENO, text.data(), text.size()), "the console");
    text.clear();
}

void KvmDevices::flush() {
    const std::lock_guard locked(lock_);
    if (!text_.empty()) must(::write(STDOUT_FILENO, text_.data(), text_.size()), "the console");
    text_.clear();
}

}  // namespace ws::kvm

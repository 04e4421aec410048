// SPDX-License-Identifier: Apache-2.0
#include "network_device.hpp"

#include "serve.hpp"

namespace ws::virtio {

namespace {

// Feature bits (5.1.3).
constexpr u64 kMtuGiven = 1ULL << 3;
constexpr u64 kMacGiven = 1ULL << 5;

/// In front of each frame (5.1.6). num_buffers is there with every driver of VIRTIO 1.x.
struct Header {
    u8 flags = 0, gso_type = 0;
    u16 hdr_len = 0, gso_size = 0, csum_start = 0, csum_offset = 0;
    u16 num_buffers = 1;
};
static_assert(sizeof(Header) == 12);

}  // namespace

NetworkDevice::NetworkDevice(const GuestMemory& memory, InterruptLine line, const u8 (&mac)[6], Transmit transmit,
                             void* context)
    : config_{{mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]}, 0, 0, kMtu},
      transport_(Identity{1, 2, kMacGiven | kMtuGiven, reinterpret_cast<const u8*>(&config_), sizeof(config_)}, memory,
                 line),
      transmit_(transmit),
      context_(context) {}

void NetworkDevice::reset() {
    transport_.reset();
    starved_ = false;
    dropped_ = 0;
}

bool NetworkDevice::service() {
    serve_notified(transport_, kTransmitQueue, [this](const Chain& chain) {
        Cursor input = chain.input();
        // The header asks for nothing: without offloads all in it is 0 (5.1.6.2.1).
        if (input.skip(sizeof(Header)) != sizeof(Header)) return Outcome::wrong();
        const u32 bytes = chain.readable_bytes - u32{sizeof(Header)};
        if (bytes < kMinFrameBytes || bytes > kMaxFrameBytes) {
            ++dropped_;
            return Outcome::done(0);
        }
        input.read(frame_, bytes);
        return transmit_(context_, frame_, bytes) ? Outcome::done(0) : Outcome::later();
    });
    if (transport_.take_notification(kReceiveQueue)) starved_ = false;
    return transport_.has_work();
}

bool NetworkDevice::receive(const u8* frame, u32 bytes) {
    bool fits = true;
    const Served served = serve(transport_, kReceiveQueue, 1, [&](const Chain& chain) {
        const Header header;
        fits = chain.writable_bytes >= sizeof(header) && chain.writable_bytes - sizeof(header) >= bytes;
        if (!fits) return Outcome::later();
        Cursor output = chain.output();
        output.write(reinterpret_cast<const u8*>(&header), sizeof(header));
        output.write(frame, bytes);
        return Outcome::done(u32{sizeof(header)} + bytes);
    });
    // The frame is lost, as on a wire; the buffer serves for a smaller one (5.1.6.3.1 only advises of the size).
    if (!fits || served == Served::off) ++dropped_;
    starved_ = served == Served::all;
    return !starved_;
}

}  // namespace ws::virtio

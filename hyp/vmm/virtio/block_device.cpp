// SPDX-License-Identifier: Apache-2.0
#include "block_device.hpp"

#include "serve.hpp"

namespace ws::virtio {

struct BlockDevice::Header {  // 5.2.6
    u32 type;
    u32 reserved;
    u64 sector;
};

namespace {

constexpr u32 kRequestQueue = 0;

// Feature bits (5.2.3).
constexpr u64 kSegMax = 1ULL << 2;
constexpr u64 kReadOnly = 1ULL << 5;
constexpr u64 kBlkSize = 1ULL << 6;
constexpr u64 kFlush = 1ULL << 9;

// Types of request.
constexpr u32 kIn = 0;
constexpr u32 kOut = 1;
constexpr u32 kFlushRequest = 4;
constexpr u32 kGetId = 8;

constexpr u8 kOk = 0;
constexpr u8 kIoError = 1;
constexpr u8 kUnsupported = 2;

constexpr u8 status_of(bool good) { return good ? kOk : kIoError; }

constexpr u64 features_of(const BlockDevice::Disk& disk) {
    return kSegMax | kBlkSize | kFlush | (disk.read_only ? kReadOnly : 0);
}

/// Whole sectors, as many as lie together; 0 if the next one is in pieces.
u32 sectors_together(const Cursor& cursor, u32 most) {
    const u32 together = cursor.together();
    return (together < most ? together : most) / BlockDevice::kSectorBytes * BlockDevice::kSectorBytes;
}

}  // namespace

BlockDevice::BlockDevice(const GuestMemory& memory, InterruptLine line, const Disk& disk, const Backend& backend)
    : disk_(disk),
      backend_(backend),
      // Two segments of a chain are the header and the status.
      config_{disk.sectors, 0, Chain::kMaxSegments - 2, 0, kSectorBytes},
      transport_(Identity{2, 1, features_of(disk), reinterpret_cast<const u8*>(&config_), sizeof(config_)}, memory,
                 line) {}

bool BlockDevice::service() {
    if (!transport_.take_notification(kRequestQueue)) return transport_.has_work();
    const auto handle = [this](const Chain& chain) {
        Header header{};
        Cursor input = chain.input();
        if (chain.writable_bytes == 0 || !input.read(header)) return Outcome::wrong();
        const u32 input_bytes = chain.readable_bytes - u32{sizeof(header)};
        const u32 output_bytes = chain.writable_bytes - 1;  // the last byte is the status
        const Answer done = answer(header, input, input_bytes, chain.output(), output_bytes);
        Cursor last = chain.output();
        last.skip(output_bytes);
        last.write(&done.status, 1);
        // The length counts what was written without a gap (2.7.8.2).
        return Outcome::done(done.filled == output_bytes ? done.filled + 1 : done.filled);
    };
    // One by one, so that the driver hears of each: the next may take long.
    Served served = Served::some;
    for (u32 count = 0; count < Virtqueue::kMaxSize && served == Served::some; ++count) {
        served = serve(transport_, kRequestQueue, 1, handle);
    }
    if (served == Served::some) transport_.notify(kRequestQueue);
    return transport_.has_work();
}

BlockDevice::Answer BlockDevice::answer(const Header& header, Cursor input, u32 input_bytes, Cursor output,
                                        u32 output_bytes) {
    switch (header.type) {
        case kIn: return read_sectors(header.sector, output, output_bytes);
        case kOut: return {write_sectors(header.sector, input, input_bytes), 0};
        case kFlushRequest: return {status_of(backend_.flush(backend_.context)), 0};
        case kGetId: {
            const u32 wanted = output_bytes < kIdBytes ? output_bytes : kIdBytes;
            return {kOk, write_id(output, wanted)};
        }
        default: return {kUnsupported, 0};
    }
}

bool BlockDevice::is_on_disk(u64 sector, u32 bytes) const {
    return bytes % kSectorBytes == 0 && sector <= disk_.sectors && bytes / kSectorBytes <= disk_.sectors - sector;
}

BlockDevice::Answer BlockDevice::read_sectors(u64 sector, Cursor output, u32 bytes) {
    if (!is_on_disk(sector, bytes)) return {kIoError, 0};
    for (u32 done = 0; done < bytes;) {
        const u64 next = sector + done / kSectorBytes;
        const u32 together = sectors_together(output, bytes - done);
        if (together != 0) {
            if (!backend_.read(backend_.context, next, output.next(together).data, together)) return {kIoError, done};
            done += together;
        } else {
            u8 one[kSectorBytes];
            if (!backend_.read(backend_.context, next, one, kSectorBytes)) return {kIoError, done};
            done += output.write(one, kSectorBytes);
        }
    }
    return {kOk, bytes};
}

u8 BlockDevice::write_sectors(u64 sector, Cursor input, u32 bytes) {
    if (disk_.read_only || !is_on_disk(sector, bytes)) return kIoError;
    for (u32 done = 0; done < bytes;) {
        const u64 next = sector + done / kSectorBytes;
        const u32 together = sectors_together(input, bytes - done);
        if (together != 0) {
            if (!backend_.write(backend_.context, next, input.next(together).data, together)) return kIoError;
            done += together;
        } else {
            u8 one[kSectorBytes];
            done += input.read(one, kSectorBytes);
            if (!backend_.write(backend_.context, next, one, kSectorBytes)) return kIoError;
        }
    }
    // A driver that cannot flush relies on it that what is done is on the medium (5.2.6.2).
    return transport_.has_feature(kFlush) || backend_.flush(backend_.context) ? kOk : kIoError;
}

/// A text of fewer characters than there are is followed by zeros (5.2.6).
u32 BlockDevice::write_id(Cursor output, u32 bytes) const {
    u8 id[kIdBytes] = {};
    for (u32 i = 0; i < kIdBytes && disk_.id[i] != 0; ++i) id[i] = static_cast<u8>(disk_.id[i]);
    return output.write(id, bytes);
}

}  // namespace ws::virtio

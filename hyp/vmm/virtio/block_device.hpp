// SPDX-License-Identifier: Apache-2.0
// A disk (VIRTIO 1.2, 5.2). One request after the other, in the queue's order.
#pragma once

#include "transport.hpp"

namespace ws::virtio {

class BlockDevice {
  public:
    static constexpr u32 kSectorBytes = 512;
    static constexpr u32 kIdBytes = 20;

    /// Where the sectors are. `bytes` is a multiple of kSectorBytes and nothing is beyond the capacity; the memory is
    /// the guest's, or the device's. False is an error.
    struct Backend {
        void* context = nullptr;
        bool (*read)(void* context, u64 sector, u8* to, u32 bytes) = nullptr;
        bool (*write)(void* context, u64 sector, const u8* from, u32 bytes) = nullptr;
        /// All that was written is on the medium when this returns.
        bool (*flush)(void* context) = nullptr;
    };
    struct Disk {
        u64 sectors = 0;
        bool read_only = false;
        const char* id = "";  ///< up to kIdBytes characters
    };

    BlockDevice(const GuestMemory& memory, InterruptLine line, const Disk& disk, const Backend& backend);

    Transport& transport() { return transport_; }
    void reset() { transport_.reset(); }
    /// Serves what was notified. True: there is more to do.
    bool service();

  private:
    struct Header;
    struct Config {  // 5.2.4, up to the last field that is offered
        u64 capacity;
        u32 size_max;
        u32 seg_max;
        u32 geometry;
        u32 blk_size;
    };
    /// How a request went: its status byte, and how much of the driver's data buffer is filled.
    struct Answer {
        u8 status;
        u32 filled;
    };

    Answer answer(const Header& header, Cursor input, u32 input_bytes, Cursor output, u32 output_bytes);
    Answer read_sectors(u64 sector, Cursor output, u32 bytes);
    u8 write_sectors(u64 sector, Cursor input, u32 bytes);
    u32 write_id(Cursor output, u32 bytes) const;
    bool is_on_disk(u64 sector, u32 bytes) const;

    Disk disk_;
    Backend backend_;
    Config config_;
    Transport transport_;
};

}  // namespace ws::virtio

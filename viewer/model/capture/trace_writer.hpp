// SPDX-License-Identifier: Apache-2.0
// Writes a trace folder: `metadata` first, then packets as they come. Whatever goes wrong, what is on disk is whole
// packets: a packet that could not be written in full is taken away again.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "viewer/model/format/capture_lock.hpp"
#include "viewer/model/format/metadata.hpp"
#include "viewer/model/format/packet.hpp"

namespace ws::model {

class TraceWriter {
  public:
    /// Makes the folder and writes its metadata, which says that the capture is under way.
    /// Throws TraceError: a trace is there already, no right to write, disk full.
    TraceWriter(std::filesystem::path folder, Metadata metadata, u32 cpus);
    ~TraceWriter();
    TraceWriter(const TraceWriter&) = delete;
    TraceWriter& operator=(const TraceWriter&) = delete;

    /// Stamps magic, UUID, stream and checksum and appends the packet to its CPU's stream. `header` replaces the one
    /// that `packet` starts with. Throws TraceError, which says what is complete.
    void append(u32 cpu, trace::PacketHeader header, std::vector<u8>& packet);

    /// Writes the metadata anew, with the number of packets of each CPU.
    void finish();

    u64 packets() const;
    u64 bytes() const { return bytes_; }

  private:
    struct Stream {
        int file = -1;
        u64 packets = 0;
        u64 bytes = 0;
    };

    std::filesystem::path stream_path(u32 cpu) const;
    void open_stream(u32 cpu);

    std::filesystem::path folder_;
    std::optional<CaptureLock> lock_;
    Metadata metadata_;
    std::vector<Stream> streams_;
    u64 bytes_ = 0;
};

}  // namespace ws::model

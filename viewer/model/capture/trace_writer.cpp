// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/capture/trace_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "viewer/model/base/atomic_file.hpp"
#include "viewer/model/base/error.hpp"

namespace ws::model {

namespace fs = std::filesystem;

namespace {

/// Writes all of `bytes`; returns 0 or an errno value.
int write_all(int file, Bytes bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        if (count == 0) return EIO;
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return 0;
}

void make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw TraceError(folder.string(), fmt::format("cannot be made: {}", error.message()));
    const bool empty = fs::is_empty(folder, error);
    if (error) throw TraceError(folder.string(), fmt::format("cannot be read: {}", error.message()));
    if (!empty) throw TraceError(folder.string(), "is not empty; give a new folder or take the old trace away");
}

}  // namespace

TraceWriter::TraceWriter(fs::path folder, Metadata metadata, u32 cpus)
    : folder_(std::move(folder)), metadata_(std::move(metadata)), streams_(cpus) {
    make_folder(folder_);
    lock_.emplace(folder_);
    metadata_.set(kPacketsKey, kCaptureOpen);
    write_atomically(folder_ / "metadata", make_metadata(metadata_));
}

TraceWriter::~TraceWriter() {
    for (const Stream& stream : streams_) {
        if (stream.file >= 0) ::close(stream.file);
    }
}

fs::path TraceWriter::stream_path(u32 cpu) const {
    return folder_ / fmt::format("stream_{}", cpu);
}

void TraceWriter::open_stream(u32 cpu) {
    streams_[cpu].file = ::open(stream_path(cpu).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (streams_[cpu].file < 0) {
        throw TraceError(stream_path(cpu).string(), fmt::format("cannot be made: {}", std::strerror(errno)));
    }
}

void TraceWriter::append(u32 cpu, trace::PacketHeader header, std::vector<u8>& packet) {
    header.magic = trace::kCtfMagic;
    std::copy(metadata_.uuid.begin(), metadata_.uuid.end(), header.uuid);
    header.stream_id = 0;
    header.content_size = header.packet_size = packet.size() * 8;
    header.cpu_id = cpu;
    header.checksum = 0;
    std::memcpy(packet.data(), &header, sizeof(header));
    header.checksum = packet_checksum(packet);
    std::memcpy(packet.data(), &header, sizeof(header));

    Stream& stream = streams_[cpu];
    if (stream.file < 0) open_stream(cpu);
    if (const int problem = write_all(stream.file, packet); problem != 0) {
        const bool trimmed = ::ftruncate(stream.file, static_cast<off_t>(stream.bytes)) == 0;
        throw TraceError(stream_path(cpu).string(),
                         fmt::format("cannot be written: {}; {} packets ({} bytes) in all streams are complete{}",
                                     std::strerror(problem), packets(), bytes_,
                                     trimmed ? " and can be read" : ", the last one is cut off"));
    }
    ++stream.packets;
    stream.bytes += packet.size();
    bytes_ += packet.size();
}

void TraceWriter::finish() {
    std::string counts;
    for (u32 cpu = 0; cpu < streams_.size(); ++cpu) {
        Stream& stream = streams_[cpu];
        if (stream.file >= 0 && ::close(std::exchange(stream.file, -1)) != 0) {
            throw TraceError(stream_path(cpu).string(), fmt::format("cannot be written: {}", std::strerror(errno)));
        }
        counts += fmt::format("{}{}", counts.empty() ? "" : " ", stream.packets);
    }
    metadata_.set(kPacketsKey, counts);
    write_atomically(folder_ / "metadata", make_metadata(metadata_));
}

u64 TraceWriter::packets() const {
    u64 sum = 0;
    for (const Stream& stream : streams_) sum += stream.packets;
    return sum;
}

}  // namespace ws::model

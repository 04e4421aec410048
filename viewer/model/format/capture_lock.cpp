// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/format/capture_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

namespace ws::model {

namespace fs = std::filesystem;

namespace {

int open_folder(const fs::path& folder) {
    return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

}  // namespace

CaptureLock::CaptureLock(const fs::path& trace_folder) : folder_(open_folder(trace_folder)) {
    if (folder_ >= 0) (void)::flock(folder_, LOCK_EX | LOCK_NB);
}

CaptureLock::~CaptureLock() {
    if (folder_ >= 0) ::close(folder_);
}

bool CaptureLock::held(const fs::path& trace_folder) {
    const int folder = open_folder(trace_folder);
    if (folder < 0) return false;
    const bool refused = ::flock(folder, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ::close(folder);
    return refused;
}

u64 bytes_written(const fs::path& trace_folder) {
    u64 bytes = 0;
    std::error_code error;
    for (fs::directory_iterator file(trace_folder, error), end; !error && file != end; file.increment(error)) {
        if (file->path().filename().string().rfind("stream_", 0) != 0) continue;
        const u64 size = file->file_size(error);
        if (!error) bytes += size;
    }
    return bytes;
}

}  // namespace ws::model

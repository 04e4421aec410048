// SPDX-License-Identifier: Apache-2.0
// A capture at work holds a lock on its trace folder (flock(2)). The kernel lets go of it however the capture ends, so
// who looks at the folder can tell a trace that still grows from one whose capture died.
#pragma once

#include <filesystem>

#include "hyp/arch/types.hpp"

namespace ws::model {

class CaptureLock {
  public:
    /// Held as long as this lives. A file system without locks is no error: the trace is only not seen to be live.
    explicit CaptureLock(const std::filesystem::path& trace_folder);
    ~CaptureLock();
    CaptureLock(const CaptureLock&) = delete;
    CaptureLock& operator=(const CaptureLock&) = delete;

    /// Does a capture write into this folder?
    static bool held(const std::filesystem::path& trace_folder);

  private:
    int folder_;
};

/// Bytes of all stream files in a trace folder; 0 if there is none.
u64 bytes_written(const std::filesystem::path& trace_folder);

}  // namespace ws::model

// SPDX-License-Identifier: Apache-2.0
// The one way in which a file is written: a plain file is there in whole or not at all, since it is written under
// another name beside its own and gets its own at the end. What is no plain file is kept and written as it is: a
// device, a pipe, an open file of this program's (/dev/stdout). Where the name is a link, the link is kept: the file
// behind it is written.
#pragma once

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>

namespace ws::model {

class AtomicFile {
  public:
    /// Throws TraceError, as all below: with the file and why, such as a full disk.
    explicit AtomicFile(const std::filesystem::path& file);
    /// Removes what was written if finish() was not called.
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(const std::string& text);
    /// Everything is on the disk: the file gets its name, in place of a former one, whose owner and rights it keeps.
    void finish();

  private:
    [[noreturn]] void fail(int error) const;
    int open_beside();
    int open_as_it_is();
    void close_stream();

    std::filesystem::path file_;
    std::filesystem::path unfinished_;  ///< empty for what is no plain file
    std::FILE* stream_ = nullptr;
    std::optional<void (*)(int)> former_sigpipe_;  ///< while it is another one; SIG_DFL is a null pointer
};

/// Writes a file at once.
void write_atomically(const std::filesystem::path& file, const std::string& text);

/// Throws TraceError if `file` is one of those that a run has written, under whichever name, or would be taken for one:
/// what somebody exports must not cost them the run. `trace_folder` is that of an open trace.
void spare_run_files(const std::filesystem::path& file, const std::filesystem::path& trace_folder);

}  // namespace ws::model

// SPDX-License-Identifier: Apache-2.0
// A file that is there in whole or not at all: it is written under another name and gets its own at the end. Where the
// name is a link, that of the file behind it; a device or a pipe has no other name and is written as it is.
#pragma once

#include <cstdio>
#include <filesystem>
#include <string>

namespace ws::model {

class WholeFile {
  public:
    /// Throws TraceError, as all below: with the file and why, such as a full disk.
    explicit WholeFile(const std::filesystem::path& file);
    /// Removes what was written if finish() was not called.
    ~WholeFile();
    WholeFile(const WholeFile&) = delete;
    WholeFile& operator=(const WholeFile&) = delete;

    void write(const std::string& text);
    /// Everything is on the disk: the file gets its name, in place of a former one.
    void finish();

  private:
    [[noreturn]] void fail(int error) const;

    std::filesystem::path file_;
    std::filesystem::path unfinished_;  ///< empty for a device or a pipe
    std::FILE* stream_;
};

}  // namespace ws::model

// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/whole_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "viewer/model/error.hpp"

namespace ws::model {

WholeFile::WholeFile(const std::filesystem::path& file)
    : file_(file),
      unfinished_(fmt::format("{}.{}.new", file.string(), ::getpid())),
      stream_(std::fopen(unfinished_.c_str(), "wb")) {
    if (stream_ == nullptr) fail(errno);
}

WholeFile::~WholeFile() {
    if (stream_ == nullptr) return;
    std::fclose(stream_);
    std::error_code ignored;
    std::filesystem::remove(unfinished_, ignored);
}

void WholeFile::fail(int error) const {
    throw TraceError(file_.string(), fmt::format("cannot be written: {}", std::strerror(error)));
}

void WholeFile::write(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stream_) != text.size()) fail(errno);
}

void WholeFile::finish() {
    if (std::fflush(stream_) != 0 || ::fsync(::fileno(stream_)) != 0) fail(errno);
    std::error_code problem;
    std::filesystem::rename(unfinished_, file_, problem);
    if (problem) fail(problem.value());
    std::fclose(stream_);
    stream_ = nullptr;
}

}  // namespace ws::model

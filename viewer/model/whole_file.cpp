// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/whole_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "viewer/model/error.hpp"

namespace ws::model {

namespace {

/// The file behind links, which need not be there yet; the name itself where it is no link.
std::filesystem::path behind_links(std::filesystem::path file) {
    static constexpr int kMostLinks = 40;  // as the kernel has it
    for (int link = 0; link < kMostLinks; ++link) {
        std::error_code error;
        const std::filesystem::path behind = std::filesystem::read_symlink(file, error);
        if (error) break;
        file = file.parent_path() / behind;  // which is `behind` alone where that is absolute
    }
    return file;
}

bool is_stream(const std::filesystem::path& file) {
    std::error_code error;
    return std::filesystem::is_other(std::filesystem::status(file, error));
}

}  // namespace

WholeFile::WholeFile(const std::filesystem::path& file)
    : file_(is_stream(file) ? file : behind_links(file)),
      unfinished_(is_stream(file) ? "" : fmt::format("{}.{}.new", file_.string(), ::getpid())),
      stream_(std::fopen(unfinished_.empty() ? file_.c_str() : unfinished_.c_str(), "wb")) {
    if (stream_ == nullptr) fail(errno);
}

WholeFile::~WholeFile() {
    if (stream_ == nullptr) return;
    std::fclose(stream_);
    std::error_code ignored;
    if (!unfinished_.empty()) std::filesystem::remove(unfinished_, ignored);
}

void WholeFile::fail(int error) const {
    throw TraceError(file_.string(), fmt::format("cannot be written: {}", std::strerror(error)));
}

void WholeFile::write(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stream_) != text.size()) fail(errno);
}

void WholeFile::finish() {
    if (std::fflush(stream_) != 0) fail(errno);
    if (!unfinished_.empty()) {
        if (::fsync(::fileno(stream_)) != 0) fail(errno);
        std::error_code problem;
        std::filesystem::rename(unfinished_, file_, problem);
        if (problem) fail(problem.value());
    }
    std::fclose(stream_);
    stream_ = nullptr;
}

}  // namespace ws::model

// SPDX-License-Identifier: Apache-2.0
#include "raw_log_file.hpp"

#include <algorithm>

bool RawLogFile::open(const char* name) {
    file_ = std::fopen(name, "wb");
    if (file_ == nullptr) return false;
    static constexpr std::size_t kBuffer = std::size_t{1} << 20;
    std::setvbuf(file_, nullptr, _IOFBF, kBuffer);
    const std::uint64_t head[] = {ws::raw::kRawMagic, ws::raw::kRawVersion};
    write(head, 2);
    return true;
}

void RawLogFile::write(const std::uint64_t* words, std::size_t count) {
    failed_ = std::fwrite(words, sizeof(*words), count, file_) != count || failed_;
    bytes_ += count * sizeof(*words);
}

void RawLogFile::put(ws::raw::Kind kind, unsigned cpu, std::uint64_t time, const std::uint64_t* words,
                     std::size_t count) {
    cut_ = cut_ || bytes_ + (count + 1) * sizeof(*words) > limit_;
    if (cut_) return;
    // What is undone of an instruction that another CPU has been told of already cannot set the clock back.
    const std::uint64_t elapsed = time > time_ ? std::min<std::uint64_t>(time - time_, 0xffff'ffff) : 0;
    time_ += elapsed;
    const std::uint64_t header = ws::raw::header(kind, cpu, count, elapsed);
    write(&header, 1);
    write(words, count);
}

const char* RawLogFile::close() {
    failed_ = std::fclose(file_) != 0 || failed_;
    if (failed_) return "the log cannot be written";
    return cut_ ? "the log has come to its limit; what came then is left out" : nullptr;
}

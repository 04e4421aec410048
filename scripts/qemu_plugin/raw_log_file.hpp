// SPDX-License-Identifier: Apache-2.0
// Writes the raw log (viewer/model/peers/raw_log.hpp).
#pragma once

#include <cstdio>
#include <initializer_list>
#include <vector>

#include "viewer/model/peers/raw_log.hpp"

class RawLogFile {
  public:
    bool open(const char* name);
    /// Not more than so many bytes: what comes then is left out, and good() says so.
    void set_limit(std::uint64_t bytes) { limit_ = bytes; }

    /// `time` is that of the record, which must not be before the last one's.
    void put(ws::raw::Kind kind, unsigned cpu, std::uint64_t time, const std::uint64_t* words, std::size_t count);
    void put(ws::raw::Kind kind, unsigned cpu, std::uint64_t time, std::initializer_list<std::uint64_t> words) {
        put(kind, cpu, time, words.begin(), words.size());
    }
    /// The clock starts anew: a window_begin record follows, which tells the time.
    void start_clock(std::uint64_t time) { time_ = time; }
    /// Returns what went wrong, or null.
    const char* close();

  private:
    void write(const std::uint64_t* words, std::size_t count);

    std::FILE* file_ = nullptr;
    std::uint64_t time_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t limit_ = ~std::uint64_t{0};
    bool failed_ = false;
    bool cut_ = false;
};

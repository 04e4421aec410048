// SPDX-License-Identifier: Apache-2.0
// What the programs for Linux share. They compile for the host too, where the tests run them.
//
// A program checks its own work. It prints one line, "@app {...}", and ends with 0; or it says on stderr what was wrong
// and ends with 1, or with 2 if it was called wrongly. The line has no times in it: it is the same on every machine.
#pragma once

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

namespace app {

using u8 = std::uint8_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

enum Status { kSuccess = 0, kFailure = 1, kUsage = 2 };

/// Ends the process: what is wrong, and errno's words where `failed_call` says that they belong to it.
[[noreturn, gnu::format(printf, 2, 3)]] inline void fail(bool failed_call, const char* format, ...) {
    const char* why = failed_call ? std::strerror(errno) : nullptr;
    std::va_list values;
    va_start(values, format);
    std::fprintf(stderr, "%s: ", program_invocation_short_name);
    std::vfprintf(stderr, format, values);
    std::fprintf(stderr, why ? ": %s\n" : "\n", why);
    va_end(values);
    std::exit(kFailure);
}

[[noreturn]] inline void usage(const char* words) {
    std::fprintf(stderr, "usage: %s %s\n", program_invocation_short_name, words);
    std::exit(kUsage);
}

/// The result of a system call, which has to be one.
template <class T>
T must(T result, const char* what) {
    if (result < 0) fail(true, "%s", what);
    return result;
}

inline void expect(bool held, const char* what) {
    if (!held) fail(false, "%s", what);
}

/// A whole decimal number from 1 on, or the end of the process.
inline u64 count_of(std::string_view text, const char* words) {
    u64 value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value == 0) usage(words);
    return value;
}

/// A file descriptor that is closed in the end.
class Fd {
  public:
    explicit Fd(int number) : number_(number) {}
    Fd(Fd&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Fd() { close(); }

    int get() const { return number_; }
    void close() {
        if (number_ >= 0) ::close(number_);
        number_ = -1;
    }

  private:
    int number_;
};

inline void write_all(int fd, std::span<const u8> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        bytes = bytes.subspan(static_cast<std::size_t>(must(written, "write")));
    }
}

/// Fills `bytes`, or as much of it as there is before the end of the file; says how much.
inline std::size_t read_all(int fd, std::span<u8> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t got = ::read(fd, bytes.data() + done, bytes.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (must(got, "read") == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

template <class T>
std::span<u8> bytes_of(T& value) {
    return {reinterpret_cast<u8*>(&value), sizeof(value)};
}

/// Bytes that look random and can be made again from their seed (xorshift64*).
class Pattern {
  public:
    explicit Pattern(u64 seed) : state_(seed * 0x9e37'79b9'7f4a'7c15 + 1) {}

    u64 next() {
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        return state_ * 0x2545'f491'4f6c'dd1d;
    }
    /// Eight bytes at a time: the work is to be Linux's, not ours.
    void fill(std::span<u8> bytes) {
        for (std::size_t at = 0; at < bytes.size(); at += sizeof(u64)) {
            const u64 word = next();
            std::memcpy(bytes.data() + at, &word, std::min(sizeof(word), bytes.size() - at));
        }
    }

  private:
    u64 state_;
};

/// A checksum that also depends on the order (FNV-1a, of words of eight bytes). The pieces that are added, but for the
/// last, are whole words.
class Checksum {
  public:
    void add(std::span<const u8> bytes) {
        for (std::size_t at = 0; at < bytes.size(); at += sizeof(u64)) {
            u64 word = 0;
            std::memcpy(&word, bytes.data() + at, std::min(sizeof(word), bytes.size() - at));
            value_ = std::rotl((value_ ^ word) * 0x100'0000'01b3, 29);
        }
    }
    u64 value() const { return value_; }

  private:
    u64 value_ = 0xcbf2'9ce4'8422'2325;
};

/// A child process that runs `work` and ends with success when that returns.
template <class Work>
pid_t start(Work work) {
    const pid_t child = must(::fork(), "fork");
    if (child == 0) {
        work();
        std::_Exit(kSuccess);
    }
    return child;
}

/// Waits for one child, any if `child` is -1; it has to have succeeded.
inline void wait_for_success(pid_t child) {
    int status = 0;
    pid_t ended = 0;
    while ((ended = ::waitpid(child, &status, 0)) < 0 && errno == EINTR) {
    }
    must(ended, "waitpid");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != kSuccess) {
        fail(false, "process %d failed with status %#x", static_cast<int>(ended), static_cast<unsigned>(status));
    }
}

}  // namespace app

// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/peers/raw_log_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "hyp/trace/format/layout.hpp"
#include "viewer/model/base/error.hpp"
#include "viewer/model/base/mapped_file.hpp"
#include "viewer/model/format/beyond_any_run.hpp"

namespace ws::model {
namespace {

constexpr std::size_t kHeadWords = 2;

std::vector<u64> words_of_file(const std::filesystem::path& file) {
    const MappedFile mapped(file);
    std::vector<u64> words(mapped.size() / sizeof(u64));
    if (!words.empty()) std::memcpy(words.data(), mapped.bytes().data(), words.size() * sizeof(u64));
    if (mapped.lost()) throw TraceError(file.string(), "was cut off while it was read");
    return words;
}

}  // namespace

std::optional<std::size_t> words_of_kind(u64 kind) {
    constexpr std::size_t kGeneral = raw::kGeneralRegisters;
    switch (static_cast<raw::Kind>(kind)) {
        case raw::Kind::window_begin: return 2;
        case raw::Kind::window_end: return 1;
        case raw::Kind::known: return 3;
        case raw::Kind::mark: return 6;
        case raw::Kind::exception: return 10 + kGeneral;
        case raw::Kind::exception_return: return 7 + kGeneral;
        case raw::Kind::read: return 3;
        case raw::Kind::stored: return 3;
        case raw::Kind::write: return 4;
        case raw::Kind::branch: return 5;
        case raw::Kind::general: return 2 + kGeneral;
        case raw::Kind::vector: return 2 + 64 + 2;
        case raw::Kind::place: return 6;
    }
    return std::nullopt;
}

RawLog::RawLog(const std::filesystem::path& file) : RawLog(words_of_file(file), file.string()) {}

RawLog::RawLog(std::vector<u64> words, const std::string& file) : file_(file), words_(std::move(words)) { index(); }

void RawLog::index() {
    if (words_.size() < kHeadWords || words_[0] != raw::kRawMagic) throw TraceError(file_, "is no raw log");
    if (words_[1] != raw::kRawVersion) {
        throw TraceError(file_, fmt::format("is a raw log of version {}, this program reads {}; record it again",
                                            words_[1], raw::kRawVersion));
    }
    u64 time = 0;
    for (std::size_t at = kHeadWords; at < words_.size();) {
        const u64 header = words_[at];
        const std::size_t count = header >> 16 & 0xffff;
        const auto cpu = static_cast<u32>(header >> 8 & 0xff);
        const auto expected = words_of_kind(header & 0xff);
        const bool begins = static_cast<raw::Kind>(header & 0xff) == raw::Kind::window_begin;
        const bool in_time = !begins || at + 1 >= words_.size() || words_[at + 1] < kBeyondAnyRun;
        const bool good = expected == count && cpu < trace::kMaxCpus && in_time;
        if (!good || words_.size() - at - 1 < count) {
            throw TraceError(file_, fmt::format("has no whole record at byte {}: it is damaged, or the recorder was "
                                                "ended before it was done; record it again",
                                                at * sizeof(u64)));
        }
        const std::span<const u64> words(words_.data() + at + 1, count);
        const auto kind = static_cast<raw::Kind>(header & 0xff);
        time = kind == raw::Kind::window_begin ? std::max(time, words[0]) : time + (header >> 32);
        records_.push_back({kind, cpu, time, at, words});
        cpus_ = std::max(cpus_, cpu + 1);
        at += 1 + count;
    }
}

}  // namespace ws::model

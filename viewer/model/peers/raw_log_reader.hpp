// SPDX-License-Identifier: Apache-2.0
// Reads a raw log (raw_log.hpp) and trusts no byte of it.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "hyp/arch/types.hpp"
#include "viewer/model/peers/raw_log.hpp"

namespace ws::model {

struct RawRecord {
    raw::Kind kind;
    u32 cpu;
    u64 time;  ///< instructions since the reset
    u64 at;    ///< word of the file where it starts, for messages
    std::span<const u64> words;
};

/// The words that a record of this kind has; nothing for a kind that there is not.
std::optional<std::size_t> words_of_kind(u64 kind);

class RawLog {
  public:
    /// Throws TraceError: no raw log, of another version, or cut off in the midst of a record.
    explicit RawLog(const std::filesystem::path& file);
    RawLog(std::vector<u64> words, const std::string& file);

    const std::vector<RawRecord>& records() const { return records_; }
    /// One more than the highest CPU.
    u32 cpus() const { return cpus_; }
    const std::string& file() const { return file_; }

  private:
    void index();

    std::string file_;
    std::vector<u64> words_;
    std::vector<RawRecord> records_;
    u32 cpus_ = 0;
};

}  // namespace ws::model

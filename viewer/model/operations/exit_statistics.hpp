// SPDX-License-Identifier: Apache-2.0
// How long the operations of a run took, by what they were and by exception class.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "viewer/model/operations/run.hpp"

namespace ws::model {

/// A bucket has the values with so many bits: bucket 9 has 256 to 511. Bucket 0 has 0 alone.
inline constexpr std::size_t kBuckets = 65;

/// Net instructions of the operations of one name. All but `count` is of those that are measured.
struct ExitFigures {
    std::string name;
    u64 count = 0;
    u64 measured = 0;  ///< those whose time the clocks can tell; without any there are no figures
    u64 min = 0;
    u64 median = 0;  ///< with an even count the lower middle one
    u64 p99 = 0;     ///< 99 of 100 take at most this: a value that occurred
    u64 max = 0;
    u64 sum = 0;
    u32 slowest = 0;  ///< place in Operations::all(); the first of equal ones
    std::array<u32, kBuckets> histogram{};

    /// The first and the last bucket that are not empty.
    std::size_t first_bucket() const;
    std::size_t last_bucket() const;
};

/// By the most instructions in all, first.
struct ExitStatistics {
    std::vector<ExitFigures> by_kind;   ///< kinds of operations
    std::vector<ExitFigures> by_class;  ///< exception classes; an interrupt has that of its vector
};

ExitStatistics exit_statistics(const Run& run);

/// The least value of a bucket.
u64 bucket_begin(std::size_t bucket);

}  // namespace ws::model

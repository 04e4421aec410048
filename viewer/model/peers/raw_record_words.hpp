// SPDX-License-Identifier: Apache-2.0
// The words of a raw log's records (raw_log.hpp), by name, and what some of them say.
#pragma once

#include <algorithm>
#include <array>
#include <span>

#include "hyp/trace/format/events.hpp"
#include "hyp/trace/format/layout.hpp"
#include "viewer/model/peers/raw_log.hpp"

namespace ws::model {

// Of a record of an exception, and of one of a return.
enum ExceptionWord { kVector, kLevel, kEsr, kElr, kSpsr, kFar, kHpfar, kHcr, kVmpidr, kVttbr, kFirstX };
enum ReturnWord { kPc, kFromLevel, kReturnElr, kReturnSpsr, kReturnHcr, kReturnVmpidr, kReturnVttbr, kFirstReturnX };

inline constexpr u64 kVectorBytes = 0x800;

inline u64 el_of(u64 spsr) { return spsr >> 2 & 3; }

inline bool has_guest(u64 hcr) { return reg::HCR_EL2::VM.get(hcr) != 0 && reg::HCR_EL2::TGE.get(hcr) == 0; }

inline trace::Owner owner_of(u64 vmpidr) {
    return static_cast<trace::Owner>(std::min<u64>(reg::MPIDR_EL1::Aff0.get(vmpidr), trace::kMaxVcpus - 1) + 1);
}

/// X0 to X30, which begin at the word `first`.
inline std::array<u64, raw::kGeneralRegisters> general_of(std::span<const u64> words, std::size_t first) {
    std::array<u64, raw::kGeneralRegisters> x;
    std::copy_n(words.begin() + static_cast<std::ptrdiff_t>(first), x.size(), x.begin());
    return x;
}

}  // namespace ws::model

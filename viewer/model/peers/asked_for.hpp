// SPDX-License-Identifier: Apache-2.0
// What a guest has trapped for: a call, or an access to a device.
#pragma once

#include <array>
#include <span>

#include "hyp/trace/format/events.hpp"
#include "viewer/model/peers/raw_log.hpp"

namespace ws::model {

/// What a guest has called for or accessed: told once the result is known, when it is entered again.
struct AskedFor {
    enum class What : u8 { nothing, hypercall, psci, load, store };
    What what = What::nothing;
    u64 first = 0;     ///< X0, or the address
    u64 argument = 0;  ///< X1, or the value
    unsigned rt = 0;   ///< where a load's value goes
    u8 bytes = 0;
    u64 elr = 0;
};

/// As far as the trap itself tells; `words` is the record of the exception.
AskedFor asked_for(const std::array<u64, raw::kGeneralRegisters>& x, u64 vector, std::span<const u64> words);

/// The access to a device, now that the guest goes on with these registers.
trace::payload::mmio mmio_of(const AskedFor& asked, const std::array<u64, raw::kGeneralRegisters>& x,
                             trace::Owner owner);

}  // namespace ws::model

// SPDX-License-Identifier: Apache-2.0
// Which translations of a guest TLBs are to invalidate.
#pragma once

#include "../trace/format/events.hpp"

namespace ws {

/// `vttbr` names the VM, `ipa` the page or block of it if that is all.
struct TlbMaintenance {
    trace::TlbScope scope;
    u64 vttbr;
    Ipa ipa;
};

}  // namespace ws

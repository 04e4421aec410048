// SPDX-License-Identifier: Apache-2.0
// What TLBs are to forget of guests.
#pragma once

#include "../trace/format/events.hpp"

namespace ws {

/// `vttbr` names the VM, `ipa` the page or block of it if that is all.
struct Forget {
    trace::TlbScope scope;
    u64 vttbr;
    Ipa ipa;
};

}  // namespace ws

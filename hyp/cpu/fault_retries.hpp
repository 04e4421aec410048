// SPDX-License-Identifier: Apache-2.0
// How often a guest may try again after an abort that was judged to be about something that works by now.
#pragma once

#include "../arch/types.hpp"

namespace ws {

/// Such a judgement is right when another vCPU has changed the tables meanwhile. When it is wrong, the same instruction
/// takes the same abort for ever: the bound ends that. One for each vCPU.
class FaultRetries {
  public:
    static constexpr u32 kMost = 16;

    struct Fault {
        u64 pc;
        u64 address;
        u64 syndrome;
        u64 changes;  ///< how often rights in the VM's stage 2 were taken away so far: after one more, it begins anew
        friend constexpr bool operator==(const Fault&, const Fault&) = default;
    };

    /// False: it was tried kMost times, and nothing has changed. The next time begins anew.
    bool may_try_again(const Fault& fault) {
        if (fault != last_) {
            last_ = fault;
            count_ = 0;
        }
        if (count_ == kMost) {
            count_ = 0;
            return false;
        }
        ++count_;
        return true;
    }

  private:
    Fault last_{};
    u32 count_ = 0;
};

}  // namespace ws

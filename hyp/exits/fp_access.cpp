// SPDX-License-Identifier: Apache-2.0
// The first use of FP/SIMD since the vCPU was loaded, in designs that leave these registers alone until then.
#include "../world_switch/design.hpp"
#include "dispatch.hpp"
#include "this_design.hpp"

namespace ws {

Outcome handle_fp_access(Vcpu& vcpu) {
    ThisDesign::load_fp(*vcpu.context);
    return Outcome::resume;  // the same instruction again
}

}  // namespace ws

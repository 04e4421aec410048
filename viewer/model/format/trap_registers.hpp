// SPDX-License-Identifier: Apache-2.0
// Which of the registers in a trap's event the exception has filled. The others say nothing of it: newer recorders write 0 there,
// older ones what an earlier exception had left.
#pragma once

#include <string_view>

#include "hyp/arch/syndrome.hpp"
#include "hyp/trace/format/events.hpp"

namespace ws::model {

/// The exception class, and so the syndrome's form, is that of a synchronous exception.
inline bool is_synchronous(const trace::payload::trap& trap) {
    return exception_kind(trap.vector) == ExceptionKind::synchronous;
}

/// `field`: a field of the event, such as ESR_EL2.
inline bool filled_by(const trace::payload::trap& trap, std::string_view field) {
    if (field == "ESR_EL2") return has_syndrome(trap.vector);
    if (field == "FAR_EL2" || field == "HPFAR_EL2") return has_fault_address(trap.vector, trap.ESR_EL2);
    return true;
}

}  // namespace ws::model

// SPDX-License-Identifier: Apache-2.0
#include "exceptions.hpp"

#include <cstddef>

#include "gic.hpp"
#include "guest.hpp"

namespace guest {

namespace {

constexpr u64 kExceptionStatus = 101;  ///< an exception that the guest did not expect
constexpr u64 kVectorIrq = 1;          ///< of the four vectors of each group: synchronous, IRQ, FIQ, SError

IrqHandler irq_handler;
ExceptionHandler exception_handler;

// As vectors.S knows it.
static_assert(offsetof(Frame, pc) == 31 * 8 && offsetof(Frame, esr) == 33 * 8 && offsetof(Frame, vector) == 35 * 8);
static_assert(sizeof(Frame) == 288 && sizeof(Frame) % 16 == 0);

[[noreturn]] void unexpected(const Frame& frame) {
    // Only one exception at a time gets this far: one in the printing would go round for ever.
    exception_handler = nullptr;
    print("guest: unexpected exception, vector ", hex(frame.vector * 0x80, 3), ", ESR_EL1 ", hex(frame.esr, 8),
          ", ELR_EL1 ", hex(frame.pc, 8), ", FAR_EL1 ", hex(frame.far, 8), "\n");
    exit(kExceptionStatus);
}

}  // namespace

void set_irq_handler(IrqHandler handler) { irq_handler = handler; }
void set_exception_handler(ExceptionHandler handler) { exception_handler = handler; }

extern "C" void guest_exception(Frame& frame) {
    if (frame.vector % 4 == kVectorIrq && irq_handler != nullptr) {
        const u32 intid = gic::acknowledge();
        // Spurious: what was pending went away, or another CPU took it.
        if (intid < gic::kFirstSpecial) irq_handler(intid);
    } else if (exception_handler == nullptr || !exception_handler(frame)) {
        unexpected(frame);
    }
}

}  // namespace guest

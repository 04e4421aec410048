// SPDX-License-Identifier: Apache-2.0
// The guest's own exceptions: what was interrupted, and who handles it.
#pragma once

#include "hypercall.hpp"

namespace guest {

/// What vectors.S keeps on the stack. A handler may change it.
struct Frame {
    u64 x[31];
    u64 pc;      ///< ELR_EL1
    u64 pstate;  ///< SPSR_EL1
    u64 esr;
    u64 far;
    u64 vector;  ///< number of the vector: offset / 0x80

    u64 exception_class() const { return esr >> 26 & 0x3f; }
    u64 fault_status() const { return esr & 0x3f; }
    bool from_lower_el() const { return vector >= 8; }
};

/// Called with the INTID that was acknowledged, interrupts masked. It ends the interrupt itself: gic::end().
using IrqHandler = void (*)(u32 intid);
/// Called for every other exception, and for interrupts if they have no handler. False: it was not expected, which ends
/// the run with status 101.
using ExceptionHandler = bool (*)(Frame& frame);

void set_irq_handler(IrqHandler handler);
void set_exception_handler(ExceptionHandler handler);

inline void unmask_irq() { asm volatile("msr DAIFClr, #2" ::: "memory"); }
inline void mask_irq() { asm volatile("msr DAIFSet, #2" ::: "memory"); }

/// Interrupts masked for as long as it lives.
class IrqMask {
  public:
    IrqMask() { asm volatile("mrs %0, DAIF\n\tmsr DAIFSet, #2" : "=r"(daif_)::"memory"); }
    ~IrqMask() { asm volatile("msr DAIF, %0" ::"r"(daif_) : "memory"); }
    IrqMask(const IrqMask&) = delete;
    IrqMask& operator=(const IrqMask&) = delete;

  private:
    u64 daif_;
};

}  // namespace guest

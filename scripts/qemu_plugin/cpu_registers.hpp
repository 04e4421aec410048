// SPDX-License-Identifier: Apache-2.0
// Registers of the CPU that executes the callback's instruction. QEMU shows those that its debugger stub knows, under
// the stub's names; the callback must have been registered with QEMU_PLUGIN_CB_R_REGS.
#pragma once

#include "qemu_plugin_api.hpp"

/// The registers that the recorder asks for, in the order of their names in cpu_registers.cpp.
enum class Register : std::uint8_t {
    x0,
    x30 = 30,
    v0,
    v31 = v0 + 31,
    cpsr,
    fpsr,
    fpcr,
    esr_el1,
    elr_el1,
    spsr_el1,
    far_el1,
    vbar_el1,
    esr_el2,
    elr_el2,
    spsr_el2,
    far_el2,
    hpfar_el2,
    vbar_el2,
    hcr_el2,
    vmpidr_el2,
    vttbr_el2,
    count,
};

constexpr Register operator+(Register first, unsigned number) {
    return static_cast<Register>(static_cast<unsigned>(first) + number);
}

class CpuRegisters {
  public:
    /// When a CPU is initialised; the first one is enough, all have the same.
    void find();
    /// The first register that QEMU does not have, or null.
    const char* missing() const;

    std::uint64_t read(Register which) { return read_both(which).low; }
    struct Both {
        std::uint64_t low = 0;
        std::uint64_t high = 0;
    };
    Both read_both(Register which);
    /// X0 to X30; 31 is the zero register.
    std::uint64_t x(unsigned number) { return number < 31 ? read(Register::x0 + number) : 0; }
    /// Of the current translation; zeros where there is nothing.
    void read_memory(std::uint64_t address, void* to, std::size_t bytes);

  private:
    qemu_plugin_register* handles_[static_cast<std::size_t>(Register::count)] = {};
    qemu_plugin_bytes* bytes_ = nullptr;
    bool found_ = false;
};

// SPDX-License-Identifier: Apache-2.0
// Which CPU executes the instruction that a callback is about.
//
// A callback is told, but not always rightly. Where one thread runs all CPUs in turn, as with -icount, QEMU 10 and
// later write the index into the translated code as a constant: that of the CPU which was the first to need the block.
// Every other CPU that runs the same block is then taken for that one. The plugin interface has no other way to ask:
// the registers that it can read are the guest's to write, and MPIDR_EL1 is none of them.
//
// So QEMU itself is asked. It exports what its loadable modules need, and with that `current_cpu`, the CPU that this
// thread runs at the moment, and `qemu_get_cpu`, the CPU of a number. Only addresses are compared; what lies there is
// not looked at. A QEMU that was built without modules exports neither: then an old one's word is taken, and of a new
// one only the sum.
#pragma once

#include <cstdint>

class RunningCpu {
  public:
    /// Once, when the plugin is loaded. `interface_version` is QEMU's own.
    void find(unsigned int cpus, int interface_version);

    /// Of the CPU that runs now; `told` is what the callback was told.
    unsigned int index(unsigned int told) {
        if (!get_cpu_) return told;
        thread_local Seen seen;
        if (!seen.current) seen.current = current_of_this_thread();
        if (*seen.current != seen.cpu) seen = {seen.current, *seen.current, look_up(*seen.current, told)};
        return seen.index;
    }

    /// If not, what index() says is good for a sum over all CPUs alone.
    bool is_known() const { return is_known_; }

  private:
    using GetCpu = const void* (*)(int index);

    /// What a thread saw last.
    struct Seen {
        const void* const* current = nullptr;  ///< where QEMU keeps the CPU that this thread runs
        const void* cpu = nullptr;
        unsigned int index = 0;
    };

    static const void* const* current_of_this_thread();
    unsigned int look_up(const void* cpu, unsigned int told);

    GetCpu get_cpu_ = nullptr;  ///< nullptr: QEMU cannot be asked
    unsigned int cpus_ = 0;
    bool is_known_ = true;
};

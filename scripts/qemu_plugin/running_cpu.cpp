// SPDX-License-Identifier: Apache-2.0
#include "running_cpu.hpp"

#include <dlfcn.h>

namespace {

// The version of the interface in QEMU 10.0, the first whose callbacks can be told the wrong CPU.
constexpr int kFirstConstantIndex = 4;

}  // namespace

void RunningCpu::find(unsigned int cpus, int interface_version) {
    cpus_ = cpus;
    if (cpus == 1) return;  // nothing to be wrong about, and asking takes as long again as counting
    if (current_of_this_thread()) get_cpu_ = reinterpret_cast<GetCpu>(dlsym(RTLD_DEFAULT, "qemu_get_cpu"));
    is_known_ = get_cpu_ || interface_version < kFirstConstantIndex;
}

const void* const* RunningCpu::current_of_this_thread() {
    return static_cast<const void* const*>(dlsym(RTLD_DEFAULT, "current_cpu"));
}

unsigned int RunningCpu::look_up(const void* cpu, unsigned int told) {
    for (unsigned int index = 0; index < cpus_; index++) {
        if (get_cpu_(static_cast<int>(index)) == cpu) return index;
    }
    is_known_ = false;
    return told;
}

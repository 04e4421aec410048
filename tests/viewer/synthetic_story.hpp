// SPDX-License-Identifier: Apache-2.0
// What happens on two CPUs with three vCPUs of two VMs: an interrupt from one vCPU to another, a vCPU that waits and
// comes back elsewhere, devices, memory, timers.
#pragma once

#include "tests/viewer/synthetic_machine.hpp"

namespace ws::test {

void play_two_cpus(SyntheticMachine& a, SyntheticMachine& b, bool split, u64 rounds);

}  // namespace ws::test

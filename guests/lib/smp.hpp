// SPDX-License-Identifier: Apache-2.0
// Several CPUs: starting them, and waiting for each other. Guests that use it turn the MMU on first: exclusives need
// normal memory (Arm ARM B2.9.2).
#pragma once

#include "guest.hpp"
#include "guest_machine.hpp"

namespace guest {

/// Which CPU of the device tree this is.
u64 cpu_index();

using CpuMain = void (*)(u64 index);
/// PSCI CPU_ON: CPU `index` gets a stack and calls `f`. When `f` returns, the CPU goes off by CPU_OFF. Returns what
/// CPU_ON did.
i64 start_cpu(u64 index, CpuMain f);
/// All CPUs but this one; a CPU that does not start ends the run.
void start_other_cpus(CpuMain f);
/// Was start_cpu() called?
bool smp_started();

/// In a loop that waits for another CPU. It is a hint to let others run.
inline void relax() { asm volatile("yield" ::: "memory"); }

template <class T>
T load(const T& from) {
    return __atomic_load_n(&from, __ATOMIC_ACQUIRE);
}
template <class T, class V>
void store(T& to, V value) {
    __atomic_store_n(&to, static_cast<T>(value), __ATOMIC_RELEASE);
}

/// Waits until `condition()`. What does not come within `seconds` of the guest's time ends the run.
template <class Condition>
void wait_until(Condition condition, const char* what, u64 seconds = 60) {
    const u64 start = ticks();
    const u64 patience = ticks_of_microseconds(1'000'000) * seconds;
    while (!condition()) {
        relax();
        expect(ticks() - start < patience, "waited too long:", what);
    }
}

class Lock {
  public:
    void acquire() {
        while (__atomic_exchange_n(&taken_, 1, __ATOMIC_ACQUIRE) != 0) relax();
    }
    void release() { __atomic_store_n(&taken_, 0, __ATOMIC_RELEASE); }

  private:
    u32 taken_ = 0;
};

/// All of `count` CPUs come here before any of them goes on.
class Barrier {
  public:
    void wait(u64 count) {
        const u64 round = load(round_);
        if (__atomic_add_fetch(&arrived_, 1, __ATOMIC_ACQ_REL) == count) {
            store(arrived_, 0);
            store(round_, round + 1);
        } else {
            wait_until([&] { return load(round_) != round; }, "the other CPUs at a barrier");
        }
    }

  private:
    u64 arrived_ = 0;
    u64 round_ = 0;
};

}  // namespace guest

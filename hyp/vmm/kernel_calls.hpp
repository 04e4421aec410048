// SPDX-License-Identifier: Apache-2.0
// The kernel's system calls as the VMM makes them: enumeration system_call in trace/format/enumerations.def.
#pragma once

#include "../trace/format/events.hpp"
#include "interface/boot_page.hpp"
#include "interface/process_layout.hpp"
#include "interface/run_area.hpp"
#include "interface/system_call.hpp"

namespace ws::vmm {

using trace::SystemCall;

/// The result: below zero an Error.
inline i64 call(SystemCall which, u64 argument0 = 0, u64 argument1 = 0, u64 argument2 = 0, u64 argument3 = 0) {
    register u64 x8 asm("x8") = static_cast<u64>(which);
    register u64 x0 asm("x0") = argument0;
    register u64 x1 asm("x1") = argument1;
    register u64 x2 asm("x2") = argument2;
    register u64 x3 asm("x3") = argument3;
    asm volatile("svc #0" : "+r"(x0), "+r"(x1) : "r"(x8), "r"(x2), "r"(x3) : "memory");
    return static_cast<i64>(x0);
}

template <class T>
u64 address_of(const T* object) {
    return reinterpret_cast<u64>(object);
}

/// The guest is done.
[[noreturn]] inline void exit() {
    for (;;) call(SystemCall::exit, 0);
}

/// Runs the vCPU until it needs its VMM; RunArea tells what for.
inline i64 run(u64 vcpu) { return call(SystemCall::run, vcpu); }

inline const BootPage& boot_page() { return *reinterpret_cast<const BootPage*>(kBootPage.value); }

constexpr u64 kRunAreaBytes = 4096;
inline RunArea& run_area(u64 vcpu) { return *reinterpret_cast<RunArea*>(kRunAreas.value + vcpu * kRunAreaBytes); }

/// The VMM cannot go on: the end of its VM, and of the run if that was the last, with these words.
[[noreturn]] void give_up(const char* why);
[[noreturn]] void give_up(const char* why, u64 value);  // which is added in hexadecimal

}  // namespace ws::vmm

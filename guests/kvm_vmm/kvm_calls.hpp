// SPDX-License-Identifier: Apache-2.0
// KVM's interface: files, and ioctls on them (Linux: Documentation/virt/kvm/api.rst). There are files of four kinds:
// KVM itself, a VM, a vCPU, and a device that KVM emulates.
#pragma once

#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "hyp/arch/types.hpp"

namespace ws::kvm {

/// Ends the machine: this VMM cannot go on, and why. (hyp/vmm has the same.)
[[noreturn]] void give_up(const char* why);
/// The same where a system call has failed: errno's words belong to it.
[[noreturn]] void give_up_call(const char* what);

/// What a system call has returned, which must not be an error.
template <class T>
T must(T result, const char* what) {
    if (result < 0) give_up_call(what);
    return result;
}

inline int call(int file, unsigned long request, const char* what, u64 value = 0) {
    return must(::ioctl(file, request, value), what);
}

template <class T>
int call_with(int file, unsigned long request, const char* what, T& argument) {
    return must(::ioctl(file, request, &argument), what);
}

inline u64 address_of(const void* pointer) { return reinterpret_cast<u64>(pointer); }

}  // namespace ws::kvm

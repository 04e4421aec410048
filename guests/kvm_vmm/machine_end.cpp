// SPDX-License-Identifier: Apache-2.0
#include "machine_end.hpp"

#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "kvm_calls.hpp"

namespace ws::kvm {

void end_machine() {
    ::tcdrain(STDOUT_FILENO);
    ::reboot(RB_POWER_OFF);
    for (;;) ::pause();
}

void give_up(const char* why) {
    std::printf("\nvmm: %s\n", why);
    std::fflush(stdout);
    end_machine();
}

void give_up_call(const char* what) {
    std::printf("\nvmm: %s: %s\n", what, std::strerror(errno));
    std::fflush(stdout);
    end_machine();
}

}  // namespace ws::kvm

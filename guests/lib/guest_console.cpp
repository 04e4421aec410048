// SPDX-License-Identifier: Apache-2.0
#include "guest_console.hpp"

#include "guest_machine.hpp"
#include "guest_pl011.hpp"
#include "hyp/platform/qemu_virt/pl011.hpp"
#include "hypercall.hpp"
#include "smp.hpp"

namespace guest {

namespace {

/// A line is sent as a whole, so that lines of several CPUs do not mix.
struct Line {
    u64 length;
    char text[240];
};
Line lines[kMaxCpus];
Lock uart_lock;

void send(Line& line) {
    if (machine().hypervisor) {
        hypercall(Hypercall::console_write, reinterpret_cast<u64>(line.text), line.length);
    } else if (machine().uart != 0) {
        const bool others_run = smp_started();
        if (others_run) uart_lock.acquire();
        for (u64 i = 0; i < line.length; ++i) uart::put(line.text[i]);
        if (others_run) uart_lock.release();
    }
    line.length = 0;
}

}  // namespace

void flush_console() {
    Line& line = lines[cpu_index()];
    if (line.length != 0) send(line);
}

}  // namespace guest

// hyp/base/print.cpp prints to this.
namespace ws::pl011 {
void put(char character) {
    guest::Line& line = guest::lines[guest::cpu_index()];
    line.text[line.length++] = character;
    if (character == '\n' || line.length == sizeof(line.text)) guest::send(line);
}
}  // namespace ws::pl011

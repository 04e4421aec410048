// SPDX-License-Identifier: Apache-2.0
#include "console.hpp"

#include "../platform/qemu_virt/pl011.hpp"
#include "../vmm/interface/system_call.hpp"
#include "upcalls.hpp"
#include "vcpu_interrupts.hpp"
#include "vm.hpp"

namespace ws {

SpinLock console_lock;

namespace {

constexpr int kChooseVm = 0x1d;  // Ctrl-]

u32 focus = 1;  ///< the VM that typed characters go to
bool choosing = false;
bool receiving = false;  ///< under the devices_lock of the VM in focus

void print_line(Vm& vm) {
    VmConsole& console = vm.console;
    print("vm", vm.number, "| ");
    for (u32 i = 0; i < console.line_bytes; ++i) print(console.line[i]);
    print("\n");
    console.line_bytes = 0;
}

void add_to_line(Vm& vm, char character) {
    VmConsole& console = vm.console;
    if (character == '\r') return;
    if (character != '\n') console.line[console.line_bytes++] = character;
    if (character == '\n' || console.line_bytes == VmConsole::kLineBytes) print_line(vm);
}

/// True if `character` was for the hypervisor.
bool choose_vm(int character) {
    if (choosing) {
        choosing = false;
        const u32 number = static_cast<u32>(character - '0');
        if (find_vm(number) != nullptr) focus = number;
        return character != kChooseVm;  // typed twice it is the guest's
    }
    choosing = character == kChooseVm;
    return choosing;
}

u8 take_first(VmConsole& console) {
    const u8 character = console.input[console.input_first];
    console.input_first = (console.input_first + 1) % VmConsole::kInputBytes;
    --console.input_count;
    return character;
}

/// There is room again.
void receive_again(const Vm& vm) {
    if (vm.number != focus || receiving || vm.console.input_count >= VmConsole::kInputBytes / 2) return;
    receiving = true;
    pl011::enable_receive_interrupt(true);
}

}  // namespace

void open_console_input() {
    receiving = true;
    pl011::enable_receive_interrupt(true);
}

void write_guest_text(Vm& vm, const u8* text, u64 bytes) {
    Locked locked(console_lock);
    for (u64 i = 0; i < bytes; ++i) {
        if (vm_count() == 1) {
            print(static_cast<char>(text[i]));
        } else {
            add_to_line(vm, static_cast<char>(text[i]));
        }
    }
}

void finish_guest_text(Vm& vm) {
    Locked locked(console_lock);
    if (vm.console.line_bytes != 0) print_line(vm);
}

void handle_console_input() {
    for (;;) {
        Vm& vm = *find_vm(focus);
        u32 work = 0;
        {
            DevicesLocked locked(vm);
            VmConsole& console = vm.console;
            int character = -1;
            while (console.input_count < VmConsole::kInputBytes && (character = pl011::get()) >= 0) {
                if (choose_vm(character)) break;
                const u32 last = (console.input_first + console.input_count++) % VmConsole::kInputBytes;
                console.input[last] = static_cast<u8>(character);
            }
            if (vm.ended) console.input_count = 0;  // nobody will read it
            if (console.input_count == VmConsole::kInputBytes) {
                pl011::enable_receive_interrupt(false);  // until the guest has read some: the port holds the rest
                receiving = false;
            }
            feed_uart(vm);
            work = vm.interrupts.take_work();
        }
        deliver(vm, work);
        if (vm.options.virtio_console) signal_vmm(vm, vmm::kConsoleEvent);
        if (&vm == find_vm(focus)) return;
    }
}

void feed_uart(Vm& vm) {
    if (!vm.opened) return;  // what was typed before its VMM made it is kept
    const bool listens = !vm.options.virtio_console;
    while (listens && vm.console.input_count != 0 && vm.uart.can_receive()) vm.uart.receive(take_first(vm.console));
    vm.interrupts.set_line(0, Vm::kUartIntid, vm.uart.irq());
    receive_again(vm);
}

u32 take_typed(Vm& vm, u8* to, u32 bytes) {
    DevicesLocked locked(vm);
    u32 taken = 0;
    while (taken < bytes && vm.console.input_count != 0) to[taken++] = take_first(vm.console);
    receive_again(vm);
    return taken;
}

}  // namespace ws

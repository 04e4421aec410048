// SPDX-License-Identifier: Apache-2.0
#include "kernel_symbols.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <cstring>
#include <vector>

#include "kvm_calls.hpp"
#include "vm_settings.hpp"

namespace ws::kvm {

void leave_symbols(u64 to, u64 room) {
    const std::vector<u8> symbols = read_file("/proc/kallsyms");
    if (symbols.size() + sizeof(u64) > room) give_up("there is no room for the kernel's symbols");
    const int file = must(::open("/dev/mem", O_RDWR | O_SYNC | O_CLOEXEC), "/dev/mem");
    void* const place = ::mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_SHARED, file, static_cast<off_t>(to));
    if (place == MAP_FAILED) give_up_call("memory for the kernel's symbols");
    // What is no memory of Linux's is mapped as a device: whole words, one after the other.
    auto* words = static_cast<volatile u64*>(place);
    *words++ = symbols.size();
    for (std::size_t at = 0; at < symbols.size(); at += sizeof(u64)) {
        u64 word = 0;
        std::memcpy(&word, symbols.data() + at,
                    symbols.size() - at < sizeof(word) ? symbols.size() - at : sizeof(word));
        *words++ = word;
    }
}

}  // namespace ws::kvm

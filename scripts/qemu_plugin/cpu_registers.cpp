// SPDX-License-Identifier: Apache-2.0
#include "cpu_registers.hpp"

#include <strings.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace {

constexpr std::size_t kRegisters = static_cast<std::size_t>(Register::count);

/// By Register.
const char* name_of(std::size_t number) {
    static const std::string* const kNames = [] {
        auto* names = new std::string[kRegisters];
        std::size_t next = 0;
        for (int i = 0; i <= 30; ++i) names[next++] = "x" + std::to_string(i);
        for (int i = 0; i <= 31; ++i) names[next++] = "v" + std::to_string(i);
        for (const char* name :
             {"cpsr", "fpsr", "fpcr", "ESR_EL1", "ELR_EL1", "SPSR_EL1", "FAR_EL1", "VBAR", "ESR_EL2", "ELR_EL2",
              "SPSR_EL2", "FAR_EL2", "HPFAR_EL2", "VBAR_EL2", "HCR_EL2", "VMPIDR_EL2", "VTTBR_EL2"}) {
            names[next++] = name;
        }
        return names;
    }();
    return kNames[number].c_str();
}

}  // namespace

void CpuRegisters::find() {
    if (found_) return;
    found_ = true;
    bytes_ = g_byte_array_new();
    const qemu_plugin_reg_list* const list = qemu_plugin_get_registers();
    for (unsigned int row = 0; row < list->len; ++row) {
        for (std::size_t number = 0; number < kRegisters; ++number) {
            if (::strcasecmp(list->data[row].name, name_of(number)) == 0) handles_[number] = list->data[row].handle;
        }
    }
}

const char* CpuRegisters::missing() const {
    for (std::size_t number = 0; number < kRegisters; ++number) {
        if (handles_[number] == nullptr) return name_of(number);
    }
    return nullptr;
}

CpuRegisters::Both CpuRegisters::read_both(Register which) {
    Both value;
    qemu_plugin_register* const handle = handles_[static_cast<std::size_t>(which)];
    if (handle == nullptr) return value;
    g_byte_array_set_size(bytes_, 0);
    if (qemu_plugin_read_register(handle, bytes_) <= 0) return value;
    std::memcpy(&value, bytes_->data, std::min<std::size_t>(bytes_->len, sizeof(value)));
    return value;
}

void CpuRegisters::read_memory(std::uint64_t address, void* to, std::size_t bytes) {
    std::memset(to, 0, bytes);
    g_byte_array_set_size(bytes_, 0);
    if (!qemu_plugin_read_memory_vaddr(address, bytes_, bytes)) return;
    std::memcpy(to, bytes_->data, std::min<std::size_t>(bytes_->len, bytes));
}

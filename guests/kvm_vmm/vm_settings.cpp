// SPDX-License-Identifier: Apache-2.0
#include "vm_settings.hpp"

#include <fstream>
#include <iterator>
#include <sstream>

#include "kvm_calls.hpp"

namespace ws::kvm {

std::vector<u8> read_file(const char* name) {
    std::ifstream file(name, std::ios::binary);
    if (!file) give_up("a file that the VMM needs is not in the initial RAM disk");
    return {std::istreambuf_iterator<char>(file), {}};
}

VmSettings read_settings(const char* name) {
    VmSettings settings;
    std::ifstream file(name);
    for (std::string line; std::getline(file, line);) {
        const std::size_t space = line.find(' ');
        if (space == std::string::npos) continue;
        const std::string word = line.substr(0, space);
        std::istringstream value(line.substr(space + 1));
        if (word == "memory") value >> settings.memory_bytes;
        if (word == "vcpus") value >> settings.vcpus;
        if (word == "load") value >> settings.load_offset;
        if (word == "symbols") value >> settings.symbols_address >> settings.symbols_bytes;
        if (word == "arguments") settings.arguments = value.str();
        if (word == "pins") {
            for (u32 cpu = 0; value >> cpu;) settings.pins.push_back(cpu);
        }
    }
    if (settings.memory_bytes == 0 || settings.vcpus == 0 || settings.pins.empty())
        give_up("the VM's settings are not complete");
    return settings;
}

}  // namespace ws::kvm

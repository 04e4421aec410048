// SPDX-License-Identifier: Apache-2.0
#include "boot_options.hpp"

#include "../kernel/panic.hpp"

namespace ws {

namespace {

/// If `text` starts with `name` and what follows ends a word or is '=', returns what follows; else null.
const char* after_name(const char* text, const char* name) {
    for (; *name != '\0'; ++text, ++name) {
        if (*text != *name) return nullptr;
    }
    return *text == '\0' || *text == ' ' || *text == '=' ? text : nullptr;
}

/// Reads "=NUMBER", decimal.
const char* read_number(const char* text, u64& number) {
    require(*text++ == '=', "a boot option needs =NUMBER");
    require(*text >= '0' && *text <= '9', "a boot option's value is not a number");
    number = 0;
    for (; *text >= '0' && *text <= '9'; ++text) number = number * 10 + static_cast<u64>(*text - '0');
    require(*text == '\0' || *text == ' ', "a boot option's number has other characters in it");
    return text;
}

}  // namespace

BootOptions parse_boot_options(const char* text) {
    BootOptions options;
    while (*text != '\0') {
        if (*text == ' ') {
            ++text;
        } else if (const char* rest = after_name(text, "reserve")) {
            text = read_number(rest, options.reserve);
        } else if (const char* rest2 = after_name(text, "vm.mem")) {
            text = read_number(rest2, options.vm_memory);
        } else if (const char* rest3 = after_name(text, "vm.cpus")) {
            text = read_number(rest3, options.vm_cpus);
        } else if (const char* rest4 = after_name(text, "selfcheck")) {
            options.selfcheck = true;
            text = rest4;
        } else {
            panic("the hypervisor's command line has an option that it does not know (reserve, vm.mem, vm.cpus, selfcheck)");
        }
    }
    return options;
}

}  // namespace ws

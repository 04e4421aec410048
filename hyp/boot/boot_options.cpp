// SPDX-License-Identifier: Apache-2.0
#include "boot_options.hpp"

#include <initializer_list>

#include "../kernel/panic.hpp"

namespace ws {

namespace {

/// Reads the command line from left to right.
class Parser {
  public:
    explicit Parser(const char* text) : at_(text) {}

    /// On to the next word; false at the end.
    bool next_word() {
        while (*at_ == ' ') ++at_;
        return *at_ != '\0';
    }

    /// Is the word, up to '=' or its end, `name`? Then it is taken.
    bool is(const char* name) {
        const char* at = at_;
        for (; *name != '\0'; ++at, ++name) {
            if (*at != *name) return false;
        }
        if (*at != '\0' && *at != ' ' && *at != '=') return false;
        at_ = at;
        return true;
    }

    /// Is `text` next? Then it is taken.
    bool skip(const char* text) {
        const char* at = at_;
        for (; *text != '\0'; ++at, ++text) {
            if (*at != *text) return false;
        }
        at_ = at;
        return true;
    }

    /// "=NUMBER", decimal or with 0x.
    u64 value() {
        require(skip("="), "a boot option needs =NUMBER");
        const u64 result = number();
        require(*at_ == '\0' || *at_ == ' ', "a boot option's number has other characters in it");
        return result;
    }

    /// "=NUMBER+NUMBER...", at most `most`. Returns how many.
    u32 list(u32* to, u32 most) {
        u32 count = 0;
        require(skip("="), "a boot option needs =NUMBER+NUMBER...");
        do {
            require(count < most, "a boot option's list is too long");
            to[count++] = static_cast<u32>(number());
        } while (skip("+"));
        require(*at_ == '\0' || *at_ == ' ', "a boot option's list has other characters in it");
        return count;
    }

    /// The digit of "vmN.", 1 to 8, taken with it; 0 for "vm."; -1 if the word begins otherwise.
    int vm_number() {
        if (skip("vm.")) return 0;
        if (at_[0] == 'v' && at_[1] == 'm' && at_[2] >= '1' && at_[2] <= '8' && at_[3] == '.') {
            at_ += 4;
            return at_[-2] - '0';
        }
        return -1;
    }

  private:
    u64 number() {
        const u64 base = skip("0x") ? 16 : 10;
        require(digit(base) >= 0, "a boot option's value is not a number");
        u64 result = 0;
        for (int d; (d = digit(base)) >= 0; ++at_) result = result * base + static_cast<u64>(d);
        return result;
    }

    int digit(u64 base) const {
        if (*at_ >= '0' && *at_ <= '9') return *at_ - '0';
        if (base == 16 && *at_ >= 'a' && *at_ <= 'f') return *at_ - 'a' + 10;
        return -1;
    }

    const char* at_;
};

bool parse_vm_option(Parser& parser, VmOptions& vm) {
    if (parser.is("mem")) {
        vm.memory = parser.value();
    } else if (parser.is("cpus")) {
        vm.cpus = parser.value();
    } else if (parser.is("load")) {
        vm.load = parser.value();
    } else if (parser.is("disk")) {
        vm.disk = parser.value();
    } else if (parser.is("fault")) {
        vm.fault = parser.value();
    } else if (parser.is("net")) {
        vm.network = true;
    } else if (parser.is("console")) {
        require(parser.skip("=virtio"), "vm.console=virtio is all that there is");
        vm.virtio_console = true;
    } else if (parser.is("pin")) {
        vm.pin_count = parser.list(vm.pin, trace::kMaxCpus);
    } else {
        return false;
    }
    return true;
}

/// One word. Options of all VMs are taken in the first round, those of one VM (`one_vm`) in the second.
bool parse_word(Parser& parser, BootOptions& options, bool one_vm) {
    const int vm = parser.vm_number();
    if (vm >= 0) {
        VmOptions ignored;
        if (vm != 0) return parse_vm_option(parser, one_vm ? options.vms[vm - 1] : ignored);
        if (one_vm) return parse_vm_option(parser, ignored);
        VmOptions& first = options.vms[0];
        if (!parse_vm_option(parser, first)) return false;
        for (VmOptions& other : options.vms) other = first;
        return true;
    }
    if (parser.is("reserve")) {
        options.reserve = parser.value();
    } else if (parser.is("vmids")) {
        options.vmids = parser.value();
    } else if (parser.is("slice")) {
        options.slice = parser.value();
    } else if (parser.is("selfcheck")) {
        options.selfcheck = true;
    } else {
        return false;
    }
    return true;
}

}  // namespace

BootOptions parse_boot_options(const char* text) {
    BootOptions options;
    // What is said of all VMs counts first, wherever it stands.
    for (const bool one_vm : {false, true}) {
        for (Parser parser(text); parser.next_word();) {
            if (!parse_word(parser, options, one_vm)) {
                panic("the hypervisor's command line has an option that it does not know "
                      "(reserve, selfcheck, vmids, slice; vm.mem, vm.cpus, vm.load, vm.pin, vm.disk, vm.net, vm.console, vm.fault and the same as vmN.)");
            }
        }
    }
    require(options.slice != 0, "slice=MICROSECONDS must not be zero");
    return options;
}

}  // namespace ws

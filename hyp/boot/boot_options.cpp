// SPDX-License-Identifier: Apache-2.0
#include "boot_options.hpp"

#include <initializer_list>

#include "../base/panic.hpp"

namespace ws {

namespace {

/// What a number may be, and what to say of one that it may not be.
struct Range {
    u64 least, most, step;
    const char* complaint;
};

#define WS_WRONG_NUMBER(name, least, most, step) \
    name "= must be from " #least " to " #most ", a multiple of " #step ", and is"

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
    u64 value(const Range& range) {
        require(skip("="), "a boot option needs =NUMBER");
        const u64 result = number();
        require(*at_ == '\0' || *at_ == ' ', "a boot option's number has other characters in it");
        if (result < range.least || result > range.most || result % range.step != 0) panic(range.complaint, result);
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
        for (int d; (d = digit(base)) >= 0; ++at_) {
            const bool fits = !__builtin_mul_overflow(result, base, &result) &&
                              !__builtin_add_overflow(result, static_cast<u64>(d), &result);
            require(fits, "a boot option's number has more than 64 bits");
        }
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
#define VM_NUMBER(name, member, least, most, step)                                                      \
    if (parser.is(#name)) {                                                                             \
        vm.member = parser.value({least, most, step, WS_WRONG_NUMBER("vm." #name, least, most, step)}); \
        return true;                                                                                    \
    }
#define VM_FLAG(name, member) \
    if (parser.is(#name)) {   \
        vm.member = true;     \
        return true;          \
    }
#define VM_WORD(name, member, word)                                                     \
    if (parser.is(#name)) {                                                             \
        require(parser.skip("=" #word), "vm." #name "=" #word " is all that there is"); \
        vm.member = true;                                                               \
        return true;                                                                    \
    }
#define VM_LIST(name, member, count)                        \
    if (parser.is(#name)) {                                 \
        vm.count = parser.list(vm.member, trace::kMaxCpus); \
        return true;                                        \
    }
#include "vm_options.def"
#undef VM_NUMBER
#undef VM_FLAG
#undef VM_WORD
#undef VM_LIST
    return false;
}

/// An option that is not a VM's.
bool parse_boot_option(Parser& parser, BootOptions& options) {
#define BOOT_NUMBER(name, member, least, most, step)                                                   \
    if (parser.is(#name)) {                                                                            \
        options.member = parser.value({least, most, step, WS_WRONG_NUMBER(#name, least, most, step)}); \
        return true;                                                                                   \
    }
#define BOOT_FLAG(name, member) \
    if (parser.is(#name)) {     \
        options.member = true;  \
        return true;            \
    }
#include "boot_options.def"
#undef BOOT_NUMBER
#undef BOOT_FLAG
    return false;
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
    return parse_boot_option(parser, options);
}

constexpr const char* kUnknownOption =
    "the hypervisor's command line has an option that it does not know; it knows "
#define BOOT_NUMBER(name, member, least, most, step) #name "=, "
#define BOOT_FLAG(name, member) #name ", "
#define VM_NUMBER(name, member, least, most, step) "vm." #name "=, "
#define VM_FLAG(name, member) "vm." #name ", "
#define VM_WORD(name, member, word) "vm." #name "=" #word ", "
#define VM_LIST(name, member, count) "vm." #name "=, "
#include "boot_options.def"
#include "vm_options.def"
#undef BOOT_NUMBER
#undef BOOT_FLAG
#undef VM_NUMBER
#undef VM_FLAG
#undef VM_WORD
#undef VM_LIST
    "and the VMs' as vmN. too";

}  // namespace

BootOptions parse_boot_options(const char* text) {
    BootOptions options;
    // What is said of all VMs counts first, wherever it stands.
    for (const bool one_vm : {false, true}) {
        for (Parser parser(text); parser.next_word();) {
            if (!parse_word(parser, options, one_vm)) panic(kUnknownOption);
        }
    }
    return options;
}

}  // namespace ws

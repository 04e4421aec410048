// SPDX-License-Identifier: Apache-2.0
// A plugin for QEMU that is a witness of what a guest executes, for the grader of the labs: nothing that the hypervisor
// under it does or says can change what is seen here.
//
//   qemu-system-aarch64 ... -plugin file=libguest_witness.so,out=FILE,at=ADDRESS,image=FILE[,image=FILE],budget=N,
//                               except=ADDRESS,bytes=N,handler=ADDRESS
//
// `at` is the virtual address at which the guest's image lies and runs; a further image is another VM's at the same
// address. `except` and `bytes` are a part of it that is no part of its path: there a guest says what it has found.
// `handler` is the first instruction of the hypervisor's function for exits. What it writes as JSON when QEMU ends, or
// when it ends QEMU:
//
//   {"instructions": 412345, "budget_spent": false, "handled": 42,
//    "guest": {"instructions": 3210, "path": "0x5bd1e9955bd1e995"},
//    "foreign": {"instructions": 0, "first": null}}
//
// `instructions` are those of the whole machine, counted by translated blocks: a block that is left in its middle
// counts whole, in each run alike. `path` is a sum over the guest's executed instructions of a number made of each
// one's address: two runs have the same if each instruction was executed as often, in whichever order VMs had their
// turns. `foreign` are instructions at the image's addresses that are not the image's, when they were translated: they
// were patched, or something else ran there.
//
// With `budget`, QEMU is ended, with status 99, when so many instructions were executed. No clock of the host's decides
// how far a machine comes.
#include "qemu_plugin_api.hpp"

#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int kBudgetSpentStatus = 99;

// Not freed and with no destructors to run: QEMU calls write_seen after those of this file.
struct Witness {
    const char* out = nullptr;
    std::uint64_t at = 0;
    std::uint64_t budget = ~std::uint64_t{0};
    std::uint64_t except = 0;
    std::uint64_t except_bytes = 0;
    std::uint64_t handler = 0;
    std::vector<std::string> images;

    std::uint64_t instructions = 0;
    std::uint64_t guest_instructions = 0;
    std::uint64_t path = 0;
    std::uint64_t handled = 0;
    std::uint64_t foreign = 0;
    std::uint64_t first_foreign = 0;
    bool written = false;
};
Witness& witness = *new Witness;
int interface_version = 0;

/// An A64 instruction's word. What it is read with changed in version 3 of the interface.
std::uint32_t word_of(const qemu_plugin_insn* instruction) {
    constexpr int kFirstThatCopies = 3;
    std::uint32_t word = 0;
    if (interface_version < kFirstThatCopies) {
        const auto pointer_to = reinterpret_cast<const void* (*)(const qemu_plugin_insn*)>(&qemu_plugin_insn_data);
        std::memcpy(&word, pointer_to(instruction), sizeof word);
    } else {
        const auto copy =
            reinterpret_cast<std::size_t (*)(const qemu_plugin_insn*, void*, std::size_t)>(&qemu_plugin_insn_data);
        copy(instruction, &word, sizeof word);
    }
    return word;
}

/// Is the address in an image, and if so, is the word one image's there?
struct Looked {
    bool inside = false;
    bool same = false;
};
Looked look_up(std::uint64_t address, std::uint32_t word) {
    Looked looked;
    for (const std::string& image : witness.images) {
        if (address < witness.at || address - witness.at + sizeof word > image.size()) continue;
        looked.inside = true;
        looked.same = looked.same || std::memcmp(image.data() + (address - witness.at), &word, sizeof word) == 0;
    }
    return looked;
}

/// SplitMix64's finaliser.
std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9;
    z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EB;
    return z ^ (z >> 31);
}

void write_seen(bool budget_spent) {
    if (witness.written) return;
    witness.written = true;
    std::FILE* file = std::fopen(witness.out, "w");
    bool good = file != nullptr;
    if (good) {
        char first[32] = "null";
        if (witness.foreign != 0)
            std::snprintf(first, sizeof first, "\"0x%llx\"", (unsigned long long)witness.first_foreign);
        good = std::fprintf(file,
                            "{\"instructions\": %llu, \"budget_spent\": %s, \"handled\": %llu,\n"
                            " \"guest\": {\"instructions\": %llu, \"path\": \"0x%llx\"},\n"
                            " \"foreign\": {\"instructions\": %llu, \"first\": %s}}\n",
                            (unsigned long long)witness.instructions, budget_spent ? "true" : "false",
                            (unsigned long long)witness.handled, (unsigned long long)witness.guest_instructions,
                            (unsigned long long)witness.path, (unsigned long long)witness.foreign, first) > 0;
        good = std::fclose(file) == 0 && good;
    }
    if (!good) std::perror("guest_witness: cannot write what was seen");
}

void at_exit(qemu_plugin_id_t, void*) { write_seen(false); }

void executed_block(unsigned int, void* instructions) {
    witness.instructions += reinterpret_cast<std::uintptr_t>(instructions);
    if (witness.instructions <= witness.budget) return;
    write_seen(true);
    std::fflush(nullptr);       // QEMU's log
    _exit(kBudgetSpentStatus);  // the machine is to stop here, and QEMU has nothing to put in order
}

void executed_in_guest(unsigned int, void* address) {
    ++witness.guest_instructions;
    witness.path += mixed(reinterpret_cast<std::uintptr_t>(address));
}

void executed_handler(unsigned int, void*) { ++witness.handled; }

void instrument(qemu_plugin_id_t, qemu_plugin_tb* block) {
    const std::size_t count = qemu_plugin_tb_n_insns(block);
    qemu_plugin_register_vcpu_tb_exec_cb(block, executed_block, QEMU_PLUGIN_CB_NO_REGS, reinterpret_cast<void*>(count));
    for (std::size_t index = 0; index < count; ++index) {
        qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, index);
        const std::uint64_t address = qemu_plugin_insn_vaddr(instruction);
        if (address == witness.handler) {
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, executed_handler, QEMU_PLUGIN_CB_NO_REGS, nullptr);
        }
        const Looked looked = look_up(address, word_of(instruction));
        if (!looked.inside) continue;
        if (!looked.same && witness.foreign++ == 0) witness.first_foreign = address;
        if (address - witness.except < witness.except_bytes) continue;
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, executed_in_guest, QEMU_PLUGIN_CB_NO_REGS,
                                               reinterpret_cast<void*>(address));
    }
}

std::optional<std::string> read_file(const char* name) {
    std::FILE* file = std::fopen(name, "rb");
    if (file == nullptr) return std::nullopt;
    std::string content;
    char part[65536];
    for (std::size_t bytes; (bytes = std::fread(part, 1, sizeof part, file)) != 0;) content.append(part, bytes);
    const bool good = std::ferror(file) == 0;
    std::fclose(file);
    return good ? std::optional(content) : std::nullopt;
}

bool parse(std::string_view text, std::uint64_t& value) {
    const int base = text.starts_with("0x") ? 16 : 10;
    if (base == 16) text.remove_prefix(2);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc{} && end == text.data() + text.size();
}

/// NAME=VALUE; returns what is wrong with it, or nothing.
const char* take(const char* argument) {
    const char* value = std::strchr(argument, '=');
    if (value == nullptr) return "has no value";
    const std::string_view name(argument, static_cast<std::size_t>(value - argument));
    ++value;
    if (name == "out") {
        witness.out = value;
    } else if (name == "at") {
        if (!parse(value, witness.at)) return "is no address";
    } else if (name == "budget") {
        if (!parse(value, witness.budget)) return "is no number";
    } else if (name == "except") {
        if (!parse(value, witness.except)) return "is no address";
    } else if (name == "bytes") {
        if (!parse(value, witness.except_bytes)) return "is no number";
    } else if (name == "handler") {
        if (!parse(value, witness.handler)) return "is no address";
    } else if (name == "image") {
        const std::optional<std::string> content = read_file(value);
        if (!content) return "cannot be read";
        witness.images.push_back(*content);
    } else {
        return "is not known";
    }
    return nullptr;
}

}  // namespace

int qemu_plugin_version = qemu_plugin_num_vcpus ? 2 : 1;

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc, char** argv) {
    for (int number = 0; number < argc; ++number) {
        if (const char* wrong = take(argv[number])) {
            std::fprintf(stderr, "guest_witness: %s: %s\n", argv[number], wrong);
            return 1;
        }
    }
    if (witness.out == nullptr || witness.images.empty() || !info->system_emulation) {
        std::fputs("guest_witness: needs out=FILE, at=ADDRESS, image=FILE and a whole machine\n", stderr);
        return 1;
    }
    interface_version = info->version.cur;
    qemu_plugin_register_vcpu_tb_trans_cb(id, instrument);
    qemu_plugin_register_atexit_cb(id, at_exit, nullptr);
    return 0;
}

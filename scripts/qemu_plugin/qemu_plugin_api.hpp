// SPDX-License-Identifier: Apache-2.0
// The part of QEMU's TCG plugin interface that is used here. No package has its header, so what is needed is declared
// anew.
//
// All functions but qemu_plugin_insn_data are the same in every version of the interface so far: 1 (QEMU 7.2, Debian
// 12), 4 (QEMU 10.0, Debian 13) and 5 (QEMU 10.1). QEMU finds qemu_plugin_version and qemu_plugin_install by name when
// it loads a plugin, and refuses one whose version is not between its own least and its own: 7.2 takes 0 and 1, 10.0
// takes 2 to 4.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {

/// A block of guest instructions that is translated, and then runs, as one; known only while it is translated.
struct qemu_plugin_tb;
struct qemu_plugin_insn;

using qemu_plugin_id_t = std::uint64_t;

struct qemu_info_t {
    const char* target_name;
    struct {
        int min;
        int cur;
    } version;
    bool system_emulation;
    struct {
        int smp_vcpus;
        int max_vcpus;
    } system;
};

enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_CB_R_REGS };

using qemu_plugin_vcpu_tb_trans_cb_t = void (*)(qemu_plugin_id_t id, qemu_plugin_tb* block);
using qemu_plugin_vcpu_udata_cb_t = void (*)(unsigned int vcpu_index, void* userdata);
using qemu_plugin_udata_cb_t = void (*)(qemu_plugin_id_t id, void* userdata);
using qemu_plugin_vcpu_simple_cb_t = void (*)(qemu_plugin_id_t id, unsigned int vcpu_index);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_tb_trans_cb_t callback);
std::size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb* block);
qemu_plugin_insn* qemu_plugin_tb_get_insn(const qemu_plugin_tb* block, std::size_t index);
std::uint64_t qemu_plugin_insn_vaddr(const qemu_plugin_insn* instruction);
/// The instruction's bytes. Before version 3 it returns where they are; since then it copies them:
/// `std::size_t (const qemu_plugin_insn*, void* to, std::size_t bytes)`. To be called as the one that it is.
void qemu_plugin_insn_data();
void qemu_plugin_register_vcpu_tb_exec_cb(qemu_plugin_tb* block, qemu_plugin_vcpu_udata_cb_t callback,
                                          qemu_plugin_cb_flags flags, void* userdata);
void qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_insn* instruction, qemu_plugin_vcpu_udata_cb_t callback,
                                            qemu_plugin_cb_flags flags, void* userdata);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, qemu_plugin_udata_cb_t callback, void* userdata);

void qemu_plugin_register_vcpu_init_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_simple_cb_t callback);

// Registers and memory can be read from version 4 on. Weak, so that a plugin can say so itself.

struct qemu_plugin_register;
struct qemu_plugin_reg_descriptor {
    qemu_plugin_register* handle;
    const char* name;
    const char* feature;
};
/// GLib's GArray, as far as it is public.
struct qemu_plugin_reg_list {
    qemu_plugin_reg_descriptor* data;
    unsigned int len;
};
/// GLib's GByteArray.
struct qemu_plugin_bytes {
    std::uint8_t* data;
    unsigned int len;
};

/// To be called when a CPU is initialised.
[[gnu::weak]] qemu_plugin_reg_list* qemu_plugin_get_registers();
/// Appends a register of the CPU that runs now. Returns how many bytes it has, or less than 0.
[[gnu::weak]] int qemu_plugin_read_register(qemu_plugin_register* handle, qemu_plugin_bytes* to);
/// Appends memory at a virtual address, as the CPU that runs now has it.
[[gnu::weak]] bool qemu_plugin_read_memory_vaddr(std::uint64_t address, qemu_plugin_bytes* to, std::size_t bytes);
/// GLib's, which QEMU has loaded.
[[gnu::weak]] qemu_plugin_bytes* g_byte_array_new();
[[gnu::weak]] qemu_plugin_bytes* g_byte_array_set_size(qemu_plugin_bytes* bytes, unsigned int length);

/// Came with version 2, which is how a plugin learns what it was loaded into. Never called.
[[gnu::weak]] int qemu_plugin_num_vcpus();

/// What a plugin has to have.
[[gnu::visibility("default")]] extern int qemu_plugin_version;
[[gnu::visibility("default")]] int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc,
                                                       char** argv);
}

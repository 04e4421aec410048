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

enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

using qemu_plugin_vcpu_tb_trans_cb_t = void (*)(qemu_plugin_id_t id, qemu_plugin_tb* block);
using qemu_plugin_vcpu_udata_cb_t = void (*)(unsigned int vcpu_index, void* userdata);
using qemu_plugin_udata_cb_t = void (*)(qemu_plugin_id_t id, void* userdata);

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

/// Came with version 2, which is how a plugin learns what it was loaded into. Never called.
[[gnu::weak]] int qemu_plugin_num_vcpus();

/// What a plugin has to have.
[[gnu::visibility("default")]] extern int qemu_plugin_version;
[[gnu::visibility("default")]] int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc,
                                                       char** argv);
}

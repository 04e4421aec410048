// SPDX-License-Identifier: Apache-2.0
// A plugin for QEMU that records what a hypervisor does which has no recorder of its own, such as Linux' KVM or Xen:
// exceptions and returns, moves of system registers, branches. Not an instruction is added to what runs.
//
//   qemu-system-aarch64 ... -plugin file=liboutside_recorder.so,out=FILE,begin=ADDRESS[,end=ADDRESS][,limit=BYTES]
//
// `begin` and `end` are virtual addresses in the guest of that hypervisor: when it executes the one, a window begins in
// which all is recorded, with the other the window ends. It may begin again. With no `end` it lasts until QEMU ends;
// with `begin=0` it begins with the first instruction of a guest. What is written is described in
// viewer/model/peers/raw_log.hpp, and `wstrace convert` makes a trace of it.
//
// The plugin does not know what any of it means: which function is which, whose register is saved. It only knows what
// the architecture says. An exception has happened where the next instruction is at a vector and the one before does
// not explain that. QEMU's plugin interface has no word for it before version 6.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "a64_instruction.hpp"
#include "cpu_registers.hpp"
#include "qemu_plugin_api.hpp"
#include "raw_log_file.hpp"
#include "running_cpu.hpp"

namespace {

using a64::Instruction;
using ws::raw::Branch;
using ws::raw::Kind;

constexpr std::uint64_t kBytes = 4;  // of an instruction
constexpr std::uint64_t kNear = 16;  // instructions between a load or store and the move it is of
constexpr std::uint64_t kReadsInterrupt = ws::raw::encoding(ws::SysregId::ICC_IAR1_EL1);
constexpr std::uint64_t kSendsInterrupt = ws::raw::encoding(ws::SysregId::ICC_SGI1R_EL1);

/// A register that was loaded or read shortly before.
struct Recent {
    std::uint64_t until = 0;  ///< the time after which it is forgotten
    std::uint64_t what = 0;   ///< the address, or the encoding
    std::uint64_t value = 0;  ///< of what was read
};

struct Cpu {
    bool placed = false;  ///< is it known where it is?
    unsigned el = 0;
    bool in_guest = false;
    const Instruction* last = nullptr;
    std::uint64_t target = 0;  ///< where `last` goes, if it goes by a register
    Recent loads[32];
    Recent reads[32];
    std::map<std::uint64_t, std::uint64_t> known;  ///< by encoding, and exception level in bits 16 and 17
};

// Nothing here has a destructor that runs: QEMU calls finish after those of this file.
struct Recorder {
    std::uint64_t begin = 0;
    std::uint64_t end = ~std::uint64_t{0};
    bool recording = false;
    std::uint64_t clock = 0;  ///< instructions executed
    Cpu* cpus = nullptr;
    unsigned count = 0;
    RawLogFile log;
    CpuRegisters registers;
    RunningCpu running;
    std::vector<std::unique_ptr<Instruction[]>> blocks;
};
Recorder& recorder = *new Recorder;

unsigned number_of(const Cpu& cpu) { return static_cast<unsigned>(&cpu - recorder.cpus); }

template <class... Words>
void put(Kind kind, const Cpu& cpu, Words... words) {
    recorder.log.put(kind, number_of(cpu), recorder.clock, {static_cast<std::uint64_t>(words)...});
}

unsigned current_el() { return static_cast<unsigned>(recorder.registers.read(Register::cpsr) >> 2 & 3); }

/// Is a guest at this exception level, as HCR_EL2 is now?
bool is_guest(unsigned el) {
    const std::uint64_t hcr = recorder.registers.read(Register::hcr_el2);
    return el < 2 && ws::reg::HCR_EL2::VM.get(hcr) != 0 && ws::reg::HCR_EL2::TGE.get(hcr) == 0;
}

/// Looks where the CPU is after something that may have changed it.
void look(Cpu& cpu) {
    cpu.el = current_el();
    cpu.in_guest = is_guest(cpu.el);
}

void put_general(std::vector<std::uint64_t>& words) {
    for (unsigned i = 0; i < ws::raw::kGeneralRegisters; ++i) words.push_back(recorder.registers.x(i));
}

void put_place(const Cpu& cpu, std::uint64_t pc) {
    CpuRegisters& registers = recorder.registers;
    put(Kind::place, cpu, 1, cpu.el, registers.read(Register::hcr_el2), registers.read(Register::vmpidr_el2),
        registers.read(Register::vttbr_el2), pc);
}

void put_mark(const Cpu& cpu, std::uint64_t what) {
    char name[32];
    recorder.registers.read_memory(recorder.registers.x(0), name, sizeof(name));
    std::uint64_t words[4];
    std::memcpy(words, name, sizeof(words));
    put(Kind::mark, cpu, what, recorder.registers.x(1), words[0], words[1], words[2], words[3]);
}

void begin_window(Cpu& cpu, std::uint64_t pc) {
    look(cpu);
    if (!cpu.in_guest) return;
    recorder.recording = true;
    recorder.log.start_clock(recorder.clock);
    put(Kind::window_begin, cpu, recorder.clock, pc);
    for (unsigned i = 0; i < recorder.count; ++i) {
        Cpu& other = recorder.cpus[i];
        for (const auto& [key, value] : other.known) put(Kind::known, other, key & 0xffff, key >> 16, value);
        other.placed = false;
        other.last = nullptr;
    }
    if (recorder.begin != 0) put_mark(cpu, 1);
}

void end_window(Cpu& cpu, std::uint64_t pc) {
    put_mark(cpu, 2);
    put(Kind::window_end, cpu, pc);
    recorder.recording = false;
}

/// The exception level has changed by an exception: to the vector at `pc`.
void take_exception(Cpu& cpu, std::uint64_t pc) {
    CpuRegisters& registers = recorder.registers;
    look(cpu);
    const bool el2 = cpu.el == 2;
    const std::uint64_t elr = registers.read(el2 ? Register::elr_el2 : Register::elr_el1);
    // It has not been executed, and is counted when it comes again.
    if (cpu.last != nullptr && elr == cpu.last->pc && cpu.last->kind != a64::Kind::exception) --recorder.clock;
    if (cpu.in_guest) return;  // the guest's own, perhaps before its first instruction
    std::vector<std::uint64_t> words = {pc,
                                        cpu.el,
                                        registers.read(el2 ? Register::esr_el2 : Register::esr_el1),
                                        elr,
                                        registers.read(el2 ? Register::spsr_el2 : Register::spsr_el1),
                                        registers.read(el2 ? Register::far_el2 : Register::far_el1),
                                        registers.read(Register::hpfar_el2),
                                        registers.read(Register::hcr_el2),
                                        registers.read(Register::vmpidr_el2),
                                        registers.read(Register::vttbr_el2)};
    put_general(words);
    recorder.log.put(Kind::exception, number_of(cpu), recorder.clock, words.data(), words.size());
}

bool is_vector(std::uint64_t pc, unsigned el) {
    if (el != 1 && el != 2) return false;
    const std::uint64_t base = recorder.registers.read(el == 2 ? Register::vbar_el2 : Register::vbar_el1);
    return (pc & 0x7f) == 0 && (pc & ~std::uint64_t{0x7ff}) == (base & ~std::uint64_t{0x7ff});
}

/// A CPU's first instruction in a window. Another CPU may have begun the window while this one was in its guest, and
/// an interrupt been taken before it went on: then it is at a vector, and that it left its guest belongs to the window.
void find_place(Cpu& cpu, std::uint64_t pc) {
    look(cpu);
    cpu.placed = true;
    const auto from = static_cast<unsigned>(recorder.registers.read(Register::spsr_el2) >> 2 & 3);
    if (cpu.el != 2 || !is_guest(from) || !is_vector(pc, 2)) return put_place(cpu, pc);
    cpu.el = from;
    cpu.in_guest = true;
    put_place(cpu, recorder.registers.read(Register::elr_el2));
    take_exception(cpu, pc);
}

void put_branch(const Cpu& cpu, const Instruction& from, std::uint64_t to, Branch how) {
    if (cpu.in_guest || cpu.el == 0) return;
    const bool bare = how == Branch::conditional;
    put(Kind::branch, cpu, from.pc, to, how, bare ? 0 : recorder.registers.x(0), bare ? 0 : recorder.registers.x(1));
}

/// What the instruction before has done to have led here.
void arrive(Cpu& cpu, const Instruction& now) {
    const Instruction& last = *cpu.last;
    const std::uint64_t pc = now.pc;
    switch (last.kind) {
        case a64::Kind::branch:
        case a64::Kind::call:
            if (pc != last.pc + static_cast<std::uint64_t>(last.offset)) break;
            return put_branch(cpu, last, pc, last.kind == a64::Kind::call ? Branch::call : Branch::jump);
        case a64::Kind::branch_to:
            if (pc == cpu.target) return put_branch(cpu, last, pc, Branch::jump);
            break;
        case a64::Kind::call_to:
            if (pc == cpu.target) return put_branch(cpu, last, pc, Branch::call);
            break;
        case a64::Kind::back:
            if (pc == cpu.target) return put_branch(cpu, last, pc, Branch::back);
            break;
        case a64::Kind::eret:
            if (pc == cpu.target) return look(cpu);
            break;
        case a64::Kind::conditional:
            if (pc == last.pc + kBytes) return;
            if (pc == last.pc + static_cast<std::uint64_t>(last.offset)) {
                return put_branch(cpu, last, pc, Branch::conditional);
            }
            break;
        default:
            if (pc == last.pc + kBytes) return;
            break;
    }
    if (is_vector(pc, current_el())) return take_exception(cpu, pc);
    if (pc == last.pc) {
        --recorder.clock;  // QEMU begins it anew
    } else {
        look(cpu);
        put_branch(cpu, last, pc, Branch::unknown);
    }
}

/// What the instruction before has left in registers.
void finish(Cpu& cpu, const Instruction& now) {
    const Instruction& last = *cpu.last;
    if (cpu.in_guest || now.pc != last.pc + kBytes) return;
    if (last.kind == a64::Kind::mrs && (cpu.el == 2 || last.encoding == kReadsInterrupt)) {
        const std::uint64_t value = recorder.registers.x(last.rt);
        put(Kind::read, cpu, last.pc, last.encoding, value);
        cpu.reads[last.rt] = {recorder.clock + kNear, last.encoding, value};
    } else if (last.kind == a64::Kind::load && cpu.el == 2 && last.rt == 29 && last.rt2 == 30 &&
               last.rn != a64::kZeroOrSp) {
        std::vector<std::uint64_t> words = {last.pc, 2};
        put_general(words);
        recorder.log.put(Kind::general, number_of(cpu), recorder.clock, words.data(), words.size());
    }
}

void put_vectors(const Cpu& cpu, const Instruction& now, std::uint64_t what) {
    std::vector<std::uint64_t> words = {now.pc, what};
    for (unsigned i = 0; i < 32; ++i) {
        const CpuRegisters::Both value = recorder.registers.read_both(Register::v0 + i);
        words.push_back(value.low);
        words.push_back(value.high);
    }
    words.push_back(recorder.registers.read(Register::fpsr));
    words.push_back(recorder.registers.read(Register::fpcr));
    recorder.log.put(Kind::vector, number_of(cpu), recorder.clock, words.data(), words.size());
}

void store(Cpu& cpu, const Instruction& now) {
    if (now.rn == a64::kZeroOrSp) return;
    const std::uint64_t address = recorder.registers.x(now.rn) + static_cast<std::uint64_t>(now.offset);
    for (const unsigned i : {0U, 1U}) {
        const unsigned rt = i == 0 ? now.rt : now.rt2;
        Recent& read = cpu.reads[rt];
        if (rt == a64::kZeroOrSp || read.until < recorder.clock || recorder.registers.x(rt) != read.value) continue;
        put(Kind::stored, cpu, now.pc, read.what, address + i * 8);
        read.until = 0;
    }
    if (now.rt != 29 || now.rt2 != 30) return;
    std::vector<std::uint64_t> words = {now.pc, 1};
    put_general(words);
    recorder.log.put(Kind::general, number_of(cpu), recorder.clock, words.data(), words.size());
}

void load(Cpu& cpu, const Instruction& now) {
    if (now.rn == a64::kZeroOrSp) return;
    const std::uint64_t address = recorder.registers.x(now.rn) + static_cast<std::uint64_t>(now.offset);
    cpu.loads[now.rt] = {recorder.clock + kNear, address, 0};
    if (now.rt2 != a64::kZeroOrSp) cpu.loads[now.rt2] = {recorder.clock + kNear, address + 8, 0};
}

/// Where a register's value was loaded from shortly before, if it is still there; else 0.
std::uint64_t source_of(const Cpu& cpu, unsigned rt) {
    const Recent& load = cpu.loads[rt];
    if (rt == a64::kZeroOrSp || load.until < recorder.clock) return 0;
    std::uint64_t there = 0;
    recorder.registers.read_memory(load.what, &there, sizeof(there));
    return there == recorder.registers.x(rt) ? load.what : 0;
}

void put_return(Cpu& cpu, const Instruction& now) {
    CpuRegisters& registers = recorder.registers;
    const bool el2 = cpu.el == 2;
    cpu.target = registers.read(el2 ? Register::elr_el2 : Register::elr_el1);
    std::vector<std::uint64_t> words = {now.pc,
                                        cpu.el,
                                        cpu.target,
                                        registers.read(el2 ? Register::spsr_el2 : Register::spsr_el1),
                                        registers.read(Register::hcr_el2),
                                        registers.read(Register::vmpidr_el2),
                                        registers.read(Register::vttbr_el2)};
    put_general(words);
    if (!cpu.in_guest)
        recorder.log.put(Kind::exception_return, number_of(cpu), recorder.clock, words.data(), words.size());
}

/// What the instruction is about to do.
void prepare(Cpu& cpu, const Instruction& now) {
    switch (now.kind) {
        case a64::Kind::eret: return put_return(cpu, now);
        case a64::Kind::branch_to:
        case a64::Kind::call_to:
        case a64::Kind::back: cpu.target = recorder.registers.x(now.rn); return;
        default: break;
    }
    if (cpu.in_guest || cpu.el == 0) return;
    const bool el2 = cpu.el == 2;
    if (now.kind == a64::Kind::msr && (el2 || now.encoding == kSendsInterrupt)) {
        put(Kind::write, cpu, now.pc, now.encoding, recorder.registers.x(now.rt), source_of(cpu, now.rt));
    } else if (el2 && now.kind == a64::Kind::store) {
        store(cpu, now);
    } else if (el2 && now.kind == a64::Kind::load) {
        load(cpu, now);
    } else if (now.kind == a64::Kind::vector_store) {
        put_vectors(cpu, now, 1);
    } else if (now.kind == a64::Kind::vector_load) {
        put_vectors(cpu, now, 2);
    }
}

void record(Cpu& cpu, const Instruction& now) {
    if (!cpu.placed) {
        find_place(cpu, now.pc);
    } else if (cpu.last != nullptr) {
        arrive(cpu, now);
        finish(cpu, now);
    }
    prepare(cpu, now);
    cpu.last = &now;
}

Cpu& cpu_of(unsigned int told) { return recorder.cpus[recorder.running.index(told)]; }

void executed(unsigned int told, void* instruction) {
    if (recorder.recording) record(cpu_of(told), *static_cast<const Instruction*>(instruction));
    ++recorder.clock;
}

/// What is written before a window begins is known in it.
void executed_msr(unsigned int told, void* instruction) {
    const auto& now = *static_cast<const Instruction*>(instruction);
    Cpu& cpu = cpu_of(told);
    const std::uint64_t el = recorder.recording && cpu.placed ? cpu.el : current_el();
    const std::uint64_t value = recorder.registers.x(now.rt);
    executed(told, instruction);
    cpu.known[now.encoding | el << 16] = value;
}

void executed_begin(unsigned int told, void* instruction) {
    if (!recorder.recording) begin_window(cpu_of(told), static_cast<const Instruction*>(instruction)->pc);
}

void executed_end(unsigned int told, void* instruction) {
    Cpu& cpu = cpu_of(told);
    if (recorder.recording && cpu.placed && cpu.in_guest) {
        end_window(cpu, static_cast<const Instruction*>(instruction)->pc);
    }
}

/// An A64 instruction's word; from version 3 of the interface on it is copied.
std::uint32_t word_of(const qemu_plugin_insn* instruction) {
    std::uint32_t word = 0;
    const auto copy =
        reinterpret_cast<std::size_t (*)(const qemu_plugin_insn*, void*, std::size_t)>(&qemu_plugin_insn_data);
    copy(instruction, &word, sizeof word);
    return word;
}

bool leaves_something(const Instruction& instruction) {
    return instruction.kind == a64::Kind::mrs || instruction.kind == a64::Kind::load;
}

void instrument(qemu_plugin_id_t, qemu_plugin_tb* block) {
    const std::size_t count = qemu_plugin_tb_n_insns(block);
    Instruction* const instructions = recorder.blocks.emplace_back(new Instruction[count]).get();
    for (std::size_t i = 0; i < count; ++i) {
        qemu_plugin_insn* const insn = qemu_plugin_tb_get_insn(block, i);
        Instruction& now = instructions[i];
        now = a64::decode(qemu_plugin_insn_vaddr(insn), word_of(insn));
        const auto call = [&now, insn](qemu_plugin_vcpu_udata_cb_t callback, qemu_plugin_cb_flags flags) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, callback, flags, &now);
        };
        if (now.pc == recorder.end) call(executed_end, QEMU_PLUGIN_CB_R_REGS);
        if (recorder.begin == 0 ? i == 0 : now.pc == recorder.begin) call(executed_begin, QEMU_PLUGIN_CB_R_REGS);
        // What was decided when the instruction before was executed is looked at when this one is; an exception leads
        // to the first one of a block.
        const bool looks = i == 0 || now.kind != a64::Kind::plain || leaves_something(instructions[i - 1]) ||
                           instructions[i - 1].kind != a64::Kind::plain;
        call(now.kind == a64::Kind::msr ? executed_msr : executed,
             looks ? QEMU_PLUGIN_CB_R_REGS : QEMU_PLUGIN_CB_NO_REGS);
    }
}

void found_cpu(qemu_plugin_id_t, unsigned int) { recorder.registers.find(); }

void at_exit(qemu_plugin_id_t, void*) {
    if (const char* missing = recorder.registers.missing()) {
        std::fprintf(stderr, "outside_recorder: QEMU shows no register %s\n", missing);
    }
    if (!recorder.running.is_known()) {
        std::fputs("outside_recorder: QEMU does not tell which CPU executes what: the log is of no use\n", stderr);
    }
    if (const char* wrong = recorder.log.close()) std::fprintf(stderr, "outside_recorder: %s\n", wrong);
}

bool parse(std::string_view text, std::uint64_t& value) {
    const int base = text.starts_with("0x") ? 16 : 10;
    if (base == 16) text.remove_prefix(2);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc{} && end == text.data() + text.size();
}

/// NAME=VALUE; returns what is wrong with it, or nothing.
const char* take(const char* argument, bool& has_out, bool& has_begin) {
    const char* value = std::strchr(argument, '=');
    if (value == nullptr) return "has no value";
    const std::string_view name(argument, static_cast<std::size_t>(value - argument));
    ++value;
    if (name == "out") {
        has_out = recorder.log.open(value);
        return has_out ? nullptr : "cannot be made";
    }
    std::uint64_t number = 0;
    if (!parse(value, number)) return "is no number";
    if (name == "begin") {
        has_begin = true;
        recorder.begin = number;
    } else if (name == "end") {
        recorder.end = number;
    } else if (name == "limit") {
        recorder.log.set_limit(number);
    } else {
        return "is not known";
    }
    return nullptr;
}

}  // namespace

// The first whose registers can be read.
int qemu_plugin_version = 4;

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc, char** argv) {
    bool has_out = false;
    bool has_begin = false;
    for (int number = 0; number < argc; ++number) {
        if (const char* wrong = take(argv[number], has_out, has_begin)) {
            std::fprintf(stderr, "outside_recorder: %s: %s\n", argv[number], wrong);
            return 1;
        }
    }
    if (!has_out || !has_begin || !info->system_emulation) {
        std::fputs("outside_recorder: needs out=FILE, begin=ADDRESS and a whole machine\n", stderr);
        return 1;
    }
    recorder.count = static_cast<unsigned>(info->system.max_vcpus);
    recorder.cpus = new Cpu[recorder.count];
    recorder.running.find(recorder.count, info->version.cur);
    qemu_plugin_register_vcpu_init_cb(id, found_cpu);
    qemu_plugin_register_vcpu_tb_trans_cb(id, instrument);
    qemu_plugin_register_atexit_cb(id, at_exit, nullptr);
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/peers/converter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <string_view>

#include "hyp/arch/syndrome.hpp"
#include "viewer/model/base/error.hpp"
#include "viewer/model/capture/capture.hpp"
#include "viewer/model/peers/asked_for.hpp"
#include "viewer/model/peers/raw_record_words.hpp"
#include "viewer/model/peers/recorded_cpu.hpp"
#include "viewer/model/peers/recorded_peer.hpp"
#include "viewer/model/peers/sysreg_names.hpp"

namespace ws::model {
namespace {

using raw::Branch;
using raw::Kind;

u64 benchmark_number(std::string_view name) {
#define BENCHMARK(number, its_name, meaning) \
    if (name == (its_name)) return number;
#include "hyp/trace/format/benchmarks.def"
#undef BENCHMARK
    return 0;
}

/// What a trap tells by itself, what code at EL2 has for itself, and PSTATE, which each exception changes.
bool is_no_context(SysregId id) {
    return id == SysregId::ESR_EL2 || id == SysregId::FAR_EL2 || id == SysregId::HPFAR_EL2 ||
           id == SysregId::TPIDR_EL2 || id == SysregId::DAIF;
}

/// In these steps EL2 is made ready for a guest.
bool is_entering(u8 step) {
    switch (static_cast<trace::Step>(step)) {
        case trace::Step::activate_traps:
        case trace::Step::enter_stage2:
        case trace::Step::restore_vgic:
        case trace::Step::restore_timer:
        case trace::Step::restore_el1:
        case trace::Step::restore_fp:
        case trace::Step::restore_debug:
        case trace::Step::restore_general_purpose:
        case trace::Step::vcpu_load:
        case trace::Step::flush_interrupts: return true;
        default: return false;
    }
}

class Converter {
  public:
    Converter(const RawLog& log, Symbols& symbols, Peer peer, TraceWriter& writer, ConvertResult& result)
        : log_(log), symbols_(symbols), peer_(peer), result_(result) {
        for (u32 cpu = 0; cpu < result.cpus; ++cpu) cpus_.emplace_back(peer, symbols, writer, cpu);
    }

    void run() {
        for (index_ = 0; index_ < log_.records().size(); ++index_) {
            const RawRecord& record = log_.records()[index_];
            if (record.cpu < cpus_.size() && !cpus_[record.cpu].given_up) take(cpus_[record.cpu], record);
        }
        for (RecordedCpu& cpu : cpus_) {
            cpu.out.close();
            result_.events += cpu.out.events();
        }
    }

  private:
    void take(RecordedCpu& cpu, const RawRecord& record) {
        const auto& w = record.words;
        switch (record.kind) {
            case Kind::window_begin:
                ++result_.windows;
                for (RecordedCpu& each : cpus_) each.forget();
                return;
            case Kind::window_end: return;
            case Kind::known:
                if (const auto id = sysreg_reached(w[0], e2h() && w[1] == 2)) cpu.known[*id] = w[2];
                return;
            case Kind::mark: return take_mark(cpu, record);
            case Kind::place: return take_place(cpu, record);
            case Kind::exception:
                return w[kLevel] == 2 ? take_exception(cpu, record) : take_host_exception(cpu, record);
            case Kind::exception_return:
                return w[kFromLevel] == 2 ? take_return(cpu, record) : take_host_return(cpu, record);
            case Kind::read: return take_read(cpu, record);
            case Kind::stored: return take_stored(cpu, record);
            case Kind::write: return take_write(cpu, record);
            case Kind::branch: return take_branch(cpu, record);
            case Kind::general: return take_general(cpu, record);
            case Kind::vector: return take_vector(cpu, record);
        }
    }

    bool e2h() const { return peer_ == Peer::vhe; }

    void take_mark(RecordedCpu& cpu, const RawRecord& record) {
        char name[33] = {};
        std::memcpy(name, &record.words[2], 32);
        const u64 number = benchmark_number(name);
        if (number == 0) return;  // the window is that of a guest which measures nothing
        const trace::payload::mark mark{record.words[0], number | record.words[1] << 8, cpu.owner};
        if (cpu.synced) {
            cpu.emit(record.time, mark);
        } else {
            mark_to_come_ = mark;
        }
    }

    void take_place(RecordedCpu& cpu, const RawRecord& record) {
        const auto& w = record.words;
        cpu.el = static_cast<unsigned>(w[1]);
        cpu.in_guest = cpu.el < 2 && has_guest(w[2]);
        cpu.synced = cpu.in_guest;
        if (!cpu.in_guest) return;
        cpu.owner = owner_of(w[3]);
        see_vcpu(cpu.owner);
        if (!mark_to_come_) return;
        mark_to_come_->owner = cpu.owner;
        mark_to_come_->value &= 0xff;  // the second argument is that of the mark at the end
        cpu.emit(record.time, *mark_to_come_);
        mark_to_come_.reset();
    }

    void see_vcpu(trace::Owner owner) { result_.vcpus = std::max<u32>(result_.vcpus, owner); }

    /// The function at an address. On nVHE's way into or out of a guest one must be there.
    std::optional<u32> function_at(const RecordedCpu& cpu, const RawRecord& record, u64 address) const {
        const auto symbol = symbols_.find(address);
        const bool on_the_way = cpu.in_call_of("__kvm_vcpu_run");
        if (!symbol && cpu.el == 2 && peer_ == Peer::nvhe && on_the_way) {
            throw TraceError(log_.file(), fmt::format("at byte {} EL2 is at 0x{:x}, where the symbols have no function",
                                                      record.at * sizeof(u64), address));
        }
        return symbol;
    }

    void take_exception(RecordedCpu& cpu, const RawRecord& record) {
        const auto& w = record.words;
        const u64 from = el_of(w[kSpsr]);
        const bool of_guest = from < 2 && has_guest(w[kHcr]);
        if (!of_guest && from < 2) cpu.end_steps(record.time);  // those of the host's kernel at EL1
        const auto vector = static_cast<u8>((w[kVector] & (kVectorBytes - 1)) / 0x80);
        const auto x = general_of(w, kFirstX);
        if (of_guest) {
            cpu.owner = owner_of(w[kVmpidr]);
            see_vcpu(cpu.owner);
            asked_[cpu.owner] = asked_for(x, vector, w);
            cpu.not_saved = x;
            cpu.in_frame.clear();
        }
        const bool filled = has_fault_address(vector, w[kEsr]);
        const u64 esr = has_syndrome(vector) ? w[kEsr] : 0;
        cpu.el = 2;
        cpu.in_guest = false;
        cpu.take_trap(record.time, {esr, w[kElr], w[kSpsr], filled ? w[kFar] : 0, filled ? w[kHpfar] : 0,
                                    of_guest ? cpu.owner : trace::kHost, vector, 0});
        const auto symbol = function_at(cpu, record, w[kVector]);
        if (of_guest) {
            if (symbol) cpu.at_el2.jump(*symbol, false);
        } else {
            if (peer_ == Peer::nvhe) cpu.at_el2.clear();
            if (symbol) cpu.at_el2.take_exception(*symbol);
        }
        follow(cpu, record);
    }

    /// The host's own at EL1, below nVHE.
    void take_host_exception(RecordedCpu& cpu, const RawRecord& record) {
        if (el_of(record.words[kSpsr]) == 0) cpu.run_user(record.time, false);
        cpu.el = 1;
        cpu.in_guest = false;
        if (const auto symbol = function_at(cpu, record, record.words[kVector])) cpu.at_el1.take_exception(*symbol);
        follow(cpu, record);
    }

    void take_return(RecordedCpu& cpu, const RawRecord& record) {
        const auto& w = record.words;
        const auto to = static_cast<unsigned>(el_of(w[kReturnSpsr]));
        const bool to_guest = to < 2 && has_guest(w[kReturnHcr]);
        const trace::payload::eret eret{w[kReturnElr], w[kReturnSpsr],
                                        to_guest ? owner_of(w[kReturnVmpidr]) : trace::kHost, 1};
        if (to_guest) {
            cpu.owner = eret.owner;
            see_vcpu(cpu.owner);
            const auto x = general_of(w, kFirstReturnX);
            answer(cpu, record.time, x, eret.ELR_EL2);
            std::vector<u64> values(x.begin(), x.end());
            values.push_back(cpu.guest_sp_el0);
            cpu.emit_block(record.time, RegisterClass::general, trace::Operation::restore, cpu.owner, values);
            if (!cpu.synced) {
                cpu.synced = true;
                cpu.out.emit(record.time, eret);
            } else {
                cpu.take_eret(record.time, eret);
            }
        } else {
            cpu.take_eret(record.time, eret);
            if (peer_ == Peer::nvhe) cpu.at_el2.clear();
            cpu.at_el2.return_from_exception();
        }
        cpu.el = to;
        cpu.in_guest = to_guest;
        if (!to_guest) cpu.follow_steps(record.time + 1);
    }

    void take_host_return(RecordedCpu& cpu, const RawRecord& record) {
        const auto to = static_cast<unsigned>(el_of(record.words[kReturnSpsr]));
        cpu.at_el1.return_from_exception();
        cpu.el = to;
        if (to == 0) {
            cpu.run_user(record.time, true);
        } else {
            cpu.follow_steps(record.time + 1);
        }
    }

    /// What the hypervisor did for a guest, now that the guest goes on.
    void answer(RecordedCpu& cpu, u64 time, const std::array<u64, raw::kGeneralRegisters>& x, u64 elr) {
        const AskedFor asked = asked_[cpu.owner];
        asked_[cpu.owner] = {};
        switch (asked.what) {
            case AskedFor::What::nothing: return;
            case AskedFor::What::hypercall:
                return cpu.emit(time, trace::payload::hypercall{asked.first, asked.argument, x[0], cpu.owner});
            case AskedFor::What::psci:
                return cpu.emit(time, trace::payload::psci{asked.first, asked.argument, x[0], cpu.owner});
            case AskedFor::What::load:
            case AskedFor::What::store: break;
        }
        if (elr == asked.elr) return;  // it is to be tried again
        cpu.emit(time, mmio_of(asked, x, cpu.owner));
    }

    void take_read(RecordedCpu& cpu, const RawRecord& record) {
        const u64 encoding = record.words[1];
        const u64 value = record.words[2];
        cpu.read[encoding] = value;
        const auto id = sysreg_reached(encoding, e2h() && cpu.el == 2);
        if (!id) return;
        if (*id == SysregId::ICC_IAR1_EL1) {
            const auto intid = static_cast<u32>(reg::ICC_IAR1_EL1::INTID.get(value));
            cpu.emit(record.time, trace::payload::physical_irq{intid, cpu.owner});
        }
        if (*id == SysregId::SP_EL0 && cpu.not_saved) cpu.guest_sp_el0 = value;
        if (is_in_frame(cpu, *id, trace::Step::save_general_purpose) && cpu.in_frame.insert(*id).second) {
            cpu.emit(record.time, trace::payload::register_move{value, *id, trace::Operation::save, cpu.owner});
        }
        cpu.known.try_emplace(*id, value);
    }

    /// The registers of the host's of which general records tell have SP_EL0 with them below nVHE.
    bool is_told_with_others(SysregId id, trace::Owner owner) const {
        return id == SysregId::SP_EL0 && (owner != trace::kHost || peer_ == Peer::nvhe);
    }

    static bool is_in_step(const RecordedCpu& cpu, trace::Step step) {
        const std::vector<u8> steps = cpu.at_el2.steps();
        return !steps.empty() && steps.back() == static_cast<u8>(step);
    }

    /// Xen has where its guest goes on in a frame on its stack, whose loads and stores nobody has recorded.
    bool is_in_frame(const RecordedCpu& cpu, SysregId id, trace::Step step) const {
        return peer_ == Peer::xen && info(id).register_class == RegisterClass::return_state && is_in_step(cpu, step);
    }

    /// KVM has the values of list registers in the vCPU's structure. What writes them is called for each with its value
    /// and takes a way of its own for each, so that it is too far from the load for the recorder to see where it is
    /// from.
    bool fills_list_register(const RecordedCpu& cpu, SysregId id) const {
        return peer_ != Peer::xen && info(id).register_class == RegisterClass::list_registers &&
               id != SysregId::ICH_HCR_EL2 && is_in_step(cpu, trace::Step::restore_vgic);
    }

    /// Whose a register is that is kept at an address. The host's breakpoints are in the vCPU's structure as well.
    static trace::Owner owner_of_move(const RecordedCpu& cpu, SysregId id, u64 address) {
        const bool breakpoint = info(id).register_class == RegisterClass::breakpoints;
        if (breakpoint && !cpu.at_el2.empty() && cpu.at_el2.frames().back().for_host) return trace::kHost;
        return cpu.in_vcpu(address) ? cpu.owner : trace::kHost;
    }

    void take_stored(RecordedCpu& cpu, const RawRecord& record) {
        const auto id = sysreg_reached(record.words[1], e2h());
        if (!id || !cpu.at_el2.switches() || is_no_context(*id) || cpu.in_frame.contains(*id)) return;
        // Before the guest's configuration is put in place the host's is kept, in the vCPU's own structure as well.
        const bool control = info(info(*id).register_class).moved_as == MovedAs::control;
        const trace::Owner owner = control ? trace::kHost : owner_of_move(cpu, *id, record.words[2]);
        if (is_told_with_others(*id, owner)) return;
        cpu.emit(record.time,
                 trace::payload::register_move{cpu.read[record.words[1]], *id, trace::Operation::save, owner});
    }

    void take_write(RecordedCpu& cpu, const RawRecord& record) {
        const u64 value = record.words[2];
        const u64 source = record.words[3];
        const auto id = sysreg_reached(record.words[1], e2h() && cpu.el == 2);
        if (!id) return;
        if (*id == SysregId::ICC_SGI1R_EL1) return take_kick(cpu, record);
        if (cpu.el != 2) return;
        const bool known = cpu.known.contains(*id);
        const u64 before = cpu.known_value(*id);
        cpu.known[*id] = value;
        const MovedAs moved_as = info(info(*id).register_class).moved_as;
        // What a kernel does besides to registers that the switch writes is told too: maintenance of the TLB, for one.
        // So is what it tells the virtual CPU interface, which Xen does from many places.
        const bool tells = cpu.at_el2.switches() || moved_as == MovedAs::control || cpu.written.contains(*id) ||
                           info(*id).register_class == RegisterClass::list_registers;
        const bool of_guest =
            fills_list_register(cpu, *id) || is_in_frame(cpu, *id, trace::Step::restore_general_purpose);
        if (tells && !is_no_context(*id)) {
            const trace::Owner owner = of_guest ? cpu.owner : owner_of_move(cpu, *id, source);
            if (of_guest || (source != 0 && moved_as != MovedAs::control)) {
                if (*id == SysregId::SP_EL0 && owner != trace::kHost) cpu.guest_sp_el0 = value;
                if (!is_told_with_others(*id, owner)) {
                    cpu.emit(record.time, trace::payload::register_move{value, *id, trace::Operation::restore, owner});
                }
            } else {
                if (!known) ++result_.unknown_before;
                if (cpu.synced) cpu.written.insert(*id);
                const std::vector<u8> steps = cpu.at_el2.steps();
                const bool entering = !steps.empty() && is_entering(steps.back());
                cpu.emit(record.time,
                         trace::payload::control_write{before, value, *id, entering ? cpu.owner : trace::kHost});
            }
        }
        cpu.at_el2.wrote(*id);
        cpu.follow_steps(record.time + 1);
    }

    void take_kick(RecordedCpu& cpu, const RawRecord& record) {
        const u64 targets = reg::ICC_SGI1R_EL1::TargetList.get(record.words[2]);
        for (u32 target = 0; target < cpus_.size(); ++target) {
            if (&cpus_[target] == &cpu || (targets >> target & 1) == 0) continue;
            const bool in_guest = cpus_[target].in_guest;
            cpu.emit(record.time,
                     trace::payload::kick{static_cast<u8>(target), in_guest ? cpus_[target].owner : trace::kHost,
                                          in_guest ? trace::KickReason::interrupt : trace::KickReason::reschedule});
        }
    }

    void take_branch(RecordedCpu& cpu, const RawRecord& record) {
        const auto& w = record.words;
        const auto from = symbols_.find(w[0]);
        const auto to = function_at(cpu, record, w[1]);
        if (!to && cpu.el == 2 && peer_ == Peer::nvhe) cpu.given_up = true;
        if (!to) return;
        const auto how = static_cast<Branch>(w[2]);
        const bool within = from == to && how != Branch::call && how != Branch::back;
        CallStack& stack = cpu.stack();
        if (within && !stack.empty() && stack.frames().back().symbol == *to) return;
        const bool for_host = !cpu.in_vcpu(w[3 + context_argument(peer_, symbols_[*to].name)]);
        see_argument(cpu, record, *to);
        switch (how) {
            case Branch::call: stack.call(*to, for_host); break;
            case Branch::back: stack.back(*to, for_host); break;
            default: stack.jump(*to, for_host); break;
        }
        follow(cpu, record);
    }

    /// A function is entered that has a vCPU for an argument.
    void see_argument(RecordedCpu& cpu, const RawRecord& record, u32 symbol) {
        const bool entered = record.words[1] == symbols_.start(symbol);
        const auto argument = entered ? vcpu_argument(peer_, symbols_[symbol].name) : std::nullopt;
        if (!argument) return;
        const u64 vcpu = record.words[3 + *argument];
        if (vcpu == cpu.vcpu) return;
        cpu.vcpu = vcpu;
        if (const trace::Owner next = next_guest(record.cpu); next != trace::kHost) cpu.owner = next;
    }

    /// The vCPU that this CPU enters, or that traps on it, next.
    trace::Owner next_guest(u32 cpu) const {
        for (std::size_t i = index_ + 1; i < log_.records().size(); ++i) {
            const RawRecord& record = log_.records()[i];
            if (record.cpu != cpu) continue;
            if (record.kind == Kind::window_begin) break;
            if (record.kind == Kind::exception_return && el_of(record.words[kReturnSpsr]) < 2 &&
                record.words[kFromLevel] == 2 && has_guest(record.words[kReturnHcr])) {
                return owner_of(record.words[kReturnVmpidr]);
            }
        }
        return trace::kHost;
    }

    void take_general(RecordedCpu& cpu, const RawRecord& record) {
        const auto& w = record.words;
        if (cpu.at_el2.empty()) return;
        const auto operation = w[1] == 1 ? trace::Operation::save : trace::Operation::restore;
        const std::string& function = cpu.at_el2.function(cpu.at_el2.frames().size() - 1);
        const auto kept = caller_kept(peer_, function, operation);
        if (!kept) return;
        const auto x = general_of(w, 2);
        std::vector<u64> values;
        if (*kept == RegisterClass::callee_saved) {
            values.assign(x.begin() + 19, x.end());
        } else {
            values.assign(x.begin(), x.end());
            values.push_back(operation == trace::Operation::save ? host_sp_el0(record.cpu, cpu)
                                                                 : cpu.known_value(SysregId::SP_EL0));
        }
        cpu.emit_block(record.time, *kept, operation, trace::kHost, values);
    }

    /// The host's SP_EL0 is saved a little later than its other registers.
    u64 host_sp_el0(u32 number, const RecordedCpu& cpu) const {
        static constexpr u64 kEncoding = raw::encoding(SysregId::SP_EL0);
        for (std::size_t i = index_ + 1; i < log_.records().size(); ++i) {
            const RawRecord& record = log_.records()[i];
            if (record.cpu != number) continue;
            if (record.kind == Kind::exception_return) break;
            if (record.kind == Kind::read && record.words[1] == kEncoding) return record.words[2];
        }
        return cpu.known_value(SysregId::SP_EL0);
    }

    void take_vector(RecordedCpu& cpu, const RawRecord& record) {
        const auto& w = record.words;
        if (!cpu.stack().switches()) return;
        const std::vector<u8> steps = cpu.stack().steps();
        const auto last = steps.empty() ? trace::Step{} : static_cast<trace::Step>(steps.back());
        const bool host = last == trace::Step::save_host_fp || last == trace::Step::restore_host_fp;
        const auto operation = w[1] == 1 ? trace::Operation::save : trace::Operation::restore;
        std::vector<u64> values(w.begin() + 2, w.end());
        cpu.emit_block(record.time, RegisterClass::fp, operation, host ? trace::kHost : cpu.owner, values);
    }

    /// After a change of the call stack.
    void follow(RecordedCpu& cpu, const RawRecord& record) {
        if (cpu.el == 2 && cpu.at_el2.unmapped()) refuse(cpu, record);
        cpu.follow_steps(record.time);
    }

    [[noreturn]] void refuse(const RecordedCpu& cpu, const RawRecord& record) const {
        std::string callers;
        const auto& frames = cpu.at_el2.frames();
        for (std::size_t i = 0; i + 1 < frames.size(); ++i) callers += cpu.at_el2.function(i) + " > ";
        throw TraceError(log_.file(),
                         fmt::format("{}{} is on the way into or out of a guest (byte {}), and no row of "
                                     "viewer/model/peers/path_functions.def says to which step it belongs; give it one",
                                     callers, cpu.at_el2.function(frames.size() - 1), record.at * sizeof(u64)));
    }

    const RawLog& log_;
    const Symbols& symbols_;
    Peer peer_;
    ConvertResult& result_;
    std::deque<RecordedCpu> cpus_;
    std::size_t index_ = 0;
    std::array<AskedFor, 256> asked_{};  ///< by owner
    std::optional<trace::payload::mark> mark_to_come_;
};

}  // namespace

ConvertResult convert(const RawLog& log, Symbols symbols, const ConvertOptions& options) {
    for (const auto& [key, value] : options.env) {
        if (const std::string problem = env_problem(key, value); !problem.empty()) throw TraceError("--env", problem);
    }
    const Peer peer = peer_of(log, symbols);
    if (peer == Peer::nvhe) find_nvhe(log, symbols);
    ConvertResult result;
    result.design = design_name(peer);
    result.cpus = std::max<u32>(log.cpus(), 1);
    TraceWriter writer(options.out, metadata_of(options, peer, result.cpus, vcpus_of(log)), result.cpus);
    try {
        Converter(log, symbols, peer, writer, result).run();
        writer.finish();
    } catch (...) {
        // Half a trace would be taken for a whole one. The folder was empty.
        std::error_code ignored;
        std::filesystem::remove_all(options.out, ignored);
        throw;
    }
    return result;
}

}  // namespace ws::model

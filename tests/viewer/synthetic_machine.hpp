// SPDX-License-Identifier: Apache-2.0
// Plays a hypervisor that records: keeps the clocks and writes the events that a design's world switch would leave.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "viewer/model/format/event_info.hpp"
#include "viewer/model/format/metadata.hpp"
#include "viewer/model/format/packet.hpp"

namespace ws::test {

using trace::Operation;
using trace::Owner;
using trace::Step;

inline constexpr u64 kGuestEl1 = 0x3c5;   ///< SPSR_EL2 of a guest's kernel: EL1h, all interrupts masked
inline constexpr u64 kHostEl1 = 0x5;      ///< that of the host's, with none masked
inline constexpr u64 kHvc = 0x5a00'0000;  ///< ESR_EL2
inline constexpr u64 kWfi = 0x0600'0000;

/// One CPU and its recorder.
class SyntheticMachine {
  public:
    SyntheticMachine(const std::filesystem::path& folder, trace::Level level, u32 cpu, const model::Uuid& uuid);

    /// Instructions of the software that is traced.
    void work(u64 instructions) { raw_ += instructions; }
    /// All CPUs share one clock: this one goes on where another one came to.
    void go_on_after(const SyntheticMachine& other) { raw_ = std::max(raw_, other.raw_); }
    /// Any other event, if the level has it.
    template <class Payload>
    void emit(const Payload& payload) {
        if (Payload::kLevel <= level_) emit_bytes(static_cast<u32>(Payload::kId), &payload, sizeof(payload));
    }
    void trap_by_irq(Owner owner, u64 elr, u64 spsr);
    void trap(Owner owner, u64 esr, u64 elr, u64 spsr, u64 far = 0, u64 hpfar = 0);
    void eret(Owner owner, u64 elr, u64 spsr);
    void begin(Step step);
    void end(Step step);
    /// All registers of a class, which takes one instruction a register.
    void block(RegisterClass register_class, Operation operation, Owner owner);
    /// The same with values that are known: they count up from `first`.
    void block(RegisterClass register_class, Operation operation, Owner owner, u64 first);
    void control(SysregId sysreg, Owner owner, u64 old_value, u64 new_value);
    void hypercall(Owner owner, u64 function, u64 argument, u64 result);
    /// Writes the last packet; returns how many there are.
    u64 finish();
    /// Events so far.
    u64 events() const { return events_; }

  private:
    void emit_bytes(u32 id, const void* payload, std::size_t bytes);
    void emit_block(const model::EventInfo& info, Operation operation, Owner owner, std::vector<u8>& bytes);
    void put(const void* bytes, std::size_t count);
    void open_packet();
    void close_packet();

    std::ofstream file_;
    trace::Level level_;
    u32 cpu_;
    model::Uuid uuid_;
    std::vector<u8> packet_;
    trace::PacketHeader header_{};
    u64 raw_ = 1000;
    u64 last_raw_ = 0;
    u64 spent_ = 0;
    u64 packets_ = 0;
    u64 events_ = 0;
    u64 seed_ = 0x9E37'79B9'7F4A'7C15;
};

}  // namespace ws::test

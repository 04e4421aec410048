// SPDX-License-Identifier: Apache-2.0
#include "tests/viewer/synthetic_machine.hpp"

#include <cstring>

namespace ws::test {
namespace {

/// What recording costs: an event, and each register of a block.
constexpr u64 kEventCost = 12;
constexpr u8 kTrapLead = 3;
constexpr u8 kEretTail = 5;
constexpr u8 kLowerElSync = 8;

}  // namespace

SyntheticMachine::SyntheticMachine(const std::filesystem::path& folder, trace::Level level, u32 cpu,
                                   const model::Uuid& uuid)
    : file_(folder / ("stream_" + std::to_string(cpu)), std::ios::binary), level_(level), cpu_(cpu), uuid_(uuid) {
    open_packet();
}

void SyntheticMachine::put(const void* bytes, std::size_t count) {
    const u8* from = static_cast<const u8*>(bytes);
    packet_.insert(packet_.end(), from, from + count);
}

void SyntheticMachine::open_packet() {
    packet_.assign(sizeof(trace::PacketHeader), 0);
    header_ = {};
    header_.magic = trace::kCtfMagic;
    std::memcpy(header_.uuid, uuid_.data(), uuid_.size());
    header_.timestamp_begin = raw_;
    header_.packet_seq_num = packets_;
    header_.recorder_begin = spent_;
    header_.cpu_id = cpu_;
    last_raw_ = raw_;
}

void SyntheticMachine::close_packet() {
    header_.timestamp_end = last_raw_;
    header_.content_size = header_.packet_size = packet_.size() * 8;
    std::memcpy(packet_.data(), &header_, sizeof(header_));
    header_.checksum = model::packet_checksum(packet_);
    std::memcpy(packet_.data(), &header_, sizeof(header_));
    file_.write(reinterpret_cast<const char*>(packet_.data()), static_cast<std::streamsize>(packet_.size()));
    ++packets_;
}

u64 SyntheticMachine::finish() {
    if (packet_.size() > sizeof(trace::PacketHeader)) close_packet();
    file_.close();
    return packets_;
}

void SyntheticMachine::emit_bytes(u32 id, const void* payload, std::size_t bytes) {
    if (packet_.size() + 2 * trace::kMaxEventBytes > trace::kPacketBytes) {
        close_packet();
        open_packet();
    }
    if (raw_ >> trace::kTimeBits != last_raw_ >> trace::kTimeBits) {
        const trace::ExtendedHeader epoch{static_cast<u8>(trace::kCompactIds),
                                          static_cast<u32>(trace::EventId::clock_epoch), raw_,
                                          static_cast<u32>(spent_)};
        put(&epoch, sizeof(epoch));
        ++events_;
    }
    if (id >= trace::kCompactIds) {
        const trace::ExtendedHeader header{static_cast<u8>(trace::kCompactIds), id, raw_, static_cast<u32>(spent_)};
        put(&header, sizeof(header));
    } else {
        const trace::CompactHeader header{static_cast<u32>(raw_ << trace::kIdBits) | id, static_cast<u32>(spent_)};
        put(&header, sizeof(header));
    }
    put(payload, bytes);
    ++events_;
    last_raw_ = raw_;
    const u64 cost = kEventCost + bytes / sizeof(u64);
    raw_ += cost;
    spent_ += cost;
}

void SyntheticMachine::trap(Owner owner, u64 esr, u64 elr, u64 spsr, u64 far, u64 hpfar) {
    raw_ += kTrapLead;
    emit(trace::payload::trap{esr, elr, spsr, far, hpfar, owner, kLowerElSync, kTrapLead});
}

void SyntheticMachine::trap_by_irq(Owner owner, u64 elr, u64 spsr) {
    raw_ += kTrapLead;
    emit(trace::payload::trap{0, elr, spsr, 0, 0, owner, kLowerElSync + 1, kTrapLead});
}

void SyntheticMachine::eret(Owner owner, u64 elr, u64 spsr) {
    emit(trace::payload::eret{elr, spsr, owner, kEretTail});
    raw_ += kEretTail;
}

void SyntheticMachine::begin(Step step) { emit(trace::payload::phase_begin{step}); }

void SyntheticMachine::end(Step step) { emit(trace::payload::phase_end{step}); }

void SyntheticMachine::block(RegisterClass register_class, Operation operation, Owner owner) {
    const model::EventInfo* info = model::find_block(register_class);
    std::vector<u8> bytes(info->bytes);
    for (u8& byte : bytes) {
        seed_ = seed_ * 6364136223846793005U + 1442695040888963407U;
        byte = static_cast<u8>(seed_ >> 56);
    }
    emit_block(*info, operation, owner, bytes);
}

void SyntheticMachine::block(RegisterClass register_class, Operation operation, Owner owner, u64 first) {
    const model::EventInfo* info = model::find_block(register_class);
    std::vector<u8> bytes(info->bytes);
    for (std::size_t at = sizeof(trace::payload::block_header); at < bytes.size(); at += sizeof(u64)) {
        const u64 value = first++;
        std::memcpy(bytes.data() + at, &value, sizeof(value));
    }
    emit_block(*info, operation, owner, bytes);
}

void SyntheticMachine::emit_block(const model::EventInfo& info, Operation operation, Owner owner,
                                  std::vector<u8>& bytes) {
    const trace::payload::block_header header{operation, owner};
    std::memcpy(bytes.data(), &header, sizeof(header));
    work(info.registers);
    if (level_ == trace::Level::full) emit_bytes(info.id, bytes.data(), bytes.size());
}

void SyntheticMachine::control(SysregId sysreg, Owner owner, u64 old_value, u64 new_value) {
    emit(trace::payload::control_write{old_value, new_value, sysreg, owner});
    work(3);
}

void SyntheticMachine::hypercall(Owner owner, u64 function, u64 argument, u64 result) {
    emit(trace::payload::hypercall{function, argument, result, owner});
}

}  // namespace ws::test

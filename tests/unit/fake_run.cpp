// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/fake_run.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace ws::test {

FakeRun::FakeRun(const FakeRunOptions& options) : icount_(options.icount), recorders_(options.cpus) {
    const u64 ring_bytes = options.packets * trace::kPacketBytes;
    ram_bytes_ = kOffset + trace::kPacketBytes + options.cpus * ring_bytes;
    const int file = ::open(ram().c_str(), O_RDWR | O_CREAT, 0600);
    if (file < 0 || ::ftruncate(file, static_cast<off_t>(ram_bytes_)) != 0) throw std::runtime_error("no RAM file");
    void* base = ::mmap(nullptr, ram_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    if (base == MAP_FAILED) throw std::runtime_error("RAM file not mapped");
    ram_ = static_cast<u8*>(base);
    page_ = reinterpret_cast<trace::RunPage*>(ram_ + kOffset);
    page_->format_version = trace::kFormatVersion;
    page_->level = static_cast<u32>(options.level);
    page_->cpus = options.cpus;
    page_->vcpus = static_cast<u32>(options.vm_of_vcpu.size());
    std::copy(options.vm_of_vcpu.begin(), options.vm_of_vcpu.end(), page_->vm_of_vcpu);
    std::strncpy(page_->design, options.design.c_str(), sizeof(page_->design) - 1);
    for (u32 cpu = 0; cpu < options.cpus; ++cpu) {
        ring(cpu).first_packet = trace::kPacketBytes + cpu * ring_bytes;
        ring(cpu).packets = options.packets;
    }
    page_->magic = trace::kRunPageMagic;
}

FakeRun::~FakeRun() { ::munmap(ram_, ram_bytes_); }

void FakeRun::spend(u64 instructions, u32 cpu) {
    clock_ += instructions;
    recorders_[cpu].spent += instructions;
}

void FakeRun::put(Recorder& recorder, const void* bytes, std::size_t count) {
    if (count != 0) std::memcpy(recorder.packet + recorder.used, bytes, count);
    recorder.used += count;
}

void FakeRun::close(u32 cpu) {
    Recorder& recorder = recorders_[cpu];
    if (recorder.packet == nullptr) return;
    trace::PacketHeader header;
    std::memcpy(&header, recorder.packet, sizeof(header));
    header.timestamp_end = clock_;
    header.content_size = recorder.used * 8;
    header.packet_size = trace::kPacketBytes * 8;
    header.events_discarded = ring(cpu).events_discarded;
    std::memcpy(recorder.packet, &header, sizeof(header));
    ring(cpu).open_bytes = 0;
    __atomic_store_n(&ring(cpu).produced, ring(cpu).produced + 1, __ATOMIC_RELEASE);
    recorder.packet = nullptr;
}

/// Sees that an event can follow; false while all packets are full.
bool FakeRun::make_room(u32 cpu, u64 time) {
    Recorder& recorder = recorders_[cpu];
    if (recorder.packet != nullptr && recorder.used + trace::kMaxEventBytes > trace::kPacketBytes) close(cpu);
    if (recorder.packet != nullptr) return true;
    trace::RingControl& control = ring(cpu);
    if (control.produced - __atomic_load_n(&control.consumed, __ATOMIC_ACQUIRE) >= control.packets) {
        ++control.events_discarded;
        return false;
    }
    const u64 slot = control.first_packet + control.produced % control.packets * trace::kPacketBytes;
    recorder.packet = ram_ + kOffset + slot;
    recorder.used = 0;
    recorder.epoch = time >> trace::kTimeBits;
    trace::PacketHeader header{};
    header.timestamp_begin = time;
    header.packet_seq_num = recorder.sequence++;
    header.recorder_begin = recorder.spent;
    header.cpu_id = cpu;
    header.events_discarded = control.events_discarded;
    put(recorder, &header, sizeof(header));
    return true;
}

void FakeRun::emit_bytes(u32 id, const void* payload, std::size_t bytes, u32 cpu) {
    const u64 time = window_.value_or(clock_);
    Recorder& recorder = recorders_[cpu];
    if (make_room(cpu, time)) {
        const u32 spent = static_cast<u32>(recorder.spent);
        if (time >> trace::kTimeBits != recorder.epoch || id >= trace::kCompactIds) {
            const trace::ExtendedHeader header{trace::kCompactIds, id, time, spent};
            put(recorder, &header, sizeof(header));
            recorder.epoch = time >> trace::kTimeBits;
        } else {
            const trace::CompactHeader header{static_cast<u32>(time << trace::kIdBits) | id, spent};
            put(recorder, &header, sizeof(header));
        }
        put(recorder, payload, bytes);
        ring(cpu).open_bytes = recorder.used;
    }
    if (window_) {
        ++window_events_;
    } else {
        spend(kRecorderCost, cpu);
    }
}

void FakeRun::end_window() {
    window_.reset();
    spend(std::exchange(window_events_, 0) * kRecorderCost);
}

void FakeRun::block(RegisterClass register_class, trace::Operation operation, trace::Owner owner, u64 first, u32 cpu) {
    const model::EventInfo& info = *model::find_block(register_class);
    std::vector<u8> payload(info.bytes);
    const trace::payload::block_header header{operation, owner};
    std::memcpy(payload.data(), &header, sizeof(header));
    for (std::size_t at = sizeof(header); at < payload.size(); at += sizeof(u64)) {
        const u64 value = first++;
        std::memcpy(payload.data() + at, &value, sizeof(value));
    }
    emit_bytes(info.id, payload.data(), payload.size(), cpu);
}

model::CaptureResult FakeRun::capture(const std::vector<std::function<void()>>& steps) {
    model::CaptureOptions options;
    options.ram = ram();
    options.offset = kOffset;
    options.out = folder() / "trace";
    options.uuid = model::Uuid{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    options.env = {{"guest", "fake"}, {"date", "2026-01-01T00:00:00Z"}, {"machine", "a \"quoted\" \\ word"}};
    if (!icount_) options.env.emplace_back("icount", "no");
    std::size_t step = 0;
    return model::capture(options, [&] {
        if (step < steps.size()) steps[step]();
        return ++step > steps.size();
    });
}

model::Trace FakeRun::trace() {
    capture();
    return model::Trace::load(folder());
}

model::Run FakeRun::run() {
    capture();
    return model::Run::load(folder());
}

}  // namespace ws::test

// SPDX-License-Identifier: Apache-2.0
// A machine without a machine: a RAM file with run page and rings, and a recorder that writes them as the hypervisor's
// does. It follows layout.hpp alone, so that it tells when the capture or the reader understands that differently.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/unit/temporary_folder.hpp"
#include "viewer/model/capture/capture.hpp"
#include "viewer/model/format/event_info.hpp"
#include "viewer/model/operations/run.hpp"
#include "viewer/model/trace/trace.hpp"

namespace ws::test {

struct FakeRunOptions {
    std::string design = "split";
    trace::Level level = trace::Level::full;
    u32 cpus = 1;
    u64 packets = 64;  ///< in each ring
    std::vector<u8> vm_of_vcpu = {1, 1};
    bool icount = true;
};

class FakeRun {
  public:
    static constexpr u64 kOffset = 2 * trace::kRunPageBytes;  ///< of the run page in the RAM file
    static constexpr u64 kRecorderCost = 12;                  ///< instructions an event takes

    explicit FakeRun(const FakeRunOptions& options = {});
    ~FakeRun();
    FakeRun(const FakeRun&) = delete;
    FakeRun& operator=(const FakeRun&) = delete;

    trace::RunPage& page() { return *page_; }
    trace::RingControl& ring(u32 cpu = 0) { return page_->rings[cpu]; }
    std::filesystem::path ram() const { return folder_.path() / "ram"; }
    std::filesystem::path folder() const { return folder_.path(); }

    /// Instructions of the traced software. All CPUs share the clock.
    void work(u64 instructions) { clock_ += instructions; }
    u64 clock() const { return clock_; }
    /// What the recorder of a CPU spent beside its events.
    void spend(u64 instructions, u32 cpu = 0);

    /// Events until end_window() share one reading of the clock; their cost comes at the end.
    void begin_window() { window_ = clock_; }
    void end_window();

    template <class Payload>
    void emit(const Payload& payload, u32 cpu = 0) {
        emit_bytes(static_cast<u32>(Payload::kId), &payload, sizeof(payload), cpu);
    }
    /// A register block whose values count up from `first`.
    void block(RegisterClass register_class, trace::Operation operation, trace::Owner owner, u64 first, u32 cpu = 0);
    void emit_bytes(u32 id, const void* payload, std::size_t bytes, u32 cpu);
    /// Closes a CPU's packet, as the recorder does when it stops.
    void close(u32 cpu = 0);

    /// Captures with everything that is in the rings into folder()/trace; `steps` is called between two looks.
    model::CaptureResult capture(const std::vector<std::function<void()>>& steps = {});
    /// capture() and load.
    model::Trace trace();
    model::Run run();

  private:
    struct Recorder {
        u8* packet = nullptr;
        u64 used = 0;
        u64 epoch = 0;
        u64 sequence = 0;
        u64 spent = 0;
    };

    bool make_room(u32 cpu, u64 time);
    void put(Recorder& recorder, const void* bytes, std::size_t count);

    TemporaryFolder folder_;
    bool icount_;
    u8* ram_ = nullptr;
    u64 ram_bytes_ = 0;
    trace::RunPage* page_ = nullptr;
    std::vector<Recorder> recorders_;
    u64 clock_ = 1000;
    std::optional<u64> window_;  ///< the time of all events in a window
    u64 window_events_ = 0;
};

}  // namespace ws::test

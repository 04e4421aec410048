// SPDX-License-Identifier: Apache-2.0
// Short runs for the tests of the model: a trace folder, and an operation whose pieces are known.
#pragma once

#include "tests/unit/temporary_folder.hpp"
#include "tests/viewer/synthetic_machine.hpp"
#include "viewer/model/operations/run.hpp"

namespace ws::test {

inline constexpr Owner kGuest = 1;

/// The synthetic ERET is the last of this many instructions (synthetic_machine.cpp).
inline constexpr i64 kTail = 5;
inline constexpr i64 kLead = 3;

/// A trace that lives as long as this.
class TraceFolder {
  public:
    explicit TraceFolder(const std::string& design) : design_(design) {}

    template <class Play>
    model::Run run(Play play) const {
        model::Metadata metadata;
        metadata.env = {{"format_version", std::to_string(trace::kFormatVersion)},
                        {"design", design_},
                        {"guest", "test"},
                        {"cpus", "1"}};
        SyntheticMachine machine(folder_.path(), trace::Level::full, 0, metadata.uuid);
        play(machine);
        metadata.set(model::kPacketsKey, std::to_string(machine.finish()));
        std::ofstream(folder_.path() / "metadata", std::ios::binary) << model::make_metadata(metadata);
        return model::Run::load(folder_.path());
    }

  private:
    std::string design_;
    TemporaryFolder folder_;
};

/// 10 instructions outside of all steps, 20 in a handler of which 8 are a step of its own, then the return.
inline void operate(SyntheticMachine& m, u64 esr = kHvc) {
    m.trap(kGuest, esr, 0x4000'0000, kGuestEl1);
    m.work(10);
    m.begin(Step::handle_exit);
    m.work(6);
    m.begin(Step::save_timer);
    m.work(8);
    m.control(SysregId::HCR_EL2, kGuest, 1, 2);
    m.end(Step::save_timer);
    m.work(6);
    m.end(Step::handle_exit);
    m.block(RegisterClass::timer, Operation::save, kGuest);
    m.eret(kGuest, 0x4000'0004, kGuestEl1);
    m.work(100);
}

}  // namespace ws::test

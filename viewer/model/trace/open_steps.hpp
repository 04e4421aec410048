// SPDX-License-Identifier: Apache-2.0
// Which steps are open, and whose they are. An eret ends the steps that were begun since the trap that it returns from;
// one that enters a guest ends all. A thread of the hypervisor's kernel takes its open steps along when it is scheduled
// from one CPU to another, so they belong to the thread and not to the CPU.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "hyp/trace/format/layout.hpp"

namespace ws::model {

/// The open steps of one thread, the innermost last.
class OpenSteps {
  public:
    const std::vector<u8>& open() const { return open_; }
    /// The innermost step, 0 for none.
    u8 innermost() const { return open_.empty() ? u8{0} : open_.back(); }

    /// The step that the innermost one is part of, 0 for none.
    u8 outer() const { return open_.size() < 2 ? u8{0} : open_[open_.size() - 2]; }

    void begin(u8 step) {
        if (open_.size() < kMost) open_.push_back(step);
    }

    /// Ends the innermost open step of that number and those in it; one that is not open changes nothing.
    void end(u8 step) {
        const auto found = std::find(open_.rbegin(), open_.rend(), step);
        if (found != open_.rend()) open_.erase(found.base() - 1, open_.end());
    }

    void trap() { before_traps_.push_back(open_.size()); }

    void eret(trace::Owner entered) {
        if (entered != trace::kHost || before_traps_.empty()) return clear();
        open_.resize(std::min(open_.size(), before_traps_.back()));
        before_traps_.pop_back();
    }

    void clear() {
        open_.clear();
        before_traps_.clear();
    }

  private:
    /// No run has steps in steps to that depth. A trace of nothing but beginnings must not take for ever.
    static constexpr std::size_t kMost = 64;

    std::vector<u8> open_;
    std::vector<std::size_t>
        before_traps_;  ///< how many steps were open when each trap was taken that has not returned
};

/// Something that each thread has of its own. What runs on a CPU before its first `schedule` has a nameless one.
template <class Own>
class Threads {
  public:
    Own& on(u32 cpu) { return cpus_[cpu]; }

    void schedule(u32 cpu, trace::Owner previous, trace::Owner next) {
        elsewhere_[key(cpu, previous)] = std::exchange(cpus_[cpu], Own{});
        const auto found = elsewhere_.find(key(cpu, next));
        if (found == elsewhere_.end()) return;
        cpus_[cpu] = std::move(found->second);
        elsewhere_.erase(found);
    }

    void forget_all() {
        cpus_ = {};
        elsewhere_.clear();
    }

  private:
    /// A vCPU's thread may come back on any CPU; each CPU has an idle one of its own.
    static std::pair<u32, trace::Owner> key(u32 cpu, trace::Owner owner) {
        return {owner == trace::kHost ? cpu : 0, owner};
    }

    std::array<Own, trace::kMaxCpus> cpus_{};
    std::map<std::pair<u32, trace::Owner>, Own> elsewhere_;
};

}  // namespace ws::model

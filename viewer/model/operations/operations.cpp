// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/operations/operations.hpp"

#include <algorithm>

namespace ws::model {

MovedRegisters Operations::Store::keep(const MovedRegisters::Array& registers) {
    // Few kinds of switches move most of the time: what moved lately is looked through, not all.
    static constexpr std::size_t kLooked = 32;
    std::size_t looked = 0;
    for (auto it = registers_.rbegin(); it != registers_.rend() && looked < kLooked; ++it, ++looked) {
        if (*it == registers) return MovedRegisters(*it);
    }
    return MovedRegisters(registers_.emplace_back(registers));
}

StepTimes Operations::Store::keep(const StepTimes::Array& steps) {
    if (kBlock - used_ < steps.size()) {
        blocks_.push_back(std::make_unique<u32[]>(kBlock));
        used_ = 0;
    }
    u32* const values = blocks_.back().get() + used_;
    u64 which = 0;
    std::size_t count = 0;
    for (std::size_t step = 0; step < steps.size(); ++step) {
        if (steps[step] == 0) continue;
        which |= u64{1} << step;
        values[count++] = steps[step];
    }
    used_ += count;
    return {which, values};
}

/// Once all operations are found: brings them into order, and their parts with them.
void Operations::order_stays(u32 cpus) {
    all_.shrink_to_fit();
    stays_.shrink_to_fit();
    std::sort(all_.begin(), all_.end(), [](const Operation& a, const Operation& b) { return a.first < b.first; });
    stays_of_cpu_.resize(cpus);
    for (u32 i = 0; i < all_.size(); ++i) {
        for (u32 stay = 0; stay < all_[i].stays; ++stay) stays_[all_[i].first_stay + stay].operation = i;
    }
    for (u32 i = 0; i < stays_.size(); ++i) stays_of_cpu_[stays_[i].cpu].push_back(i);
    for (auto& of_cpu : stays_of_cpu_) {
        of_cpu.shrink_to_fit();
        std::sort(of_cpu.begin(), of_cpu.end(), [this](u32 a, u32 b) { return stays_[a].first < stays_[b].first; });
    }
}

const Operation* Operations::at(const Trace& trace, EventIndex event) const {
    const auto& of_cpu = stays_of_cpu_[trace.event(event).cpu()];
    const auto after = std::upper_bound(of_cpu.begin(), of_cpu.end(), event,
                                        [this](EventIndex index, u32 stay) { return index < stays_[stay].first; });
    if (after == of_cpu.begin()) return nullptr;
    const Stay& stay = stays_[*(after - 1)];
    return event <= stay.last ? &all_[stay.operation] : nullptr;
}

}  // namespace ws::model

// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/shared/session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/model/base/heap_trim.hpp"
#include "viewer/model/base/parallel.hpp"
#include "viewer/model/explain/explanation.hpp"

namespace ws::view {

Session::Session(std::vector<model::SharedRun> runs, const model::Progress& progress) : runs_(std::move(runs)) {
    for (const model::SharedRun& run : runs_) {
        if (run->operations.all().empty()) {
            throw model::TraceError(run->trace.path().string(),
                                    "holds no operation: no guest trapped and was entered again");
        }
    }
    prepare(progress);
    find_names();
    for (const model::SharedRun& run : runs_)
        locations_.push_back(std::make_unique<const model::EventLocationLoader>(run->trace));
    find_causes();
    for (std::size_t i = 0; i < runs_.size() && unexplainable_.empty(); ++i) {
        const std::string reason = model::unexplainable(*runs_[i]);
        if (!reason.empty()) unexplainable_ = names_[i] + " " + reason;
    }
}

/// What takes long: the comparison, and each run's lanes and marks, which have nothing to do with each other.
void Session::prepare(const model::Progress& progress) {
    lanes_.resize(runs_.size());
    links_.resize(runs_.size());
    std::vector<std::function<void()>> parts = {[this] { compare(); }};
    for (std::size_t i = 0; i < runs_.size(); ++i) {
        parts.emplace_back([this, i] { links_[i] = model::find_cross_cpu_links(runs_[i]->trace); });
        parts.emplace_back([this, i] { lanes_[i] = model::make_lanes(runs_[i]->timeline); });
    }
    model::for_each_in_parallel(
        parts.size(), [&parts](std::size_t part) { parts[part](); },
        [&progress](double done) { model::tell(progress, done); }, 1);
    model::trim_heap();
}

void Session::compare() {
    const model::Run& first = *runs_.front();
    const model::Run& other = *runs_.back();  // a run alone is compared with itself: its rows are what is shown
    comparison_ = model::compare(first, other);
    stops_ = std::make_unique<model::OperationStops>(first, two() ? &other : nullptr, comparison_);
}

void Session::find_names() {
    const bool same = two() && run(0).trace.design() == run(1).trace.design();
    for (std::size_t i = 0; i < runs_.size(); ++i) {
        const model::Run& run = *runs_[i];
        const std::string design = run.trace.design();
        names_.push_back(same ? fmt::format("{} {}", i == 0 ? 'A' : 'B', design) : design);
        const auto of_several = [](const model::CpuTimeline& cpu) { return cpu.stints.size() > 1; };
        shared_.push_back(run.trace.cpus() > 1 || std::any_of(run.timeline.begin(), run.timeline.end(), of_several));
        const auto at_el1 = [](const model::CpuLanes& lanes) {
            return lanes.spans[static_cast<std::size_t>(model::Lane::host)].size() != 0;
        };
        host_at_el1_.push_back(std::any_of(lanes_[i].begin(), lanes_[i].end(), at_el1));
    }
}

void Session::find_causes() {
    std::array<u64, model::kMaxStep + 1> steps{};
    for (const model::SharedRun& run : runs_) {
        for (const model::Operation& operation : run->operations.all()) {
            for (std::size_t i = 0; i < steps.size(); ++i) steps[i] += operation.steps[i];
        }
    }
    const auto add = [this](const char* cause) {
        if (std::find(causes_.begin(), causes_.end(), cause) == causes_.end()) causes_.emplace_back(cause);
    };
    for (const model::StepInfo& step : model::step_infos()) {
        if (steps[step.number] != 0) add(step.part);
    }
    if (steps[0] == 0) return;
    add(model::info_of(model::Part::transitions).name);
    const bool shared = std::any_of(runs_.begin(), runs_.end(), [](const model::SharedRun& run) {
        return run->trace.cpus() > 1 && run->trace.shared_clock();
    });
    if (shared) add(model::info_of(model::Part::other_cpus).name);
    add(model::info_of(model::Part::residual).name);
}

bool Session::reads_images() const {
    return std::any_of(locations_.begin(), locations_.end(),
                       [](const auto& places) { return places->get() == nullptr; });
}

void Session::wait_for_images() const {
    for (const auto& places : locations_) places->wait();
}

std::string Session::title(const model::Run& run) {
    return run.title() + size_of(run);
}

std::string Session::size_of(const model::Run& run) {
    const model::Trace& trace = run.trace;
    std::string size = fmt::format(" \u00b7 {} CPU{}", trace.cpus(), trace.cpus() == 1 ? "" : "s");
    const std::string level = trace.env("trace_level");
    return level.empty() ? size : size + " \u00b7 trace " + level;
}

const model::Operation* Session::operation(int side, u32 place) const {
    if (side >= count() || place == model::kUnpaired) return nullptr;
    return &run(side).operations.all()[place];
}

const char* cause_of_step(u8 step) {
    return model::info_of(model::part_of_step(step)).name;
}

const char* cause_of_segment(const model::Segment& segment) {
    return model::info_of(segment.part()).name;
}

const char* cause_of_class(RegisterClass register_class) {
    switch (register_class) {
        case RegisterClass::general:
        case RegisterClass::callee_saved:
            return "general";
        case RegisterClass::fp:
            return "fp";
        case RegisterClass::return_state:
        case RegisterClass::el1:
        case RegisterClass::user:
            return "el1";
        case RegisterClass::timer:
            return "timer";
        case RegisterClass::vgic:
        case RegisterClass::list_registers:
            return "vgic";
        case RegisterClass::debug:
        case RegisterClass::breakpoints:
            return "debug";
        case RegisterClass::trap_config:
            return "trap_config";
        case RegisterClass::stage2:
            return "stage2";
        case RegisterClass::other:
            break;
    }
    return model::info_of(model::Part::residual).name;
}

}  // namespace ws::view

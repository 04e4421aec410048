// SPDX-License-Identifier: Apache-2.0
// All that the views draw from, loaded once and then constant. No ImGui.
#pragma once

#include <memory>

#include "viewer/model/code/event_location_loader.hpp"
#include "viewer/model/operations/cost_parts.hpp"
#include "viewer/model/operations/operation_stops.hpp"
#include "viewer/model/operations/segments.hpp"
#include "viewer/model/trace/cross_cpu_links.hpp"
#include "viewer/model/trace/lane_index.hpp"

namespace ws::view {

class Session {
  public:
    /// Takes one run or two. Throws model::TraceError when a run has no operation that could be shown, and
    /// model::Cancelled.
    explicit Session(std::vector<model::SharedRun> runs, const model::Progress& progress = {});

    int count() const { return static_cast<int>(runs_.size()); }
    bool two() const { return runs_.size() == 2; }
    const model::Run& run(int side) const { return *runs_[static_cast<std::size_t>(side)]; }
    const model::Comparison& comparison() const { return comparison_; }
    const model::OperationStops& stops() const { return *stops_; }
    const model::CpuLanes& lanes(int side, u32 cpu) const { return lanes_[static_cast<std::size_t>(side)][cpu]; }
    /// Is it worth saying whose a CPU is: are there several CPUs, or does one not belong to one vCPU alone?
    bool shared(int side) const { return shared_[static_cast<std::size_t>(side)]; }
    const model::CrossCpuLinks& links(int side) const { return links_[static_cast<std::size_t>(side)]; }
    /// The design, and a letter before it where both runs are of the same.
    const std::string& name(int side) const { return names_[static_cast<std::size_t>(side)]; }
    /// `split · hypercall · 1 CPU · trace full`.
    std::string title(int side) const { return title(run(side)); }
    static std::string title(const model::Run& run);
    /// ` · 1 CPU · trace full`, the part of the title behind the run's name.
    static std::string size_of(const model::Run& run);
    /// Does the host's kernel run at EL1 anywhere in this run?
    bool host_at_el1(int side) const { return host_at_el1_[static_cast<std::size_t>(side)]; }
    /// Were steps and registers recorded, not traps and returns alone?
    bool full(int side) const { return run(side).trace.records_registers(); }
    /// Causes that take time in any operation of any run, in the order of steps.def.
    const std::vector<std::string>& causes() const { return causes_; }

    /// Where events happened; null while the images are being read.
    const model::EventLocations* locations(int side) const { return locations_[static_cast<std::size_t>(side)]->get(); }
    bool reads_images() const;
    void wait_for_images() const;

    const model::Operation* operation(int side, u32 place) const;
    /// Why what an operation costs cannot be explained, in a sentence; empty if it can.
    const std::string& unexplainable() const { return unexplainable_; }

  private:
    void compare();
    void prepare(const model::Progress& progress);
    void find_names();
    void find_causes();

    std::vector<model::SharedRun> runs_;
    model::Comparison comparison_;
    std::unique_ptr<model::OperationStops> stops_;
    std::vector<std::vector<model::CpuLanes>> lanes_;
    std::vector<model::CrossCpuLinks> links_;
    std::vector<std::string> names_;
    std::vector<bool> host_at_el1_;
    std::vector<bool> shared_;
    std::vector<std::string> causes_;
    std::string unexplainable_;
    std::vector<std::unique_ptr<const model::EventLocationLoader>> locations_;
};

/// The name of the part of a step, `residual` for none.
const char* cause_of_step(u8 step);
const char* cause_of_segment(const model::Segment& segment);
/// The cause whose colour a register class has.
const char* cause_of_class(RegisterClass register_class);

}  // namespace ws::view

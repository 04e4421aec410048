// SPDX-License-Identifier: Apache-2.0
// Where a moment of an operation is on its strip: to true scale, or lined up with the other strip, step under step.
#pragma once

#include "viewer/views/draw/instruction_axis.hpp"
#include "viewer/views/shared/state.hpp"

namespace ws::view {

class StripScale {
  public:
    StripScale(const State& state, float x0, float x1)
        : state_(state),
          lined_up_(state.lined_up),
          axis_{0, static_cast<double>(lined_up_ ? state.selection.alignment().width() : state.selection.longest_net()),
                x0, x1} {}

    const InstructionAxis& axis() const { return axis_; }
    bool lined_up() const { return lined_up_; }
    /// `time` is without the time that the vCPU was away.
    float x(int side, double time) const {
        return axis_.x(lined_up_ ? state_.selection.alignment().place(side, state_.selection.shown(side).parts, time)
                                 : time);
    }
    /// Nothing in a gap.
    std::optional<double> time(int side, float x) const {
        if (!lined_up_) return axis_.time(x);
        return state_.selection.alignment().time(side, state_.selection.shown(side).parts, axis_.time(x));
    }
    /// Where the operation ends.
    float end(int side) const {
        const auto& segments = state_.selection.shown(side).parts.segments;
        if (!lined_up_ || segments.empty())
            return axis_.x(static_cast<double>(state_.selection.shown(side).operation->net()));
        return segment_x1(side, static_cast<u32>(segments.size() - 1));
    }
    float segment_x0(int side, u32 segment) const {
        const model::Alignment::Column* column =
            lined_up_ ? state_.selection.alignment().column_of(side, segment) : nullptr;
        return axis_.x(static_cast<double>(column != nullptr ? column->begin : at(side, segment).begin));
    }
    float segment_x1(int side, u32 segment) const {
        const auto net = static_cast<double>(at(side, segment).net());
        return segment_x0(side, segment) + static_cast<float>(net / axis_.per_pixel());
    }

  private:
    const model::Segment& at(int side, u32 segment) const {
        return state_.selection.shown(side).parts.segments[segment];
    }

    const State& state_;
    bool lined_up_;
    InstructionAxis axis_;
};

}  // namespace ws::view

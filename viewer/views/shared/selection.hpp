// SPDX-License-Identifier: Apache-2.0
// The operation, the run and the event that are selected: all views show these. No ImGui.
#pragma once

#include "viewer/model/operations/alignment.hpp"
#include "viewer/views/shared/session.hpp"

namespace ws::view {

/// The selected operation in one run.
struct Shown {
    const model::Operation* operation = nullptr;  ///< null where the other run's has no partner
    model::OperationEvents parts;
    model::PartInstructions instructions{};  ///< by Part; their sum is what the operation takes
};

class Selection {
  public:
    /// The typical operation of the kind that most are of.
    explicit Selection(const Session& session);

    /// The kind's typical operation.
    void select_kind(u32 kind);
    /// Shows a stop of the kind; what is past the end is the last one.
    void select_stop(u64 stop);
    /// Selects an event; its operation becomes the shown one. Returns by how much the trap of the shown operation,
    /// where the time line's axis starts, is later than before.
    double select_event(int side, model::EventIndex event);
    /// Selects the event at the head of a segment of the shown operation.
    void select_segment(int side, const model::Segment& segment);
    void select_side(int side);
    /// Selects an event of the shown operation: so many after the selected one.
    void step_event(int by);
    /// Puts back what was selected before.
    void restore(u32 kind, u32 stop, int side, model::EventIndex event);

    u32 kind() const { return kind_; }
    u32 stop() const { return stop_; }
    u32 stops() const { return static_cast<u32>(session_.stops().kind(kind_).stops.size()); }
    const Shown& shown(int side) const { return shown_[side]; }
    int side() const { return side_; }
    model::EventIndex event() const { return event_; }
    /// The piece of the shown operation that the selected event is in, or null.
    const model::Segment* segment() const;
    u64 longest_net() const;
    /// Which steps of the two shown operations are the same.
    const model::Alignment& alignment() const { return alignment_; }

    bool scroll_to_event = true;  ///< the list of events is to bring the selected one into view

  private:
    void show_stop();
    model::EventIndex first_event() const;

    const Session& session_;
    u32 kind_ = 0;
    u32 stop_ = 0;
    Shown shown_[2];
    int side_ = 0;
    model::EventIndex event_ = model::kNoEvent;
    model::Alignment alignment_;
};

}  // namespace ws::view

// SPDX-License-Identifier: Apache-2.0
// What is drawn for a CPU on the time line is a list of items: its lanes, and what lies over them. Whoever adds one
// writes a class and puts it into the list (lane_items.cpp).
#pragma once

#include <memory>
#include <vector>

#include "viewer/views/time_line/lane_group.hpp"

namespace ws::view {

/// What the mouse's button does: a click is known when it is let go, a double one when it is pressed again.
enum class Press { none, once, twice };

class LaneItem {
  public:
    virtual ~LaneItem() = default;
    /// Its name, at the left of the time line; empty for what has none.
    virtual const char* header() const { return ""; }
    /// Where it is drawn and takes the mouse.
    virtual Rect range(const Group& group) const = 0;
    virtual void draw(const Context& context, Canvas& canvas, const Group& group) const = 0;
    /// Says what is under the mouse, which is in the range, and does what a press asks for. False: what lies below is
    /// to be asked.
    virtual bool inspect(const Context& context, const Group& group, ImVec2 mouse, Press press) const;
};

/// All of them in the order in which they are drawn; the first ones are the lanes, by model::Lane.
const std::vector<std::unique_ptr<LaneItem>>& lane_items();

void draw_group(const Context& context, Canvas& canvas, const Group& group);
/// Asks the items from the topmost on.
void inspect(const Context& context, const Group& group, ImVec2 mouse, Press press);

// The items, one file each.
std::unique_ptr<LaneItem> make_world_lane(std::size_t lane, const char* header);
std::unique_ptr<LaneItem> make_stint_lane();
std::unique_ptr<LaneItem> make_host_remark();
std::unique_ptr<LaneItem> make_event_ticks();
std::unique_ptr<LaneItem> make_event_marks();
std::unique_ptr<LaneItem> make_found_ticks();
std::unique_ptr<LaneItem> make_note_flags();
std::unique_ptr<LaneItem> make_selected_event();

}  // namespace ws::view

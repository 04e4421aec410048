// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/time_line/lane_item.hpp"

namespace ws::view {
namespace {

constexpr const char* kLaneNames[model::kLanes] = {"guest EL0/1", "EL2", "host EL0/1"};

std::vector<std::unique_ptr<LaneItem>> make_items() {
    std::vector<std::unique_ptr<LaneItem>> items;
    for (std::size_t lane = 0; lane < model::kLanes; ++lane) items.push_back(make_world_lane(lane, kLaneNames[lane]));
    items.push_back(make_stint_lane());
    items.push_back(make_host_remark());
    items.push_back(make_event_ticks());
    items.push_back(make_event_marks());
    items.push_back(make_found_ticks());
    items.push_back(make_note_flags());
    items.push_back(make_selected_event());
    return items;
}

}  // namespace

bool LaneItem::inspect(const Context&, const Group&, ImVec2, Press) const {
    return false;
}

const std::vector<std::unique_ptr<LaneItem>>& lane_items() {
    static const std::vector<std::unique_ptr<LaneItem>> items = make_items();
    return items;
}

void draw_group(const Context& context, Canvas& canvas, const Group& group) {
    for (const auto& item : lane_items()) item->draw(context, canvas, group);
}

void inspect(const Context& context, const Group& group, ImVec2 mouse, Press press) {
    const auto& items = lane_items();
    for (auto item = items.rbegin(); item != items.rend(); ++item) {
        if ((*item)->range(group).contains(mouse) && (*item)->inspect(context, group, mouse, press)) return;
    }
}

}  // namespace ws::view

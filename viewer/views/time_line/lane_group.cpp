// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/time_line/lane_group.hpp"

#include <cmath>

namespace ws::view {
namespace {

float who_height(const Theme& theme, const Rect& group) {
    return group.height() < theme.px(56) ? theme.px(7) : theme.px(16);
}

}  // namespace

float x_of(const Context& context, const Group& group, model::EventIndex event) {
    const i64 net = context.session.run(group.side).trace.net(event) - group.ticks.origin;
    return group.ticks.axis.x(static_cast<double>(net));
}

Rect lane_rect(const Theme& theme, const Rect& group, std::size_t lane, bool shared) {
    const float ticks = theme.px(10);
    const float who = shared ? who_height(theme, group) : 0;
    const float height = (group.height() - ticks - who) / static_cast<float>(model::kLanes);
    const float y = group.y0 + who + height * static_cast<float>(lane);
    return {group.x0, std::floor(y), group.x1, std::floor(y + height - theme.px(3))};
}

Group make_group(const Context& context, const InstructionAxis& axis, const Rect& area, Place of) {
    const model::Operation& operation = *context.state.selection.shown(of.side).operation;
    const model::Run& run = context.session.run(of.side);
    const Theme& theme = context.theme;
    const bool shared = context.session.shared(of.side);
    Group group{of.side,
                of.cpu,
                &context.session.lanes(of.side, of.cpu),
                &run.timeline[of.cpu],
                &run.trace.events_of(of.cpu),
                {},
                {},
                {}};
    for (std::size_t lane = 0; lane < model::kLanes; ++lane) {
        group.lane[lane] = {axis, lane_rect(theme, area, lane, shared), operation.begin};
    }
    const float who = shared ? who_height(theme, area) - theme.px(2) : 0;
    group.who = {axis, {area.x0, area.y0, area.x1, area.y0 + who}, operation.begin};
    group.ticks = {axis, {area.x0, area.y1 - theme.px(10), area.x1, area.y1}, operation.begin};
    return group;
}

}  // namespace ws::view

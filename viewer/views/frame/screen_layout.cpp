// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/frame/screen_layout.hpp"

#include <algorithm>
#include <cmath>

namespace ws::view {
namespace {

/// The height of the time line where the person has not chosen one.
float lanes_height(const Context& context, float room) {
    const Theme& theme = context.theme;
    const auto runs = static_cast<float>(context.session.count());
    float groups = 0;  // of lanes: one for each CPU
    for (int side = 0; side < context.session.count(); ++side) {
        groups += static_cast<float>(context.session.run(side).trace.cpus());
    }
    // Several CPUs need room, but half of it is for what is below.
    const float share = groups > runs ? 0.54F : 0.42F;
    const float whole_runs = theme.px(11 * runs + 4);
    return std::clamp(room * share, theme.px(60 + 84 * runs), theme.px(70 + 130 * groups)) + whole_runs;
}

/// A tour has the place of the list of events, and in a small window that of the event, too: its text is to be read.
float tour_height(const Context& context, float room) {
    if (!context.state.tour) return 0;
    const float wanted = std::max(context.theme.px(400), room * 0.62F);
    const float least_event = context.theme.px(170);
    return room - wanted < least_event ? room : wanted;
}

/// Pixels before a border: the wanted part of the room, or else so many, but as few or as many as the panels can do
/// with.
float before(Border& border, float room, float of_itself, float least, float most) {
    const float wanted = border.wanted ? *border.wanted * room : of_itself;
    // A whole pixel, so that what is beyond does not blur on the way.
    const float pixels = std::round(std::clamp(wanted, least, std::max(least, most)));
    border.now = pixels / std::max(room, 1.0F);
    return pixels;
}

void draw_border(const Context& context, Border& border, const char* id, const Rect& gap, bool across, float part) {
    const Theme& theme = context.theme;
    const bool over = hit_area(id, gap);
    if (ImGui::IsItemActive() && ImGui::IsMouseDragging(ImGuiMouseButton_Left, 1)) border.move_to(part);
    if (over && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) border.wanted.reset();
    const bool held = over || ImGui::IsItemActive();
    if (held) ImGui::SetMouseCursor(across ? ImGuiMouseCursor_ResizeNS : ImGuiMouseCursor_ResizeEW);
    const float x = (gap.x0 + gap.x1) / 2;
    const float y = (gap.y0 + gap.y1) / 2;
    const float half = theme.px(held ? 40 : 14);
    const float thick = theme.px(1.5F);
    const Rect grip =
        across ? Rect{x - half, y - thick, x + half, y + thick} : Rect{x - thick, y - half, x + thick, y + half};
    Canvas(theme).fill(grip, held ? theme.link : theme.border, thick);
}

}  // namespace

ScreenLayout make_screen_layout(const Context& context, const Rect& screen) {
    const Theme& theme = context.theme;
    Borders& borders = context.state.borders;
    const float gap = theme.px(12);
    const auto runs = static_cast<float>(context.session.count());
    ScreenLayout layout{};
    Rect rest = screen.inset(theme.px(16), theme.px(8));
    layout.top = rest.take_top(theme.px(44));
    layout.operation = rest.take_top(theme.px(40));
    rest.take_top(theme.px(4));
    layout.strips =
        rest.take_top(std::clamp(rest.height() * 0.27F, theme.px(96 + 62 * runs), theme.px(100 + 80 * runs)));
    rest.take_top(gap);
    layout.room = rest;

    const float width = std::clamp(rest.width() * 0.30F, theme.px(360), theme.px(560));
    Rect side =
        rest.take_right(before(borders.events, rest.width(), width, theme.px(300), rest.width() - theme.px(640)));
    layout.along = rest.take_right(gap);
    const float lower = theme.px(140);  // the least that the tabs and what is below can do with
    layout.lanes = rest.take_top(before(borders.lanes, rest.height(), lanes_height(context, rest.height()),
                                        theme.px(70 + 44 * runs), rest.height() - lower));
    layout.across = rest.take_top(theme.px(8));
    layout.tabs = rest.take_top(theme.px(26));
    rest.take_top(theme.px(6));
    layout.whole = rest;
    // Sentences need more room than figures do.
    const bool words = context.state.tab == Tab::why;
    layout.right =
        rest.take_right(std::clamp(rest.width() * (words ? 0.40F : 0.36F), theme.px(300), theme.px(words ? 520 : 440)));
    rest.take_right(gap);
    layout.left = rest;

    layout.tour = side.take_top(tour_height(context, side.height()));
    if (context.state.tour) side.take_top(gap);
    if (!context.state.tour) {
        layout.events = side.take_top(side.height() * 0.42F);
        side.take_top(gap);
    }
    layout.event = side;
    return layout;
}

void move_borders(const Context& context, const ScreenLayout& layout) {
    Borders& borders = context.state.borders;
    const ImVec2 mouse = ImGui::GetMousePos();  // it holds a border in its middle
    const Rect& room = layout.room;
    const float above = mouse.y - layout.across.height() / 2 - room.y0;
    const float beside = room.x1 - mouse.x - layout.along.width() / 2;
    draw_border(context, borders.lanes, "time line | tabs", layout.across, true, above / room.height());
    draw_border(context, borders.events, "time line | events", layout.along, false, beside / room.width());
}

}  // namespace ws::view

// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/frame/loading_page.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/views/draw/whole_window.hpp"

namespace ws::view {

bool draw_loading_page(const Theme& theme, const std::string& what, double done) {
    const WholeWindow window(theme);
    Canvas canvas(theme);
    const Rect area = window.area();
    const float width = std::min(theme.px(560), area.width() * 0.8F);
    const float middle = (area.x0 + area.x1) / 2;
    Rect rest{middle - width / 2, area.height() * 0.38F, middle + width / 2, area.y1};
    canvas.text(rest.take_top(theme.px(36)), "Worldswitch", theme.fonts.title, theme.text);
    canvas.text(rest.take_top(theme.px(26)), "reads and checks " + what, theme.fonts.text, theme.muted);
    Rect row = rest.take_top(theme.px(30));
    const bool cancelled = button(theme, "cancel", row.take_right(theme.px(130)), "cancel  Escape");
    row.take_right(theme.px(12));
    canvas.text(row.take_right(theme.px(48)), fmt::format("{:.0f} %", 100 * done), theme.fonts.text, theme.text,
                Align::right);
    row.take_right(theme.px(8));
    const Rect bar = row.inset(0, theme.px(9));
    canvas.fill(bar, theme.grid, theme.px(4));
    canvas.fill({bar.x0, bar.y0, bar.x0 + bar.width() * static_cast<float>(done), bar.y1}, theme.cause("general").fill,
                theme.px(4));
    return cancelled;
}

}  // namespace ws::view

// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/time_line/minimap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/time_line/event_ticks.hpp"

namespace ws::view {
namespace {

constexpr float kRow = 11;          // the height of a run's strip
constexpr float kColumnPixels = 2;  // pixels of a column

std::vector<const model::CpuLanes*> lanes_of(const Session& session, int side) {
    std::vector<const model::CpuLanes*> cpus;
    const model::Trace& trace = session.run(side).trace;
    for (u32 cpu = 0; cpu < trace.cpus(); ++cpu) {
        if (!trace.events_of(cpu).empty()) cpus.push_back(&session.lanes(side, cpu));
    }
    return cpus;
}

/// The longest run is as wide as the strip.
i64 longest(const std::vector<model::Overview>& overviews) {
    i64 most = 1;
    for (const model::Overview& overview : overviews) most = std::max(most, overview.end - overview.begin);
    return most;
}

/// A tick for each event with a note, or for several in a few pixels.
void draw_noted(const Context& context, Canvas& canvas, const LanePlace& place, int side) {
    const Theme& theme = context.theme;
    const model::Trace& trace = context.session.run(side).trace;
    for (u32 cpu = 0; cpu < trace.cpus(); ++cpu) {
        for_each_place(trace, context.state.notes.of(side).of_cpu(cpu), cpu, place, theme.px(3), [&](float x, auto) {
            canvas.fill({x, place.r.y0 - theme.px(3), x + theme.px(2), place.r.y0 + theme.px(4)}, theme.text);
        });
    }
}

void explain(const Context& context, const model::Overview& overview, int side, float part) {
    Tooltip tip(context.theme);
    tip.title(fmt::format("{}: the whole run", context.session.name(side)));
    tip.text(counted(static_cast<u64>(overview.end - overview.begin), "instruction"));
    const auto column = static_cast<std::size_t>(part * static_cast<float>(overview.columns.size()));
    if (column < overview.columns.size()) {
        const model::Overview::Column& here = overview.columns[column];
        tip.text(
            fmt::format("here: guest {:.0f}%, EL2 {:.0f}%, host {:.0f}%", 100 * here[0], 100 * here[1], 100 * here[2]));
    }
    tip.note(
        "The bar's height is the part of EL2 and the host. The frame is what the time line shows: drag it, or click "
        "where it is to go.");
}

}  // namespace

float Minimap::height(const Context& context) {
    return context.theme.px(kRow) * static_cast<float>(context.session.count()) + context.theme.px(4);
}

void Minimap::draw(const Context& context, const Rect& area, float gutter) {
    const Theme& theme = context.theme;
    Canvas canvas(theme);
    const float width = area.width() - gutter;
    if (width < theme.px(kColumnPixels)) return;
    if (width != width_) {
        width_ = width;
        overviews_.clear();
        for (int side = 0; side < context.session.count(); ++side) {
            overviews_.push_back(model::make_overview(lanes_of(context.session, side),
                                                      static_cast<std::size_t>(width / theme.px(kColumnPixels))));
        }
    }
    Rect rest = area;
    rest.take_top(theme.px(4));
    const float middle = (rest.y0 + rest.y1 - theme.px(3)) / 2;
    canvas.text({area.x0, middle - theme.px(9), area.x0 + gutter - theme.px(12), middle + theme.px(9)},
                context.session.two() ? "whole runs" : "whole run", theme.fonts.small, theme.muted, Align::right);
    for (int side = 0; side < context.session.count(); ++side) {
        Rect row = rest.take_top(theme.px(kRow));
        row.x0 += gutter;
        row.take_bottom(theme.px(3));
        draw_run(context, canvas, row, side);
    }
}

void Minimap::draw_run(const Context& context, Canvas& canvas, const Rect& row, int side) {
    const Theme& theme = context.theme;
    const State& state = context.state;
    const model::Overview& overview = overviews_[static_cast<std::size_t>(side)];
    const double per_pixel = static_cast<double>(longest(overviews_)) / static_cast<double>(row.width());
    const InstructionAxis axis{0, per_pixel * static_cast<double>(row.width()), row.x0, row.x1};
    const Rect used{row.x0, row.y0, axis.x(static_cast<double>(overview.end - overview.begin)), row.y1};
    draw_columns(context, canvas, used, overview);
    if (state.search.side() == side) {
        for (u32 cpu = 0; cpu < context.session.run(side).trace.cpus(); ++cpu) {
            for_each_found(context, side, cpu, {axis, used, overview.begin}, theme.px(2), [&](float x) {
                canvas.fill({x, row.y0 - theme.px(2), x + theme.px(1), row.y0 + theme.px(4)}, theme.link);
            });
        }
    }
    draw_noted(context, canvas, {axis, used, overview.begin}, side);
    const model::Operation* operation = state.selection.shown(side).operation;
    if (operation == nullptr) return;
    const auto x_of_time = [&](double time) {
        return std::clamp(axis.x(time + static_cast<double>(operation->begin - overview.begin)), row.x0, row.x1);
    };
    Rect window{x_of_time(state.window.from), row.y0, x_of_time(state.window.to), row.y1};
    if (window.width() < theme.px(4)) {
        window.x0 -= theme.px(2);
        window.x1 = window.x0 + theme.px(4);
    }
    canvas.fill(window, faded(theme.link, 0.22F), theme.px(2));
    canvas.frame(window.inset(-1, -1), theme.link, theme.px(1.4F), theme.px(2));
    if (state.under_mouse.hover && state.under_mouse.hover.on_lanes) {
        const float x = std::floor(x_of_time(state.under_mouse.hover.time));
        canvas.fill({x, row.y0, x + 1, row.y1}, theme.text);
    }
    drag(context, row, side, per_pixel);
}

void Minimap::draw_columns(const Context& context, Canvas& canvas, const Rect& used, const model::Overview& overview) {
    const Theme& theme = context.theme;
    canvas.fill(used, theme.band);
    const float width = used.width() / static_cast<float>(std::max<std::size_t>(overview.columns.size(), 1));
    const auto height = [&](std::size_t i) {
        const model::Overview::Column& column = overview.columns[i];
        return std::floor((column[1] + column[2]) * used.height() + 0.5F);
    };
    for (std::size_t i = 0; i < overview.columns.size();) {
        std::size_t next = i + 1;  // neighbours of the same height are one
        while (next < overview.columns.size() && height(next) == height(i)) ++next;
        const float x0 = used.x0 + width * static_cast<float>(i);
        const float x1 = used.x0 + width * static_cast<float>(next);
        if (height(i) > 0) canvas.fill({x0, used.y1 - height(i), x1, used.y1}, theme.faint);
        i = next;
    }
}

void Minimap::drag(const Context& context, const Rect& row, int side, double per_pixel) {
    State& state = context.state;
    const model::Overview& overview = overviews_[static_cast<std::size_t>(side)];
    const Rect hit{row.x0, row.y0 - context.theme.px(2), row.x1, row.y1 + context.theme.px(1)};
    const bool over = hit_area(side == 0 ? "whole run A" : "whole run B", hit);
    const float mouse = ImGui::GetMousePos().x;
    const auto origin = static_cast<double>(state.selection.shown(side).operation->begin - overview.begin);
    const double time = static_cast<double>(mouse - row.x0) * per_pixel - origin;
    if (ImGui::IsItemActivated()) {
        const double slack = 4 * per_pixel;  // a window of a pixel can be held too
        const bool inside = time >= state.window.from - slack && time <= state.window.to + slack;
        grip_ = inside ? time - state.window.from : (state.window.to - state.window.from) / 2;
    }
    if (ImGui::IsItemActive()) {
        state.window.pan_to(time - grip_);
    } else if (over) {
        explain(context, overview, side,
                (mouse - row.x0) * static_cast<float>(per_pixel / static_cast<double>(std::max<i64>(
                                                                      overview.end - overview.begin, 1))));
    }
}

}  // namespace ws::view

// SPDX-License-Identifier: Apache-2.0
// Who ran when: for each CPU of each run the lanes of the guest, EL2 and the host, with the steps drawn inside, both
// runs aligned at the trap of the shown operation. Above them, where CPUs are shared, whose the CPU is; below them a
// mark for each event, and lines from CPU to CPU: a kick, a virtual interrupt on its way. At the bottom the whole runs.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/moment_line.hpp"
#include "viewer/views/time_line/lane_item.hpp"
#include "viewer/views/time_line/lane_links.hpp"
#include "viewer/views/time_line/minimap.hpp"
#include "viewer/views/time_line/span_mark.hpp"

namespace ws::view {
namespace {

/// The CPUs that have room: first those that the shown operations were on, then the others.
std::vector<Place> places_of(const Context& context, float height, std::size_t& hidden) {
    std::vector<Place> places;
    for (int side = 0; side < context.session.count(); ++side) {
        const model::Run& run = context.session.run(side);
        const model::Operation* operation = context.state.selection.shown(side).operation;
        std::vector<u32> cpus;
        const auto add = [&cpus](u32 cpu) {
            if (std::find(cpus.begin(), cpus.end(), cpu) == cpus.end()) cpus.push_back(cpu);
        };
        if (operation != nullptr) {
            for (const model::Stay& stay : run.operations.stays(*operation)) add(stay.cpu);
        }
        for (u32 cpu = 0; cpu < run.trace.cpus(); ++cpu) {
            if (!run.trace.events_of(cpu).empty()) add(cpu);
        }
        const float each = height / static_cast<float>(context.session.count());
        const auto room = std::max<std::size_t>(1, static_cast<std::size_t>(each / context.theme.px(50)));
        if (cpus.size() > room) {
            hidden += cpus.size() - room;
            cpus.resize(room);
        }
        std::sort(cpus.begin(), cpus.end());
        for (const u32 cpu : cpus) places.push_back({side, cpu});
    }
    return places;
}

class LanesView : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        const Theme& theme = context.theme;
        Canvas canvas(theme);
        Rect inside = canvas.panel(area);
        const float whole_runs = Minimap::height(context);
        std::size_t hidden = 0;
        const std::vector<Place> places = places_of(context, inside.height() - theme.px(50) - whole_runs, hidden);
        heading(context, canvas, inside, hidden);
        const float gutter = gutter_width(context, canvas);
        minimap_.draw(context, inside.take_bottom(whole_runs), gutter);
        Rect labels = inside.take_bottom(theme.px(20));
        labels.x0 += gutter;
        const InstructionAxis axis{context.state.window.from, context.state.window.to, inside.x0 + gutter, inside.x1};
        draw_axis(canvas, theme, axis, {axis.x0, inside.y0, inside.x1, inside.y1}, labels);
        const std::vector<Group> groups = draw_groups(context, canvas, inside, axis, places);
        canvas.list().PushClipRect({axis.x0, inside.y0}, {inside.x1, inside.y1}, true);
        draw_links(context, canvas, groups);
        const float zero = std::floor(axis.x(0)) + 0.5F;
        if (zero >= axis.x0) canvas.line(zero, inside.y0, zero, inside.y1, theme.text, theme.px(1));
        draw_measured(context, canvas, groups);
        canvas.list().PopClipRect();
        if (const Hover& hover = context.state.under_mouse.hover) {
            moment_line(context, canvas, {axis.x0, inside.y0, inside.x1, inside.y1}, axis.x(hover.time));
            if (hover.on_lanes) moment_reading(context, canvas, labels, axis.x(hover.time), hover.time);
        }
        if (!groups.empty()) interact(context, axis, {axis.x0, inside.y0, inside.x1, labels.y1}, groups);
    }

  private:
    static void heading(const Context& context, Canvas& canvas, Rect& inside, std::size_t hidden) {
        const Theme& theme = context.theme;
        State& state = context.state;
        Rect row = canvas.heading(inside, "Time line");
        if (button(theme, "whole run", row.take_right(theme.px(92)), "whole run  Z")) state.window.show_whole_run();
        row.take_right(theme.px(8));
        if (button(theme, "operation", row.take_right(theme.px(92)), "operation  F")) state.window.fit();
        row.x1 -= theme.px(14);
        const auto visible = static_cast<u64>(std::llround(state.window.to - state.window.from));
        std::string text =
            fmt::format("aligned at the trap \u00b7 {} in view, net, measured", counted(visible, "instruction"));
        if (hidden != 0) text += fmt::format(" \u00b7 no room for {}", counted(hidden, "more CPU"));
        canvas.text(row, text, theme.fonts.small, theme.muted);
    }

    /// The CPUs one below the other; returns those that show an operation.
    static std::vector<Group> draw_groups(const Context& context, Canvas& canvas, const Rect& inside,
                                          const InstructionAxis& axis, const std::vector<Place>& places) {
        const Theme& theme = context.theme;
        std::vector<Group> groups;
        const float gap = theme.px(12);
        const float small_gap = theme.px(4);
        float gaps = 0;
        for (std::size_t i = 1; i < places.size(); ++i) gaps += places[i].side == places[i - 1].side ? small_gap : gap;
        const float height = (inside.height() - gaps) / static_cast<float>(places.size());
        Rect rest = inside;
        canvas.list().PushClipRect({inside.x0, inside.y0}, {inside.x1, inside.y1}, true);
        for (std::size_t i = 0; i < places.size(); ++i) {
            const bool first = i == 0 || places[i].side != places[i - 1].side;
            if (i != 0) rest.take_top(first ? gap : small_gap);
            const Rect place = rest.take_top(height);
            draw_names(context, canvas, place, axis.x0 - inside.x0, places[i], first);
            if (context.state.selection.shown(places[i].side).operation == nullptr) continue;
            groups.push_back(make_group(context, axis, {axis.x0, place.y0, place.x1, place.y1}, places[i]));
            draw_group(context, canvas, groups.back());
        }
        canvas.list().PopClipRect();
        return groups;
    }

    static float gutter_width(const Context& context, Canvas& canvas) {
        float width = context.theme.px(40);
        for (int side = 0; side < context.session.count(); ++side) {
            width = std::max(width, canvas.width(context.session.name(side), context.theme.fonts.bold));
        }
        return width + context.theme.px(16) + canvas.width(lane_items()[0]->header(), context.theme.fonts.small) +
               context.theme.px(12);
    }

    static void draw_names(const Context& context, Canvas& canvas, const Rect& group, float gutter, Place of,
                           bool first) {
        const Theme& theme = context.theme;
        const int side = of.side;
        const bool shared = context.session.shared(side);
        for (std::size_t lane = 0; lane < model::kLanes; ++lane) {
            Rect r = lane_rect(theme, group, lane, shared);
            canvas.fill({group.x0 + gutter, r.y0, r.x1, r.y1}, faded(theme.grid, 0.45F));
            r.x1 = group.x0 + gutter - theme.px(12);
            if (r.height() + theme.px(3) < theme.fonts.small->FontSize) {
                if (lane != 1) continue;  // no room for three names: the lanes are always in this order
                r.y0 -= theme.px(6);
                r.y1 += theme.px(6);
                canvas.text(r, "guest, EL2, host", theme.fonts.small, theme.muted, Align::right);
                continue;
            }
            canvas.text(r, lane_items()[lane]->header(), theme.fonts.small, theme.muted, Align::right);
        }
        Rect name = lane_rect(theme, group, shared ? 0 : 1, shared);
        name.x1 = group.x0 + gutter;
        if (shared) {
            name.y0 = group.y0;
            name.y1 = group.y0 + theme.px(18);
            if (first) {
                name.x0 = canvas.text(name, context.session.name(side), theme.fonts.bold, theme.text) + theme.px(8);
            }
            canvas.text(name, fmt::format("CPU {}", of.cpu), theme.fonts.small, theme.text);
        } else {
            canvas.text(name, context.session.name(side), theme.fonts.bold, theme.text);
        }
        if (context.state.selection.shown(side).operation == nullptr) {
            const Rect r = lane_rect(theme, group, 1, shared);
            const InstructionAxis axis{context.state.window.from, context.state.window.to, group.x0 + gutter, group.x1};
            canvas.text({std::max(axis.x0, axis.x(0)) + theme.px(10), r.y0, r.x1, r.y1}, "no partner in this run",
                        theme.fonts.small, theme.faint);
        }
    }

    /// A drag moves the time line; with shift it measures.
    void interact(const Context& context, const InstructionAxis& axis, const Rect& area,
                  const std::vector<Group>& groups) {
        const bool over = hit_area("lanes", area);
        const bool released = ImGui::IsItemDeactivated();
        const ImVec2 mouse = ImGui::GetMousePos();
        State& state = context.state;
        if (over)
            state.next_under_mouse.hover = {group_near(groups, mouse.y).side, axis.time(mouse.x), true,
                                            model::kNoSegment};
        if (ImGui::IsItemActivated()) {
            dragged_ = false;
            measuring_ = ImGui::GetIO().KeyShift;
            anchor_ = axis.time(mouse.x);
            measured_group_ = group_near(groups, mouse.y);
        }
        const bool moves = ImGui::IsItemActive() && ImGui::IsMouseDragging(0, context.theme.px(3));
        dragged_ = dragged_ || moves;
        if (measuring_ && (moves || released) && dragged_) {
            measure(context, measured_group_, anchor_, axis.time(std::clamp(mouse.x, axis.x0, axis.x1)), !released);
        } else if (moves) {
            state.window.pan_to(state.window.from -
                                static_cast<double>(ImGui::GetIO().MouseDelta.x) * axis.per_pixel());
        }
        if (!over) return;
        turn_wheel(state, axis, mouse.x);
        if (ImGui::IsItemActive() && dragged_) return;
        const Press press = ImGui::IsMouseDoubleClicked(0) ? Press::twice
                            : released && !dragged_        ? Press::once
                                                           : Press::none;
        for (const Group& group : groups) inspect(context, group, mouse, press);
    }

    /// It zooms at the mouse; a horizontal one, or one with shift, moves along.
    static void turn_wheel(State& state, const InstructionAxis& axis, float x) {
        const ImGuiIO& io = ImGui::GetIO();
        const float along = io.MouseWheelH != 0 ? io.MouseWheelH : io.KeyShift ? io.MouseWheel : 0;
        if (along != 0) {
            static constexpr double kPixels = 60;  // a notch
            state.window.pan_to(state.window.from - static_cast<double>(along) * kPixels * axis.per_pixel());
        } else if (io.MouseWheel != 0) {
            state.window.zoom(std::pow(1.25, -static_cast<double>(io.MouseWheel)), axis.time(x));
        }
    }

    static const Group& group_near(const std::vector<Group>& groups, float y) {
        for (const Group& group : groups) {
            if (y < group.ticks.r.y1) return group;
        }
        return groups.back();
    }

    Minimap minimap_;
    bool dragged_ = false;
    bool measuring_ = false;
    double anchor_ = 0;  ///< where a drag began
    Group measured_group_{};
};

}  // namespace

std::unique_ptr<View> make_lanes_view() {
    return std::make_unique<LanesView>();
}

}  // namespace ws::view

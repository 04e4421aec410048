// SPDX-License-Identifier: Apache-2.0
// Who ran when: for each CPU of each run the lanes of the guest, EL2 and the host, with the steps drawn inside, both
// runs aligned at the trap of the shown operation. Above them, where CPUs are shared, whose the CPU is; below them a
// mark for each event, and lines from CPU to CPU: a kick, a virtual interrupt on its way.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/views/lane_marks.hpp"
#include "viewer/views/step_tooltip.hpp"
#include "viewer/views/text_forms.hpp"

namespace ws::view {
namespace {

constexpr const char* kLaneNames[model::kLanes] = {"guest EL0/1", "EL2", "host EL0/1"};

/// The CPUs that have room: first those that the shown operations were on, then the others.
std::vector<Place> places_of(const Context& context, float height, std::size_t& hidden) {
    std::vector<Place> places;
    for (int side = 0; side < context.session.count(); ++side) {
        const model::Run& run = context.session.run(side);
        const model::Operation* operation = context.state.shown(side).operation;
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
        std::size_t hidden = 0;
        const std::vector<Place> places = places_of(context, inside.height() - theme.px(50), hidden);
        heading(context, canvas, inside, hidden);
        const float gutter = gutter_width(context, canvas);
        const Rect labels = inside.take_bottom(theme.px(20));
        const Axis axis{context.state.from, context.state.to, inside.x0 + gutter, inside.x1};
        draw_axis(canvas, theme, axis, {axis.x0, inside.y0, inside.x1, inside.y1},
                  {axis.x0, labels.y0, inside.x1, labels.y1});
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
            draw_names(context, canvas, place, gutter, places[i], first);
            if (context.state.shown(places[i].side).operation == nullptr) continue;
            groups.push_back(make_group(context, axis, {axis.x0, place.y0, place.x1, place.y1}, places[i]));
            draw_group(context, canvas, groups.back());
        }
        canvas.list().PushClipRect({axis.x0, inside.y0}, {inside.x1, inside.y1}, true);
        draw_links(context, canvas, groups);
        canvas.list().PopClipRect();
        const float zero = std::floor(axis.x(0)) + 0.5F;
        if (zero >= axis.x0) canvas.line(zero, inside.y0, zero, inside.y1, theme.text, theme.px(1));
        canvas.list().PopClipRect();
        interact(context, axis, {axis.x0, inside.y0, inside.x1, labels.y1}, groups);
    }

  private:
    static void heading(const Context& context, Canvas& canvas, Rect& inside, std::size_t hidden) {
        const Theme& theme = context.theme;
        State& state = context.state;
        Rect row = canvas.heading(inside, "Time line");
        if (button(theme, "whole run", row.take_right(theme.px(92)), "whole run  A")) state.show_whole_run();
        row.take_right(theme.px(8));
        if (button(theme, "operation", row.take_right(theme.px(92)), "operation  F")) state.fit();
        row.x1 -= theme.px(14);
        const auto visible = static_cast<u64>(std::llround(state.to - state.from));
        std::string text =
            fmt::format("aligned at the trap \u00b7 {} in view, net, measured", counted(visible, "instruction"));
        if (hidden != 0) text += fmt::format(" \u00b7 no room for {}", counted(hidden, "more CPU"));
        canvas.text(row, text, theme.fonts.small, theme.muted);
    }

    static float gutter_width(const Context& context, Canvas& canvas) {
        float width = context.theme.px(40);
        for (int side = 0; side < context.session.count(); ++side) {
            width = std::max(width, canvas.width(context.session.name(side), context.theme.fonts.bold));
        }
        return width + context.theme.px(16) + canvas.width(kLaneNames[0], context.theme.fonts.small) +
               context.theme.px(12);
    }

    static float who_height(const Theme& theme, const Rect& group) {
        return group.height() < theme.px(56) ? theme.px(7) : theme.px(16);
    }

    /// Whose the CPU is where that is worth saying, three lanes, and below a mark for each event.
    static Rect lane_rect(const Theme& theme, const Rect& group, std::size_t lane, bool shared) {
        const float ticks = theme.px(10);
        const float who = shared ? who_height(theme, group) : 0;
        const float height = (group.height() - ticks - who) / static_cast<float>(model::kLanes);
        const float y = group.y0 + who + height * static_cast<float>(lane);
        return {group.x0, std::floor(y), group.x1, std::floor(y + height - theme.px(3))};
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
            canvas.text(r, kLaneNames[lane], theme.fonts.small, theme.muted, Align::right);
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
        if (context.state.shown(side).operation == nullptr) {
            const Rect r = lane_rect(theme, group, 1, shared);
            const Axis axis{context.state.from, context.state.to, group.x0 + gutter, group.x1};
            canvas.text({std::max(axis.x0, axis.x(0)) + theme.px(10), r.y0, r.x1, r.y1}, "no partner in this run",
                        theme.fonts.small, theme.faint);
        }
    }

    static Group make_group(const Context& context, const Axis& axis, const Rect& area, Place of) {
        const model::Operation& operation = *context.state.shown(of.side).operation;
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

    static void draw_group(const Context& context, Canvas& canvas, const Group& group) {
        for (std::size_t lane = 0; lane < model::kLanes; ++lane) {
            draw_spans(context, canvas, group, lane);
            const auto& depths = group.lanes->phases[lane];
            for (std::size_t depth = 0; depth < depths.size(); ++depth)
                draw_phases(context, canvas, group, lane, depth);
        }
        const Theme& theme = context.theme;
        draw_stints(context, canvas, group);
        if (!context.session.host_at_el1(group.side) && group.cpu == 0) {
            Rect r = group.lane[static_cast<std::size_t>(model::Lane::host)].r;
            r.x0 = std::max(r.x0, group.ticks.axis.x(0)) + theme.px(10);
            canvas.text(r, "the host's kernel runs at EL2: nothing of the host at EL1", theme.fonts.small, theme.muted);
        }
        draw_ticks(context, canvas, group);
    }

    static void draw_spans(const Context& context, Canvas& canvas, const Group& group, std::size_t lane) {
        const Theme& theme = context.theme;
        paint_lane(
            group.lane[lane], group.lanes->spans[lane], kColumn,
            [&](const Rect& r, u32) { canvas.fill(r, theme.band); },
            [&](const Rect& r, double density, std::size_t, std::size_t) {
                canvas.fill(r, faded(theme.band, static_cast<float>(std::clamp(density, 0.15, 1.0))));
            });
    }

    /// Where the steps of one depth are drawn: those in another one on its lower part.
    static LanePlace phase_place(const Theme& theme, const Group& group, std::size_t lane, std::size_t depth) {
        LanePlace place = group.lane[lane];
        const auto rows = static_cast<float>(group.lanes->phases[lane].size());
        place.r = place.r.inset(0, theme.px(3));
        place.r.y0 += std::floor(place.r.height() / rows) * static_cast<float>(depth);
        return place;
    }

    static void draw_phases(const Context& context, Canvas& canvas, const Group& group, std::size_t lane,
                            std::size_t depth) {
        const Theme& theme = context.theme;
        const model::LaneIndex& index = group.lanes->phases[lane][depth];
        const auto cause_of = [&](u32 item) {
            return std::string(cause_of_step(static_cast<u8>(group.timeline->phases[item].step)));
        };
        const auto opacity = [&](const std::string& cause) {
            return context.state.hot_cause.empty() || context.state.hot_cause == cause ? 1.0F : 0.2F;
        };
        paint_lane(
            phase_place(theme, group, lane, depth), index, kColumn,
            [&](const Rect& r, u32 item) {
                const std::string cause = cause_of(item);
                const CausePaint paint = theme.cause(cause);
                Rect filled = r;
                if (filled.width() > theme.px(4)) filled.x1 -= 1;
                canvas.cause(filled, paint, opacity(cause));
                const model::StepInfo* step = model::find_step(static_cast<u8>(group.timeline->phases[item].step));
                label(context, canvas, filled, step != nullptr ? words(step->name) : "", cause);
            },
            [&](const Rect& r, double density, std::size_t first, std::size_t count) {
                static constexpr std::size_t kFew = 16;  // more than that in one column have no one colour
                const float alpha = static_cast<float>(std::clamp(density, 0.25, 1.0));
                if (count > kFew) return canvas.fill(r, faded(theme.muted, 0.5F * alpha));
                std::size_t longest = first;
                for (std::size_t i = first; i < first + count; ++i) {
                    if (index[i].end - index[i].begin > index[longest].end - index[longest].begin) longest = i;
                }
                const std::string cause = cause_of(index[longest].item);
                canvas.fill(r, faded(theme.cause(cause).fill, alpha * opacity(cause)));
            });
    }

    /// The step's name, or its cause where there is less room; nothing where there is none.
    static void label(const Context& context, Canvas& canvas, const Rect& r, const std::string& name,
                      const std::string& cause) {
        const Theme& theme = context.theme;
        const CausePaint paint = theme.cause(cause);
        if (paint.hatched || r.height() + theme.px(2) < theme.fonts.small->FontSize) return;
        for (const std::string& text : {name, cause_short(cause)}) {
            if (canvas.width(text, theme.fonts.small) + theme.px(6) > r.width()) continue;
            canvas.text(r, text, theme.fonts.small, paint.ink, Align::centre);
            return;
        }
    }

    static void draw_ticks(const Context& context, Canvas& canvas, const Group& group) {
        const Theme& theme = context.theme;
        const model::Trace& trace = context.session.run(group.side).trace;
        const LanePlace& place = group.ticks;
        const double last = place.axis.to + static_cast<double>(place.origin);
        std::size_t at = trace.first_from(group.cpu, place.origin + static_cast<i64>(std::floor(place.axis.from)));
        while (at < group.events->size()) {
            const i64 net = trace.net((*group.events)[at]);
            if (static_cast<double>(net) > last) break;
            const float x = std::floor(place.axis.x(static_cast<double>(net - place.origin)));
            canvas.fill({x, place.r.y0 + theme.px(3), x + 1, place.r.y1}, theme.faint);
            // One mark a column: go on with the first event of the next one.
            const double next = std::floor(place.axis.time(x + kColumn)) + static_cast<double>(place.origin);
            at = trace.first_from(group.cpu, static_cast<i64>(next), at + 1);
        }
        draw_marks(context, canvas, group);
        if (context.state.side() != group.side || context.state.event() == model::kNoEvent) return;
        const model::Event& event = trace.event(context.state.event());
        if (event.cpu() != group.cpu) return;
        const float x = std::floor(place.axis.x(static_cast<double>(event.net - place.origin))) + 0.5F;
        if (x < place.r.x0 || x > place.r.x1) return;
        canvas.line(x, group.lane[0].r.y0, x, place.r.y1, theme.link, theme.px(2));
        const float d = theme.px(5);
        canvas.triangle({x, place.r.y1 - d}, {x + d, place.r.y1}, {x - d, place.r.y1}, theme.link);
    }

    void interact(const Context& context, const Axis& axis, const Rect& area, const std::vector<Group>& groups) {
        const bool over = hit_area("lanes", area);
        const bool released = ImGui::IsItemDeactivated();
        const ImVec2 mouse = ImGui::GetMousePos();
        State& state = context.state;
        if (ImGui::IsItemActivated()) dragged_ = false;
        if (ImGui::IsItemActive() && ImGui::IsMouseDragging(0, context.theme.px(3))) {
            dragged_ = true;
            const double by = static_cast<double>(ImGui::GetIO().MouseDelta.x) * axis.per_pixel();
            state.from -= by;
            state.to -= by;
        }
        if (!over) return;
        if (const float wheel = ImGui::GetIO().MouseWheel; wheel != 0) {
            state.zoom(std::pow(1.25, -static_cast<double>(wheel)), axis.time(mouse.x));
        }
        if (ImGui::IsItemActive() && dragged_) return;
        for (const Group& group : groups) inspect(context, group, mouse, released && !dragged_);
    }

    /// Says what is under the mouse, and selects it on a click.
    static void inspect(const Context& context, const Group& group, ImVec2 mouse, bool click) {
        if (group.ticks.r.contains(mouse)) {
            const model::EventIndex nearest = nearest_event(context, group, mouse.x);
            event_tooltip(context, group.side, nearest, group.ticks.origin);
            if (click) context.state.select_event(group.side, nearest);
            return;
        }
        if (group.who.r.contains(mouse)) {
            if (const auto found = find_in_lane(group.who, group.lanes->stints, mouse.x)) {
                stint_tooltip(context, group.side, group.timeline->stints[found->item], group.ticks.origin);
            }
            return;
        }
        for (std::size_t lane = 0; lane < model::kLanes; ++lane) {
            if (!group.lane[lane].r.contains(mouse)) continue;
            const auto& depths = group.lanes->phases[lane];
            for (std::size_t depth = depths.size(); depth-- > 0;) {
                const LanePlace place = phase_place(context.theme, group, lane, depth);
                if (!place.r.contains(mouse)) continue;
                if (const auto found = find_in_lane(place, depths[depth], mouse.x)) {
                    const model::Phase phase = group.timeline->phases[found->item];
                    phase_tooltip(context, group.side, phase, group.ticks.origin);
                    if (click) context.state.select_event(group.side, phase.first);
                    return;
                }
            }
            if (const auto found = find_in_lane(group.lane[lane], group.lanes->spans[lane], mouse.x)) {
                const model::Span span = group.timeline->spans[found->item];
                span_tooltip(context, group.side, span, group.ticks.origin);
                if (click) context.state.select_event(group.side, span.first);
            }
        }
    }

    /// The event nearest to `x`; one with a mark rather than a plain one close by.
    static model::EventIndex nearest_event(const Context& context, const Group& group, float x) {
        const auto& notable = context.session.marks(group.side).notable[group.cpu];
        const float near_mark = context.theme.px(4);
        if (!notable.empty()) {
            const model::EventIndex marked = nearest_of(context, group, notable, x);
            if (std::abs(x_of(context, group, marked) - x) <= near_mark) return marked;
        }
        return nearest_of(context, group, *group.events, x);
    }

    template <class Events>
    static model::EventIndex nearest_of(const Context& context, const Group& group, const Events& events, float x) {
        const model::Trace& trace = context.session.run(group.side).trace;
        const auto net = static_cast<i64>(std::llround(group.ticks.axis.time(x))) + group.ticks.origin;
        const auto by_net = [&trace](model::EventIndex event, i64 time) { return trace.net(event) < time; };
        auto at = std::lower_bound(events.begin(), events.end(), net, by_net);
        if (at == events.end() || (at != events.begin() && net - trace.net(*(at - 1)) < trace.net(*at) - net)) {
            --at;
        }
        return *at;
    }

    bool dragged_ = false;
};

}  // namespace

std::unique_ptr<View> make_lanes_view() {
    return std::make_unique<LanesView>();
}

}  // namespace ws::view

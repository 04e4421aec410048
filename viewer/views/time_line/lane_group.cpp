// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/time_line/lane_group.hpp"

#include <algorithm>
#include <cmath>

#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/time_line/lane_flags.hpp"

namespace ws::view {
namespace {

float who_height(const Theme& theme, const Rect& group) {
    return group.height() < theme.px(56) ? theme.px(7) : theme.px(16);
}

void draw_spans(const Context& context, Canvas& canvas, const Group& group, std::size_t lane) {
    const Theme& theme = context.theme;
    paint_lane(
        canvas, group.lane[lane], group.lanes->spans[lane], [&](const Rect& r, u32) { canvas.fill(r, theme.band); },
        [&](double density, std::size_t, std::size_t) {
            return faded(theme.band, static_cast<float>(std::clamp(density, 0.15, 1.0)));
        });
}

/// The step's name, or its cause where there is less room; nothing where there is none.
void label(const Context& context, Canvas& canvas, const Rect& r, const std::string& name, const std::string& cause) {
    const Theme& theme = context.theme;
    const CausePaint paint = theme.cause(cause);
    if (paint.hatched || r.height() + theme.px(2) < theme.fonts.small->FontSize) return;
    for (const std::string& text : {name, cause_short(cause)}) {
        if (canvas.width(text, theme.fonts.small) + theme.px(6) > r.width()) continue;
        canvas.text(r, text, theme.fonts.small, paint.ink, Align::centre);
        return;
    }
}

/// Are there steps inside of this one, which are drawn over it?
bool is_covered(const Group& group, std::size_t lane, std::size_t depth, u32 item) {
    const auto& depths = group.lanes->phases[lane];
    if (depth + 1 >= depths.size()) return false;
    const model::Phase phase = group.timeline->phases[item];
    const std::size_t inner = depths[depth + 1].first_after(phase.begin);
    return inner < depths[depth + 1].size() && depths[depth + 1][inner].begin < phase.end;
}

void draw_phases(const Context& context, Canvas& canvas, const Group& group, std::size_t lane, std::size_t depth) {
    const Theme& theme = context.theme;
    const model::LaneIndex& index = group.lanes->phases[lane][depth];
    const auto cause_of = [&](u32 item) {
        return std::string(cause_of_step(group.timeline->phases.packed(item).what));
    };
    const auto opacity = [&](const std::string& cause) {
        return context.state.under_mouse.cause.empty() || context.state.under_mouse.cause == cause ? 1.0F : 0.2F;
    };
    paint_lane(
        canvas, phase_place(theme, group, lane, depth), index,
        [&](const Rect& r, u32 item) {
            const std::string cause = cause_of(item);
            const CausePaint paint = theme.cause(cause);
            Rect filled = r;
            if (filled.width() > theme.px(4)) filled.x1 -= 1;
            canvas.cause(filled, paint, opacity(cause));
            if (is_covered(group, lane, depth, item)) return;
            const model::StepInfo* step = model::find_step(group.timeline->phases.packed(item).what);
            label(context, canvas, filled, step != nullptr ? words(step->name) : "", cause);
        },
        [&](double density, std::size_t first, std::size_t count) {
            static constexpr std::size_t kFew = 16;  // more than that in one column have no one colour
            const float alpha = static_cast<float>(std::clamp(density, 0.25, 1.0));
            if (count > kFew) return faded(theme.muted, 0.5F * alpha);
            std::size_t longest = first;
            for (std::size_t i = first; i < first + count; ++i) {
                if (index[i].end - index[i].begin > index[longest].end - index[longest].begin) longest = i;
            }
            const std::string cause = cause_of(index[longest].item);
            return faded(theme.cause(cause).fill, alpha * opacity(cause));
        });
}

/// A tick for each event; where there is one in each of many columns side by side, a band for all of them.
void draw_ticks(const Context& context, Canvas& canvas, const Group& group) {
    static constexpr float kCrowd = 16 * kColumn;
    const Theme& theme = context.theme;
    const model::Trace& trace = context.session.run(group.side).trace;
    const LanePlace& place = group.ticks;
    const float top = place.r.y0 + theme.px(3);
    const i64 last = place.origin + static_cast<i64>(std::ceil(place.axis.to));
    const auto column = std::max<i64>(1, static_cast<i64>(place.axis.per_pixel() * static_cast<double>(kColumn)));
    std::vector<float> crowd;  // ticks that follow each other as closely as they can
    const auto draw_crowd = [&] {
        if (!crowd.empty() && crowd.back() - crowd.front() >= kCrowd) {
            canvas.fill({crowd.front(), top, crowd.back() + 1, place.r.y1}, faded(theme.faint, 0.4F));
        } else {
            for (const float x : crowd) canvas.fill({x, top, x + 1, place.r.y1}, theme.faint);
        }
        crowd.clear();
    };
    i64 begin = place.origin + static_cast<i64>(std::floor(place.axis.from));
    std::size_t at = trace.any_in(group.cpu, begin, begin + column);
    while (at < group.events->size()) {
        const i64 net = trace.net_of(group.cpu, at);
        if (net > last) break;
        const float x = std::floor(place.axis.x(static_cast<double>(net - place.origin)));
        if (!crowd.empty() && x > crowd.back() + 2 * kColumn) draw_crowd();
        crowd.push_back(x);
        // One mark a column: go on with the next one.
        begin = place.origin + static_cast<i64>(std::floor(place.axis.time(x + kColumn)));
        at = trace.any_in(group.cpu, begin, begin + column, at + 1);
    }
    draw_crowd();
}

/// What was found, a tick for as many as there are within a few pixels.
void draw_found(const Context& context, Canvas& canvas, const Group& group) {
    const Theme& theme = context.theme;
    const Rect whole{group.ticks.r.x0, group.lane[0].r.y0, group.ticks.r.x1, group.ticks.r.y1};
    if (context.state.search.side() != group.side) return;
    const float d = theme.px(4);
    for_each_found(context, group.side, group.cpu, group.ticks, d, [&](float x) {
        canvas.fill({x, whole.y0, x + 1, whole.y1}, faded(theme.link, 0.45F));
        canvas.fill({x - theme.px(1), whole.y0, x + theme.px(2), whole.y0 + theme.px(7)}, theme.link);
    });
}

/// A flag for as many events with notes as there are within its width.
void draw_flags(const Context& context, Canvas& canvas, const Group& group) {
    const Theme& theme = context.theme;
    for_each_flag(context, group, [&](const Rect& flag, std::size_t) { draw_flag(theme, canvas, flag); });
}

void draw_selected(const Context& context, Canvas& canvas, const Group& group) {
    const Theme& theme = context.theme;
    const model::Trace& trace = context.session.run(group.side).trace;
    const LanePlace& place = group.ticks;
    if (context.state.selection.side() != group.side || context.state.selection.event() == model::kNoEvent) return;
    const model::Event& event = trace.event(context.state.selection.event());
    if (event.cpu() != group.cpu) return;
    const float x = std::floor(place.axis.x(static_cast<double>(event.net - place.origin))) + 0.5F;
    if (x < place.r.x0 || x > place.r.x1) return;
    canvas.line(x, group.lane[0].r.y0, x, place.r.y1, theme.link, theme.px(2));
    const float d = theme.px(5);
    canvas.triangle({x, place.r.y1 - d}, {x + d, place.r.y1}, {x - d, place.r.y1}, theme.link);
}

}  // namespace

Rect lane_rect(const Theme& theme, const Rect& group, std::size_t lane, bool shared) {
    const float ticks = theme.px(10);
    const float who = shared ? who_height(theme, group) : 0;
    const float height = (group.height() - ticks - who) / static_cast<float>(model::kLanes);
    const float y = group.y0 + who + height * static_cast<float>(lane);
    return {group.x0, std::floor(y), group.x1, std::floor(y + height - theme.px(3))};
}

LanePlace phase_place(const Theme& theme, const Group& group, std::size_t lane, std::size_t depth) {
    LanePlace place = group.lane[lane];
    const auto rows = static_cast<float>(group.lanes->phases[lane].size());
    place.r = place.r.inset(0, std::min(theme.px(3), place.r.height() * 0.15F));
    place.r.y0 += std::floor(place.r.height() / rows) * static_cast<float>(depth);
    return place;
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

void draw_group(const Context& context, Canvas& canvas, const Group& group) {
    for (std::size_t lane = 0; lane < model::kLanes; ++lane) {
        draw_spans(context, canvas, group, lane);
        const auto& depths = group.lanes->phases[lane];
        for (std::size_t depth = 0; depth < depths.size(); ++depth) draw_phases(context, canvas, group, lane, depth);
    }
    const Theme& theme = context.theme;
    draw_stints(context, canvas, group);
    if (!context.session.host_at_el1(group.side) && group.cpu == 0) {
        Rect r = group.lane[static_cast<std::size_t>(model::Lane::host)].r;
        r.x0 = std::max(r.x0, group.ticks.axis.x(0)) + theme.px(10);
        canvas.text(r, "the host's kernel runs at EL2: nothing of the host at EL1", theme.fonts.small, theme.muted);
    }
    draw_ticks(context, canvas, group);
    draw_marks(context, canvas, group);
    draw_found(context, canvas, group);
    draw_flags(context, canvas, group);
    draw_selected(context, canvas, group);
}

}  // namespace ws::view

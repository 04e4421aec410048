// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/lane_marks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/views/event_words.hpp"
#include "viewer/views/found_ticks.hpp"

namespace ws::view {
namespace {

/// The interrupt's number where its way begins, if the way is long enough to carry it.
void label_life(const Context& context, Canvas& canvas, const Group* group, const model::InterruptLife& life) {
    if (group == nullptr) return;
    const Theme& theme = context.theme;
    const float x0 = x_of(context, *group, life.events.front());
    const float x1 = x_of(context, *group, life.events.back());
    const std::string text = fmt::format("{}", life.intid);
    const Rect& r = group->ticks.r;
    if (x1 - x0 < theme.px(60) || x0 < r.x0 || x0 > r.x1) return;
    const Rect place{x0 + theme.px(6), r.y0 - theme.px(4), x0 + theme.px(40), r.y1 + theme.px(4)};
    const Rect ground{place.x0 - theme.px(1), r.y0, place.x0 + canvas.width(text, theme.fonts.small) + theme.px(2),
                      r.y1};
    canvas.fill(ground, theme.panel);
    canvas.text(place, text, theme.fonts.small, theme.text);
}

void arrow_head(const Theme& theme, Canvas& canvas, ImVec2 from, ImVec2 to, ImU32 colour) {
    const float length = std::hypot(to.x - from.x, to.y - from.y);
    const float dx = (to.x - from.x) / length;
    const float dy = (to.y - from.y) / length;
    const float d = theme.px(8);
    const ImVec2 base{to.x - dx * d, to.y - dy * d};
    const float side = d * 0.45F;
    canvas.triangle(to, {base.x - dy * side, base.y + dx * side}, {base.x + dy * side, base.y - dx * side}, colour);
}

/// The first and the last event of a run that can be in view, of any of its groups. None: the first is after the last.
std::pair<model::EventIndex, model::EventIndex> in_view(const Context& context, const std::vector<Group>& groups,
                                                        int side) {
    std::pair<model::EventIndex, model::EventIndex> range{model::kNoEvent, 0};
    const model::Trace& trace = context.session.run(side).trace;
    for (const Group& group : groups) {
        if (group.side != side || group.events->empty()) continue;
        const auto at = [&](float x) {
            const auto net = static_cast<i64>(std::floor(group.ticks.axis.time(x))) + group.ticks.origin;
            const std::size_t place = trace.first_from(group.cpu, net);
            return (*group.events)[std::min(place, group.events->size() - 1)];
        };
        range.first = std::min(range.first, at(group.ticks.r.x0));
        range.second = std::max(range.second, at(group.ticks.r.x1));
    }
    return range;
}

}  // namespace

float x_of(const Context& context, const Group& group, model::EventIndex event) {
    const i64 net = context.session.run(group.side).trace.net(event) - group.ticks.origin;
    return group.ticks.axis.x(static_cast<double>(net));
}

void draw_stints(const Context& context, Canvas& canvas, const Group& group) {
    const Theme& theme = context.theme;
    if (group.who.r.height() < 1) return;
    const model::Trace& trace = context.session.run(group.side).trace;
    const auto colour = [&](trace::Owner owner) {
        return owner == trace::kHost ? faded(theme.grid, 0.6F) : theme.owner(owner);
    };
    paint_lane(
        canvas, group.who, group.lanes->stints,
        [&](const Rect& r, u32 item) {
            const trace::Owner owner = group.timeline->stints[item].owner;
            canvas.fill({r.x0, r.y0, r.x1 - (r.width() > theme.px(4) ? 1.0F : 0.0F), r.y1}, colour(owner));
            const std::string name = owner == trace::kHost ? "idle" : trace.owner_name(owner);
            const bool fits = canvas.width(name, theme.fonts.small) + theme.px(8) <= r.width();
            if (!fits || r.height() + theme.px(2) < theme.fonts.small->FontSize) return;
            canvas.text(r.inset(theme.px(4), 0), name, theme.fonts.small,
                        owner == trace::kHost ? theme.faint : theme.text);
        },
        [&](double, std::size_t first, std::size_t count) {
            std::size_t longest = first;
            const auto& stints = group.lanes->stints;
            for (std::size_t i = first; i < first + std::min<std::size_t>(count, 16); ++i) {
                if (stints[i].end - stints[i].begin > stints[longest].end - stints[longest].begin) longest = i;
            }
            return colour(group.timeline->stints[stints[longest].item].owner);
        });
}

void draw_marks(const Context& context, Canvas& canvas, const Group& group) {
    const Theme& theme = context.theme;
    const model::Trace& trace = context.session.run(group.side).trace;
    const auto& notable = context.session.marks(group.side).notable[group.cpu];
    const float d = theme.px(4);
    const float y = group.ticks.r.y0 + d + 1;
    // One mark in its own width: what is nearer together is one to the eye.
    for_each_place(trace, notable, group.cpu, group.ticks, 2 * d, [&](float at, auto first) {
        const char* const cause = cause_of_mark(trace.event(*first));
        const float x = at + 0.5F;
        if (cause != nullptr) canvas.diamond({x, y}, d, theme.cause(cause).fill);
    });
}

void draw_links(const Context& context, Canvas& canvas, const std::vector<Group>& groups) {
    static constexpr int kMost = 200;  // more than that are a grey web
    const Theme& theme = context.theme;
    const auto find = [&](int side, model::EventIndex event) -> const Group* {
        const u32 cpu = context.session.run(side).trace.event(event).cpu();
        for (const Group& group : groups) {
            if (group.side == side && group.cpu == cpu) return &group;
        }
        return nullptr;
    };
    for (int side = 0; side < context.session.count(); ++side) {
        int drawn = 0;
        const auto draw = [&](model::EventIndex from, model::EventIndex to, ImU32 colour, bool arrow) {
            const Group* a = find(side, from);
            const Group* b = find(side, to);
            if (a == nullptr || b == nullptr) return;
            const ImVec2 start{x_of(context, *a, from), a->ticks.r.y0 + theme.px(5)};
            const ImVec2 end{x_of(context, *b, to), b->ticks.r.y0 + theme.px(5)};
            const Rect& r = a->ticks.r;
            if (std::max(start.x, end.x) < r.x0 || std::min(start.x, end.x) > r.x1 || ++drawn > kMost) return;
            if (std::abs(end.x - start.x) + std::abs(end.y - start.y) < theme.px(8)) return;
            canvas.line(start.x, start.y, end.x, end.y, colour, theme.px(arrow ? 1.5F : 2));
            if (arrow) arrow_head(theme, canvas, start, end, colour);
        };
        const model::Marks& marks = context.session.marks(side);
        const auto [first, last] = in_view(context, groups, side);
        for (std::size_t i = marks.first_interrupt_at(first); i < marks.interrupts.size() && drawn <= kMost; ++i) {
            const model::InterruptLife& life = marks.interrupts[i];
            if (life.events.front() > last) break;
            for (std::size_t step = 1; step < life.events.size(); ++step) {
                draw(life.events[step - 1], life.events[step], faded(theme.cause("vgic").fill, 0.65F), false);
            }
            label_life(context, canvas, find(side, life.events.front()), life);
        }
        drawn = 0;
        for (std::size_t i = marks.first_kick_at(first); i < marks.kicks.size() && drawn <= kMost; ++i) {
            const model::Kick& kick = marks.kicks[i];
            if (kick.sent > last) break;
            if (kick.received != model::kNoEvent) draw(kick.sent, kick.received, theme.text, true);
        }
    }
}

}  // namespace ws::view

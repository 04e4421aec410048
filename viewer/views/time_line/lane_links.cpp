// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/time_line/lane_links.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ws::view {
namespace {

using model::EventIndex;

void arrow_head(const Theme& theme, Canvas& canvas, ImVec2 from, ImVec2 to, ImU32 colour) {
    const float length = std::hypot(to.x - from.x, to.y - from.y);
    const float dx = (to.x - from.x) / length;
    const float dy = (to.y - from.y) / length;
    const float d = theme.px(8);
    const ImVec2 base{to.x - dx * d, to.y - dy * d};
    const float side = d * 0.45F;
    canvas.triangle(to, {base.x - dy * side, base.y + dx * side}, {base.x + dy * side, base.y - dx * side}, colour);
}

/// The links of one run.
class Links {
  public:
    Links(const Context& context, Canvas& canvas, const std::vector<Group>& groups, int side)
        : context_(context), canvas_(canvas), trace_(context.session.run(side).trace), apart_(context.theme.px(8)) {
        for (const Group& group : groups) {
            if (group.side == side && !group.events->empty()) groups_.push_back(&group);
        }
    }

    void draw(const model::CrossCpuLinks& marks) const {
        if (groups_.empty()) return;
        const auto first_of_kick = [](const model::Kick& kick) { return kick.sent; };
        for_each_column(marks.kicks, marks.first_kick_at(event_at(left())), first_of_kick,
                        [this](auto begin, auto end) { draw_kick(*begin, end - begin > 1); });
        const auto first_of_life = [](const model::InterruptLife& life) { return life.events.front(); };
        for_each_column(marks.interrupts, marks.first_interrupt_at(event_at(left())), first_of_life,
                        [this](auto begin, auto end) { draw_life(longest(begin, end), end - begin > 1); });
    }

  private:
    float left() const { return groups_.front()->ticks.r.x0; }
    float right() const { return groups_.front()->ticks.r.x1; }

    /// The first event of any of the CPUs at or after the time of a place on the axis; kNoEvent behind the last one.
    EventIndex event_at(float x) const {
        EventIndex first = model::kNoEvent;
        for (const Group* group : groups_) {
            const auto net = static_cast<i64>(std::floor(group->ticks.axis.time(x))) + group->ticks.origin;
            const std::size_t place = trace_.first_from(group->cpu, net);
            if (place < group->events->size()) first = std::min(first, (*group->events)[place]);
        }
        return first;
    }

    /// Calls `take(begin, end)` for what begins within a few pixels of each other, from the list's place `first` on.
    /// Of what begins before the picture and may reach into it, the latest are looked at one by one.
    template <class List, class FirstEvent, class Take>
    void for_each_column(const List& list, std::size_t first, FirstEvent first_event, Take take) const {
        static constexpr std::ptrdiff_t kMostBefore = 64;
        const auto from = [&](auto begin, EventIndex event) {
            const auto before = [&](const auto& item, EventIndex index) { return first_event(item) < index; };
            return std::lower_bound(begin, list.end(), event, before);
        };
        auto at = list.begin() + static_cast<std::ptrdiff_t>(first);
        const auto in_view = from(at, event_at(left()));
        if (in_view - at > kMostBefore) {
            take(at, at + 1);  // it is known to reach as far
            at = in_view - kMostBefore;
        }
        for (; at < in_view; ++at) take(at, at + 1);
        while (at != list.end()) {
            const float x = x_of_event(first_event(*at));
            if (x > right()) break;
            const auto next = std::max(at + 1, from(at + 1, event_at(std::max(x, left()) + apart_)));
            take(at, next);
            at = next;
        }
    }

    template <class Iterator>
    const model::InterruptLife& longest(Iterator begin, Iterator end) const {
        static constexpr std::ptrdiff_t kLooked = 16;
        const auto shorter = [](const auto& a, const auto& b) {
            return a.events.back() - a.events.front() < b.events.back() - b.events.front();
        };
        return *std::max_element(begin, begin + std::min(kLooked, end - begin), shorter);
    }

    const Group* group_of(EventIndex event) const {
        const u32 cpu = trace_.event(event).cpu();
        const auto same = [cpu](const Group* group) { return group->cpu == cpu; };
        const auto found = std::find_if(groups_.begin(), groups_.end(), same);
        return found == groups_.end() ? nullptr : *found;
    }
    float x_of_event(EventIndex event) const { return x_of(context_, *groups_.front(), event); }

    /// `crowd`: it stands for several. Then it stays behind what the lanes show.
    void draw_kick(const model::Kick& kick, bool crowd) const {
        if (kick.received == model::kNoEvent) return;
        link(kick.sent, kick.received, faded(context_.theme.text, crowd ? 0.15F : 1), !crowd);
    }

    void draw_life(const model::InterruptLife& life, bool crowd) const {
        const ImU32 colour = faded(context_.theme.cause("vgic").fill, crowd ? 0.25F : 0.65F);
        for (std::size_t i = 1; i < life.events.size(); ++i) link(life.events[i - 1], life.events[i], colour, false);
        label(life);
    }

    void link(EventIndex from, EventIndex to, ImU32 colour, bool arrow) const {
        const Theme& theme = context_.theme;
        const Group* const a = group_of(from);
        const Group* const b = group_of(to);
        if (a == nullptr || b == nullptr) return;
        const ImVec2 start{x_of_event(from), a->ticks.r.y0 + theme.px(5)};
        const ImVec2 end{x_of_event(to), b->ticks.r.y0 + theme.px(5)};
        if (std::max(start.x, end.x) < left() || std::min(start.x, end.x) > right()) return;
        if (std::abs(end.x - start.x) + std::abs(end.y - start.y) < apart_) return;
        canvas_.line(start.x, start.y, end.x, end.y, colour, theme.px(1.5F));
        if (arrow) arrow_head(theme, canvas_, start, end, colour);
    }

    /// The interrupt's number where its way begins, if the way is long enough to carry it.
    void label(const model::InterruptLife& life) const {
        const Group* const group = group_of(life.events.front());
        if (group == nullptr) return;
        const Theme& theme = context_.theme;
        const float x0 = x_of_event(life.events.front());
        const float x1 = x_of_event(life.events.back());
        if (x1 - x0 < theme.px(60) || x0 < left() || x0 > right()) return;
        const std::string text = fmt::format("{}", life.intid);
        const Rect& r = group->ticks.r;
        const Rect place{x0 + theme.px(6), r.y0 - theme.px(4), x0 + theme.px(40), r.y1 + theme.px(4)};
        const Rect ground{place.x0 - theme.px(1), r.y0, place.x0 + canvas_.width(text, theme.fonts.small) + theme.px(2),
                          r.y1};
        canvas_.fill(ground, theme.panel);
        canvas_.text(place, text, theme.fonts.small, theme.text);
    }

    const Context& context_;
    Canvas& canvas_;
    const model::Trace& trace_;
    float apart_;
    std::vector<const Group*> groups_;
};

}  // namespace

void draw_links(const Context& context, Canvas& canvas, const std::vector<Group>& groups) {
    for (int side = 0; side < context.session.count(); ++side) {
        Links(context, canvas, groups, side).draw(context.session.links(side));
    }
}

}  // namespace ws::view

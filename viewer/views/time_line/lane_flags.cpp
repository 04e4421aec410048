// SPDX-License-Identifier: Apache-2.0
// The flags of events with notes, at the top of a CPU's lanes.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/notes_list.hpp"
#include "viewer/views/shared/step_tooltip.hpp"
#include "viewer/views/time_line/event_ticks.hpp"
#include "viewer/views/time_line/lane_item.hpp"

namespace ws::view {
namespace {

/// Calls `draw(flag, first)`, with the place of the flag and that of its first event among the CPU's noted ones.
template <class Draw>
void for_each_flag(const Context& context, const Group& group, Draw draw) {
    const Theme& theme = context.theme;
    const auto& noted = context.state.notes.of(group.side).of_cpu(group.cpu);
    const float top = group.lane[0].r.y0;
    for_each_place(
        context.session.run(group.side).trace, noted, group.cpu, group.ticks, theme.px(10), [&](float x, auto first) {
            draw(Rect{x, top, x + theme.px(10), top + theme.px(15)}, static_cast<std::size_t>(first - noted.begin()));
        });
}

/// More notes that are where the first one is, under its tooltip.
void more_notes(const Context& context, int side, const std::vector<model::EventIndex>& noted, std::size_t begin,
                std::size_t told, std::size_t end) {
    Tooltip tip(context.theme);
    for (std::size_t i = begin; i < told; ++i) {
        tip.note(fmt::format("event {}", grouped(u64{noted[i]})));
        tell_notes(context, tip, side, noted[i]);
    }
    if (told < end) tip.note(fmt::format("and {} more here: zoom in", end - told));
}

/// A flag for as many events with notes as there are within its width.
class NoteFlags : public LaneItem {
  public:
    Rect range(const Group& group) const override {
        return {group.ticks.r.x0, group.lane[0].r.y0, group.ticks.r.x1, group.ticks.r.y1};
    }

    void draw(const Context& context, Canvas& canvas, const Group& group) const override {
        for_each_flag(context, group, [&](const Rect& flag, std::size_t) { draw_flag(context.theme, canvas, flag); });
    }

    /// The notes of the events that a flag stands for.
    bool inspect(const Context& context, const Group& group, ImVec2 mouse, Press press) const override {
        static constexpr std::size_t kMost = 6;  // of the events of one flag, in the tooltip
        bool found = false;
        for_each_flag(context, group, [&](const Rect& flag, std::size_t first) {
            if (found || !flag.contains(mouse)) return;
            found = true;
            const auto& noted = context.state.notes.of(group.side).of_cpu(group.cpu);
            std::size_t end = first + 1;
            while (end < noted.size() && x_of(context, group, noted[end]) < flag.x1) ++end;
            event_tooltip(context, group.side, noted[first], group.ticks.origin);
            if (end - first > 1) more_notes(context, group.side, noted, first + 1, std::min(end, first + kMost), end);
            if (press == Press::once) context.state.select_event(group.side, noted[first]);
        });
        return found;
    }
};

}  // namespace

std::unique_ptr<LaneItem> make_note_flags() {
    return std::make_unique<NoteFlags>();
}

}  // namespace ws::view

// SPDX-License-Identifier: Apache-2.0
// The events of the shown operation in one of the runs. A click selects one.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/event_words.hpp"
#include "viewer/views/shared/notes_list.hpp"
#include "viewer/views/shared/step_tooltip.hpp"
#include "viewer/views/shared/view.hpp"

namespace ws::view {
namespace {

using trace::EventId;

std::string event_name(const model::Event& event) {
    if (const auto c = model::block_class(event)) return words(info(*c).name);
    return words(event.info().name);
}

class EventListView : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        const Theme& theme = context.theme;
        Canvas canvas(theme);
        Rect inside = canvas.panel(area);
        draw_head(context, canvas, inside);
        const auto& events = context.state.selection.shown(context.state.selection.side()).parts.events;
        line_ = theme.px(22);
        inside.x1 += theme.px(6);
        const ScrollArea scroll(theme, "events", inside);
        Canvas rows(theme);
        keep_in_view(context, inside.height());
        ImGuiListClipper clipper;
        clipper.Begin(static_cast<int>(events.size()), line_);
        while (clipper.Step()) {
            for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
                draw_event(context, rows, inside.width() - theme.px(14), events[static_cast<std::size_t>(i)]);
            }
        }
    }

  private:
    static void draw_head(const Context& context, Canvas& canvas, Rect& inside) {
        const Theme& theme = context.theme;
        State& state = context.state;
        Rect row = canvas.heading(inside, "Events");
        for (int side = context.session.count() - 1; context.session.two() && side >= 0; --side) {
            const std::string& name = context.session.name(side);
            const Rect place = row.take_right(canvas.width(name, theme.fonts.small) + theme.px(24));
            row.take_right(theme.px(6));
            if (button(theme, side == 0 ? "side A" : "side B", place, name, state.selection.side() == side))
                state.selection.select_side(side);
        }
        canvas.text(
            row, grouped(u64{state.selection.shown(state.selection.side()).parts.events.size()}) + " in this operation",
            theme.fonts.small, theme.muted);
    }

    void keep_in_view(const Context& context, float height) const {
        State& state = context.state;
        if (!state.selection.scroll_to_event) return;
        state.selection.scroll_to_event = false;
        const auto& events = state.selection.shown(state.selection.side()).parts.events;
        const auto found = std::lower_bound(events.begin(), events.end(), state.selection.event());
        if (found == events.end()) return;
        const float y = line_ * static_cast<float>(found - events.begin());
        const float top = ImGui::GetScrollY();
        if (y < top || y + line_ > top + height) ImGui::SetScrollY(y - height / 3);
    }

    void draw_event(const Context& context, Canvas& canvas, float width, model::EventIndex index) const {
        const Theme& theme = context.theme;
        State& state = context.state;
        const model::Trace& trace = context.session.run(state.selection.side()).trace;
        const model::Event& event = trace.event(index);
        const Shown& shown = state.selection.shown(state.selection.side());
        const ImVec2 at = ImGui::GetCursorScreenPos();
        Rect row{at.x, at.y, at.x + width, at.y + line_};
        ImGui::PushID(static_cast<int>(index));
        const bool over = hit_area("event", row);
        if (over && shown.operation != nullptr)
            event_tooltip(context, state.selection.side(), index, shown.operation->begin);
        if (ImGui::IsItemClicked()) state.select_event(state.selection.side(), index);
        ImGui::PopID();
        const bool selected = state.selection.event() == index;
        if (selected || over) canvas.fill(row, selected ? theme.select : theme.hover, theme.px(4));
        if (const model::Segment* segment = shown.parts.segment_of(index)) {
            canvas.cause({row.x0, row.y0, row.x0 + theme.px(5), row.y1}, theme.cause(cause_of_segment(*segment)));
        }
        row.take_left(theme.px(8));
        const bool told = shown.operation != nullptr && shown.operation->measurable;
        const std::string when = told ? grouped(shown.parts.times[shown.parts.place_of(index)], true) : "\u2013";
        canvas.text(row.take_left(theme.px(62)), when, theme.fonts.text, theme.muted, Align::right);
        row.take_left(theme.px(14));
        const bool change = event.is(EventId::trap) || event.is(EventId::eret);
        canvas.text(row.take_left(theme.px(112)), event_name(event), change ? theme.fonts.bold : theme.fonts.text,
                    theme.text);
        row.take_left(theme.px(8));
        if (state.notes.of(state.selection.side()).has(index)) {
            const Rect flag = row.take_right(theme.px(16));
            draw_flag(theme, canvas, flag.inset(theme.px(4), theme.px(4)));
        }
        canvas.text(row, brief(trace, event), theme.fonts.text, theme.muted);
        ImGui::SetCursorScreenPos({at.x, at.y + line_});
    }

    float line_ = 0;
};

}  // namespace

std::unique_ptr<View> make_event_list_view() {
    return std::make_unique<EventListView>();
}

}  // namespace ws::view

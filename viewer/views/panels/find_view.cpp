// SPDX-License-Identifier: Apache-2.0
// Finds events: a line for the query, what it found as a list, and the way from one to the next.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "viewer/model/find/find.hpp"
#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/event_words.hpp"
#include "viewer/views/shared/notes_list.hpp"
#include "viewer/views/shared/step_tooltip.hpp"
#include "viewer/views/shared/view.hpp"

namespace ws::view {
namespace {

class FindView : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        const Theme& theme = context.theme;
        Canvas canvas(theme);
        Rect inside = canvas.panel(area);
        if (context.state.search.query) take(context, *context.state.search.query);
        if (searched_ && context.state.selection.side() != context.state.search.side()) search(context);
        draw_line(context, canvas, inside.take_top(theme.px(28)));
        inside.take_top(theme.px(4));
        if (!searched_ && context.state.notes.any()) return draw_notes_list(context, inside);
        if (!searched_ || !problem_.empty()) return draw_help(theme, inside);
        const auto& found = context.state.search.found();
        const ScrollArea scroll(theme, "found", inside);
        Canvas rows(theme);
        const float line = theme.px(kLine);
        bring_into_view(context, line, inside.height());
        ImGuiListClipper clipper;
        clipper.Begin(static_cast<int>(std::min<std::size_t>(found.size(), kMostRows)), line);
        while (clipper.Step()) {
            for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
                draw_event(context, rows, inside.width() - theme.px(14), found[static_cast<std::size_t>(i)]);
            }
        }
    }

  private:
    static constexpr float kLine = 21;
    static constexpr std::size_t kMostRows = 500'000;  // further down a float has no pixel to give

    /// `6 of ` where the selected event is the sixth of those found.
    static std::string place_among_found(const State& state) {
        const auto at =
            std::lower_bound(state.search.found().begin(), state.search.found().end(), state.selection.event());
        const bool is_one = state.selection.side() == state.search.side() && at != state.search.found().end() &&
                            *at == state.selection.event();
        return is_one ? grouped(static_cast<u64>(at - state.search.found().begin()) + 1) + " of " : "";
    }

    /// A query that comes from elsewhere.
    void take(const Context& context, const std::string& query) {
        text_.fill(0);
        query.copy(text_.data(), text_.size() - 1);
        context.state.search.query.reset();
        search(context);
    }

    void search(const Context& context) {
        State& state = context.state;
        std::vector<model::EventIndex> found;
        searched_ = true;
        try {
            const model::Query query = model::Query::parse(text_.data());
            const model::EventLocations* locations =
                query.needs_locations() ? context.session.locations(state.selection.side()) : nullptr;
            found = model::find_events(context.session.run(state.selection.side()).trace, query, locations);
            problem_.clear();
        } catch (const model::QueryError& error) {
            problem_ = error.what();
        }
        state.search.set_found(state.selection.side(), std::move(found));
    }

    /// Back to the list of notes.
    void forget(State& state) {
        searched_ = false;
        text_.fill(0);
        problem_.clear();
        state.search.set_found(state.selection.side(), {});
    }

    void draw_line(const Context& context, Canvas& canvas, Rect row) {
        const Theme& theme = context.theme;
        State& state = context.state;
        const Rect next = row.take_right(theme.px(60));
        row.take_right(theme.px(6));
        const Rect previous = row.take_right(theme.px(76));
        row.take_right(theme.px(10));
        if (searched_ && state.notes.any()) {
            if (button(theme, "notes", row.take_right(theme.px(60)), "notes")) forget(state);
            row.take_right(theme.px(10));
        }
        const std::string count =
            place_among_found(state) + fmt::format("{} found in {}", counted(state.search.found().size(), "event"),
                                                   context.session.name(state.selection.side()));
        if (searched_ && problem_.empty()) {
            canvas.text(row.take_right(canvas.width(count, theme.fonts.small) + theme.px(8)), count, theme.fonts.small,
                        theme.muted, Align::right);
        }
        ImGui::SetCursorScreenPos({row.x0, row.y0 + theme.px(2)});
        ImGui::SetNextItemWidth(row.width());
        ImGui::PushStyleColor(ImGuiCol_FrameBg, theme.background);
        if (std::exchange(state.search.typing, false)) ImGui::SetKeyboardFocusHere();
        if (ImGui::InputTextWithHint("##query",
                                     "find: trap class=HVC64   register=SCTLR_EL1   address=0x8000000..0x8010000",
                                     text_.data(), text_.size(), ImGuiInputTextFlags_EnterReturnsTrue)) {
            search(context);
        }
        ImGui::PopStyleColor();
        if (button(theme, "previous", previous, "previous"))
            go(state, model::previous_found(state.search.found(), state.selection.event()));
        if (button(theme, "next", next, "next"))
            go(state, model::next_found(state.search.found(), state.selection.event()));
    }

    void go(State& state, model::EventIndex event) {
        if (event == model::kNoEvent) return;
        state.go_to_event(state.search.side(), event);
        follow_ = true;
    }

    void draw_help(const Theme& theme, Rect inside) const {
        Canvas canvas(theme);
        if (!problem_.empty()) {
            canvas.text(inside.take_top(theme.px(22)), problem_, theme.fonts.text, theme.cause("trap_config").fill);
        }
        std::string text = model::kQueryHelp;
        for (std::size_t at = 0; at < text.size() && inside.height() > theme.px(17);) {
            const std::size_t end = std::min(text.find('\n', at), text.size());
            canvas.text(inside.take_top(theme.px(17)), text.substr(at, end - at), theme.fonts.mono, theme.muted);
            at = end + 1;
        }
    }

    void bring_into_view(const Context& context, float line, float height) {
        if (!follow_) return;
        follow_ = false;
        const auto& found = context.state.search.found();
        const auto here = std::lower_bound(found.begin(), found.end(), context.state.selection.event());
        const float y = line * static_cast<float>(here - found.begin());
        if (y < ImGui::GetScrollY() || y + line > ImGui::GetScrollY() + height) ImGui::SetScrollY(y - height / 3);
    }

    static void draw_event(const Context& context, Canvas& canvas, float width, model::EventIndex index) {
        const Theme& theme = context.theme;
        State& state = context.state;
        const model::Trace& trace = context.session.run(state.search.side()).trace;
        const model::Event& event = trace.event(index);
        const ImVec2 at = ImGui::GetCursorScreenPos();
        Rect row{at.x, at.y, at.x + width, at.y + theme.px(kLine)};
        ImGui::PushID(static_cast<int>(index));
        const bool over = hit_area("event", row);
        const bool clicked = ImGui::IsItemClicked();
        ImGui::PopID();
        const model::Operation* operation = state.selection.shown(state.search.side()).operation;
        if (over && operation != nullptr) event_tooltip(context, state.search.side(), index, operation->begin);
        const bool selected = state.selection.event() == index && state.selection.side() == state.search.side();
        if (selected || over) canvas.fill(row, selected ? theme.select : theme.hover, theme.px(4));
        canvas.text(row.take_left(theme.px(76)), grouped(u64{index}), theme.fonts.text, theme.muted, Align::right);
        row.take_left(theme.px(12));
        canvas.text(row.take_left(theme.px(48)), fmt::format("CPU {}", event.cpu()), theme.fonts.small, theme.muted);
        canvas.text(row.take_left(theme.px(150)), words(event.info().name), theme.fonts.text, theme.text);
        canvas.text(row, brief(trace, event), theme.fonts.text, theme.muted);
        ImGui::SetCursorScreenPos({at.x, row.y1});
        if (clicked) state.go_to_event(state.search.side(), index);
    }

    std::array<char, 256> text_{};
    std::string problem_;
    bool searched_ = false;
    bool follow_ = false;
};

}  // namespace

std::unique_ptr<View> make_find_view() {
    return std::make_unique<FindView>();
}

}  // namespace ws::view

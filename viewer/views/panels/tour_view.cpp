// SPDX-License-Identifier: Apache-2.0
// The step of the tour that is taken: its text, its question, and the answer once it is wanted.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/views/draw/flowing_text.hpp"
#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/view.hpp"

namespace ws::view {
namespace {

class TourView : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        if (!context.state.tour) return;
        const Theme& theme = context.theme;
        Canvas canvas(theme);
        canvas.fill(area, theme.panel, theme.px(8));
        canvas.frame(area, theme.link, theme.px(1.5F), theme.px(8));
        Rect inside = area.inset(theme.px(14), theme.px(10));
        draw_head(context, canvas, inside);
        if (!context.state.tour) return;  // it was folded away
        draw_buttons(context, inside.take_bottom(theme.px(28)));
        inside.take_bottom(theme.px(8));
        inside.x1 += theme.px(6);
        const TourWalk& walk = *context.state.tour;
        const ScrollArea scroll(theme, "step", inside);
        if (step_ != walk.step) ImGui::SetScrollY(0);
        // An answer that was asked for is to be seen, below its question. ImGui knows only a frame later how far one
        // can scroll.
        if (walk.answered && !answered_) scroll_frames_ = 3;
        step_ = walk.step;
        answered_ = walk.answered;
        draw_text(context, {ImGui::GetWindowPos().x, ImGui::GetCursorScreenPos().y,
                            ImGui::GetWindowPos().x + inside.width() - theme.px(16), inside.y1});
        scroll_frames_ = std::max(0, scroll_frames_ - 1);
    }

  private:
    static void draw_head(const Context& context, Canvas& canvas, Rect& inside) {
        const Theme& theme = context.theme;
        const TourWalk& walk = *context.state.tour;
        Rect row = inside.take_top(theme.px(22));
        const bool fold = button(theme, "fold", row.take_right(theme.px(104)), "fold away  Esc");
        row.take_right(theme.px(8));
        canvas.text(row, fmt::format("Step {} of {}", walk.step + 1, walk.tour.steps.size()), theme.fonts.bold,
                    theme.link);
        inside.take_top(theme.px(6));
        if (fold) context.state.toggle_tour();
    }

    static void draw_buttons(const Context& context, Rect row) {
        const Theme& theme = context.theme;
        State& state = context.state;
        const TourWalk& walk = *state.tour;
        const float width = theme.px(94);
        if (walk.step != 0 && button(theme, "before", row.take_left(width), "back  PgUp")) {
            return state.act(Action::previous_step);
        }
        if (walk.step == 0) row.take_left(width);
        const Rect next = row.take_right(width);
        if (walk.step + 1 < walk.tour.steps.size() && button(theme, "next", next, "next  PgDn", true)) {
            return state.act(Action::next_step);
        }
        if (walk.at().question.empty()) return;
        const char* name = walk.answered ? "hide answer  Space" : "show answer  Space";
        if (button(theme, "answer", row.inset(theme.px(8), 0), name, walk.answered)) state.act(Action::show_answer);
    }

    void draw_text(const Context& context, const Rect& place) const {
        const Theme& theme = context.theme;
        const TourWalk& walk = *context.state.tour;
        const model::TourStep& step = walk.at();
        const model::TourStop& stop = walk.stop();
        FlowingText writer(theme, place);
        if (walk.step == 0) writer.write(walk.tour.title, theme.fonts.small, theme.muted);
        writer.write(step.heading, theme.fonts.bold, theme.text);
        const std::string missing =
            stop.is_there() ? "These runs do not tell all. " : "This step is not in these runs. ";
        const std::string problem = !walk.unfit.empty()    ? walk.unfit
                                    : stop.problem.empty() ? ""
                                                           : missing + stop.problem;
        if (!problem.empty()) writer.write(problem, theme.fonts.text, theme.cause("trap_config").fill);
        writer.write_all(stop.text, theme.fonts.text, theme.text);
        if (step.question.empty()) return;
        if (scroll_frames_ > 0) ImGui::SetScrollHereY(0);
        writer.line();
        writer.write_all(stop.question, theme.fonts.bold, theme.text);
        if (walk.answered) writer.write_all(stop.answer, theme.fonts.text, theme.text);
    }

    std::size_t step_ = 0;
    bool answered_ = false;
    int scroll_frames_ = 0;
};

}  // namespace

std::unique_ptr<View> make_tour_view() { return std::make_unique<TourView>(); }

}  // namespace ws::view

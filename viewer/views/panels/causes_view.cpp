// SPDX-License-Identifier: Apache-2.0
// Why one run's operation costs more than the other's, in words: the whole, and its largest causes, each with its
// colour, its figure, its events and its places in the code.
#include <fmt/format.h>

#include "viewer/model/explain/causes.hpp"
#include "viewer/views/draw/flowing_text.hpp"
#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/panels/shown_explanation.hpp"

namespace ws::view {
namespace {

using model::Explanation;
using model::Part;

/// `save_el1, restore_el1 in hyp/world_switch/split/enter_exit.cpp`, a line for each file.
std::vector<std::string> places(const model::Breakdown& breakdown, Part part) {
    std::vector<std::string> lines;
    std::string file;
    for (const auto& [place, figures] : breakdown[part].code) {
        if (lines.empty() || place.file != file) {
            file = place.file;
            lines.push_back(fmt::format("{}: {}", file, place.function));
        } else {
            lines.back() += ", " + place.function;
        }
    }
    return lines;
}

class CausesView : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        const Theme& theme = context.theme;
        Canvas canvas(theme);
        Rect inside = canvas.panel(area);
        Rect row = canvas.heading(inside, "In words");
        if (button(theme, "costs", row.take_right(theme.px(84)), "cost model")) context.state.shows_costs = true;
        inside.x1 += theme.px(12);
        const ScrollArea scroll(theme, "words", inside);
        const ImVec2 at = ImGui::GetCursorScreenPos();
        FlowingText text(theme, {at.x, at.y, at.x + inside.width() - theme.px(16), inside.y1});
        const Explanation* const explanation = context.session.two() ? explained_.of(context) : nullptr;
        if (explanation == nullptr) {
            return text.write("Nothing is compared here: see Why.", theme.fonts.text, theme.muted);
        }
        text.write(model::headline(*explanation), theme.fonts.bold, theme.text);
        const std::vector<model::Cause> causes = model::causes(*explanation);
        for (const model::Cause& cause : causes) draw_cause(context, text, *explanation, cause);
        if (causes.empty()) text.write("No part takes longer in one of them.", theme.fonts.text, theme.muted);
    }

  private:
    static void draw_cause(const Context& context, FlowingText& text, const Explanation& explanation,
                           const model::Cause& cause) {
        const Theme& theme = context.theme;
        Canvas canvas(theme);
        const model::PartInfo& info = model::info_of(cause.part);
        Rect head = text.take(theme.px(20));
        ImGui::PushID(info.name);
        if (hit_area("cause", head)) {
            canvas.fill(head, theme.hover, theme.px(4));
            context.state.next_under_mouse.cause = info.name;
        }
        if (ImGui::IsItemClicked()) select_part(context, cause.part);
        ImGui::PopID();
        const Rect swatch = head.take_left(theme.px(11));
        const float middle = (head.y0 + head.y1) / 2;
        canvas.cause({swatch.x0, middle - theme.px(5), swatch.x1, middle + theme.px(6)}, theme.cause(info.name));
        head.take_left(theme.px(6));
        canvas.text(head, grouped(cause.instructions, true), theme.fonts.bold, theme.text, Align::right);
        canvas.text(head, info.words, theme.fonts.bold, theme.text);
        text.write(cause.why, theme.fonts.text, theme.text);
        text.space(-4);
        const bool a_is_longer = cause.instructions < 0;
        for (const std::string& place : places(a_is_longer ? explanation.a : explanation.b, cause.part)) {
            text.write(place, theme.fonts.small, theme.muted);
        }
        text.space(3);
    }

    ShownExplanation explained_;
};

}  // namespace

std::unique_ptr<View> make_causes_view() { return std::make_unique<CausesView>(); }

}  // namespace ws::view

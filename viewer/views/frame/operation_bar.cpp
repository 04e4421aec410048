// SPDX-License-Identifier: Apache-2.0
// Which operation is shown: its kind, and which of that kind.
#include <fmt/format.h>

#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/view.hpp"

namespace ws::view {
namespace {

class OperationBar : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        const Theme& theme = context.theme;
        const State& state = context.state;
        Canvas canvas(theme);
        Rect row = area;
        draw_tour_button(context, row);
        row.x0 = canvas.text(row, "Operation", theme.fonts.text, theme.muted) + theme.px(10);
        draw_kinds(context, row);
        row.take_left(theme.px(24));

        const float y = (row.y0 + row.y1 - theme.px(28)) / 2;
        const auto step = [&](const char* id, Action action) {
            Rect place = row.take_left(theme.px(30));
            place.y0 = y;
            place.y1 = y + theme.px(28);
            if (button(theme, id, place, "")) context.state.act(action);
            arrow(canvas, theme, place, action == Action::next_operation);
        };
        step("previous", Action::previous_operation);
        row.take_left(theme.px(10));
        const std::string of =
            fmt::format("{} of {}", grouped(u64{state.selection.stop()} + 1), grouped(u64{state.selection.stops()}));
        const std::string most = fmt::format("{0} of {0}", grouped(u64{state.selection.stops()}));
        canvas.text(row.take_left(canvas.width(most, theme.fonts.bold) + theme.px(4)), of, theme.fonts.bold, theme.text,
                    Align::centre);
        row.take_left(theme.px(10));
        step("next", Action::next_operation);
        row.take_left(theme.px(24));
        canvas.text(row, partners(context) + away(context), theme.fonts.text, theme.muted);
    }

  private:
    /// Where there is a tour for these runs; of several, a list.
    static void draw_tour_button(const Context& context, Rect& row) {
        const Theme& theme = context.theme;
        State& state = context.state;
        if (!state.tour && !state.folded_tour && state.tours.empty()) return;
        Rect place = row.take_right(theme.px(state.folded_tour ? 136 : 72));
        place.y0 = (row.y0 + row.y1 - theme.px(28)) / 2;
        place.y1 = place.y0 + theme.px(28);
        const char* name = state.folded_tour ? "back to the tour  U" : "tour  U";
        const bool choice = !state.tour && !state.folded_tour && state.tours.size() > 1;
        if (button(theme, "tour", place, name, state.tour.has_value())) {
            if (choice) {
                ImGui::OpenPopup("tours");
            } else {
                state.toggle_tour();
            }
        }
        if (!state.tours.empty() && ImGui::IsItemHovered()) {
            Tooltip tip(theme);
            tip.title("A tour leads through these two runs, with questions");
            for (const model::Tour& tour : state.tours) tip.text(tour.title);
        }
        if (!ImGui::BeginPopup("tours")) return;
        for (const model::Tour& tour : state.tours) {
            if (!ImGui::Selectable(tour.title.c_str())) continue;
            state.take_tour(tour);
            break;
        }
        ImGui::EndPopup();
    }

    /// How long the vCPU was off its CPU meanwhile.
    static std::string away(const Context& context) {
        std::string text;
        for (int side = 0; side < context.session.count(); ++side) {
            const model::Operation* operation = context.state.selection.shown(side).operation;
            if (operation == nullptr || operation->away <= 0) continue;
            const std::string name = context.session.two() ? context.session.name(side) + " " : "";
            text += (text.empty() ? " \u00b7 not counted, since others had the CPU: " : ", ") + name +
                    counted(static_cast<u64>(operation->away), "instruction");
            if (operation->end_cpu != operation->cpu) text += fmt::format(" (on CPU {} after)", operation->end_cpu);
        }
        return text;
    }

    static void draw_kinds(const Context& context, Rect& row) {
        const Theme& theme = context.theme;
        const auto& rows = context.session.comparison().rows;
        Canvas canvas(theme);
        float width = theme.px(120);
        for (const auto& one : rows) width = std::max(width, canvas.width(one.kind, theme.fonts.text));
        width = std::min(width + theme.px(50), row.width() * 0.4F);
        const Rect place = row.take_left(width);
        ImGui::SetCursorScreenPos({place.x0, (row.y0 + row.y1 - ImGui::GetFrameHeight()) / 2});
        ImGui::SetNextItemWidth(width);
        if (ImGui::BeginCombo("##kind", rows[context.state.selection.kind()].kind.c_str(),
                              ImGuiComboFlags_HeightLarge)) {
            if (context.state.close_lists) ImGui::CloseCurrentPopup();
            for (u32 i = 0; i < rows.size(); ++i) {
                if (ImGui::Selectable(rows[i].kind.c_str(), i == context.state.selection.kind()))
                    context.state.select_kind(i);
            }
            ImGui::EndCombo();
        }
    }

    static void arrow(Canvas& canvas, const Theme& theme, const Rect& r, bool right) {
        const float x = (r.x0 + r.x1) / 2;
        const float y = (r.y0 + r.y1) / 2;
        const float d = theme.px(4) * (right ? 1.0F : -1.0F);
        const float h = theme.px(5);
        const ImVec2 point{x + d, y};
        if (right) {
            canvas.triangle({x - d, y - h}, point, {x - d, y + h}, theme.text);
        } else {
            canvas.triangle({x - d, y - h}, {x - d, y + h}, point, theme.text);
        }
    }

    static std::string partners(const Context& context) {
        const Session& session = context.session;
        const State& state = context.state;
        if (!session.two()) return "one run, no other to compare with";
        const model::ComparisonRow& row = session.comparison().rows[state.selection.kind()];
        for (int side = 0; side < 2; ++side) {
            if (state.selection.shown(side).operation == nullptr) {
                return fmt::format("this one has no partner in {}", session.name(side));
            }
        }
        const u64 most = std::max(row.a.count, row.b.count);
        std::string text = fmt::format("paired {} of {}", grouped(row.paired), grouped(most));
        if (row.not_measurable != 0)
            text += fmt::format(" \u00b7 {} {}", grouped(row.not_measurable), model::kNotMeasurable);
        if (row.only_a != 0) text += fmt::format(" \u00b7 {} in {} alone", grouped(row.only_a), session.name(0));
        if (row.only_b != 0) text += fmt::format(" \u00b7 {} in {} alone", grouped(row.only_b), session.name(1));
        const bool some_alone = row.only_a != 0 || row.only_b != 0;
        if (some_alone && !session.comparison().pairing.exact)
            text += " \u00b7 the runs differ much: pairs may be missing";
        return text;
    }
};

}  // namespace

std::unique_ptr<View> make_operation_bar() { return std::make_unique<OperationBar>(); }

}  // namespace ws::view

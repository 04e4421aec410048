// SPDX-License-Identifier: Apache-2.0
// The program's name, the runs, and what the keys do.
#include "viewer/views/text_forms.hpp"
#include "viewer/views/view.hpp"

namespace ws::view {
namespace {

struct KeyHelp {
    const char* keys;
    const char* meaning;
};
constexpr KeyHelp kKeys[] = {
    {"Left, Right", "the operation before, the operation after"},
    {"Home, End", "the first operation of its kind, the last"},
    {"Up, Down", "the event before, the event after"},
    {"wheel, + and -", "zoom the time line, the wheel at the mouse"},
    {"drag", "move the time line"},
    {"F", "fit the time line to the operation"},
    {"A", "all: the whole run"},
    {"1, 2, 3, ...", "what the lower part shows"},
    {"T", "light or dark"},
    {"H", "this help"},
    {"Q", "quit"},
};

class TopBar : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        const Theme& theme = context.theme;
        Canvas canvas(theme);
        Rect row = area;
        float x = canvas.text(row, "Worldswitch", theme.fonts.title, theme.text) + theme.px(24);
        for (int side = 0; side < context.session.count(); ++side) {
            x = draw_run(context, canvas, {x, row.y0, row.x1, row.y1}, side) + theme.px(12);
        }
        const float height = theme.px(28);
        Rect right{row.x0, (row.y0 + row.y1 - height) / 2, row.x1, (row.y0 + row.y1 + height) / 2};
        if (button(theme, "help", right.take_right(theme.px(64)), "help  H", context.state.help)) {
            context.state.act(Action::toggle_help);
        }
        right.take_right(theme.px(8));
        if (button(theme, "theme", right.take_right(theme.px(64)), context.state.dark ? "light  T" : "dark  T")) {
            context.state.act(Action::toggle_theme);
        }
        if (context.state.help) draw_help(theme, right.x1 + theme.px(136), row.y1);
    }

  private:
    static float draw_run(const Context& context, Canvas& canvas, const Rect& row, int side) {
        const Theme& theme = context.theme;
        const model::Trace& trace = context.session.run(side).trace;
        const std::string title = context.session.title(side);
        const float width = canvas.width(title, theme.fonts.text) + theme.px(24);
        const float height = theme.px(28);
        const float y = (row.y0 + row.y1 - height) / 2;
        const Rect chip{row.x0, y, std::min(row.x0 + width, row.x1 - theme.px(150)), y + height};
        if (chip.width() < theme.px(40)) return row.x0;
        canvas.fill(chip, theme.panel, theme.px(14));
        canvas.frame(chip, theme.border, 1, theme.px(14));
        canvas.text(chip.inset(theme.px(11), 0), title, theme.fonts.text, theme.text, Align::centre);
        if (hit_area(side == 0 ? "run A" : "run B", chip)) {
            Tooltip tip(theme);
            tip.title(title);
            tip.text(trace.path().string());
            tip.text(counted(trace.events().size(), "event") + ", " +
                     counted(context.session.run(side).operations.all().size(), "operation"));
            if (!trace.complete()) tip.text("The capture did not end: more may have been to come.");
            if (trace.discarded() != 0) tip.text(counted(trace.discarded(), "event") + " dropped: the ring was full.");
            for (const auto& [key, value] : trace.metadata().env) tip.note(key + ": " + value);
        }
        return chip.x1;
    }

    static void draw_help(const Theme& theme, float right, float top) {
        ImGui::SetNextWindowPos({right, top + theme.px(6)}, ImGuiCond_Always, {1, 0});
        const ImGuiWindowFlags flags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_AlwaysAutoResize |
                                       ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoFocusOnAppearing |
                                       ImGuiWindowFlags_NoNav;
        ImGui::PushStyleColor(ImGuiCol_WindowBg, theme.panel);
        ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
        ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(theme.px(16), theme.px(14)));
        ImGui::Begin("keys", nullptr, flags);
        for (const KeyHelp& row : kKeys) {
            ImGui::PushFont(theme.fonts.bold);
            ImGui::TextUnformatted(row.keys);
            ImGui::PopFont();
            ImGui::SameLine(theme.px(140));
            ImGui::TextUnformatted(row.meaning);
        }
        ImGui::End();
        ImGui::PopStyleVar(2);
        ImGui::PopStyleColor();
    }
};

}  // namespace

std::unique_ptr<View> make_top_bar() {
    return std::make_unique<TopBar>();
}

}  // namespace ws::view

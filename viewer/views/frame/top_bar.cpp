// SPDX-License-Identifier: Apache-2.0
// The program's name, the runs that are open, and what the keys do.
#include <algorithm>

#include "viewer/views/draw/floating_card.hpp"
#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/view.hpp"

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
    {"wheel, W and S", "zoom the time line at the mouse; + and - in the middle"},
    {"drag, A and D", "move the time line; the wheel with Shift, too"},
    {"double click", "show a step of it at full width"},
    {"Shift + drag", "measure a stretch of it; Escape takes that away"},
    {"F, Z", "fit the time line to the operation, to the whole run"},
    {"L", "line up the steps in the strips, or true scale"},
    {"G", "go to an event by its number, or to a time"},
    {"N", "write a note on the selected event"},
    {"Shift + N, P", "the next event with a note, the one before"},
    {"/, Ctrl + F", "find events"},
    {"F3, Shift + F3", "the next event found, the one before"},
    {"Backspace, Alt + Left", "back to where you were"},
    {"Alt + Right", "forward again"},
    {"U", "a tour through these runs; Escape folds it away, U comes back to its step"},
    {"Page Down, Page Up", "on a tour: the step after, the step before"},
    {"Space", "on a tour: the answer to its question"},
    {"1, 2, 3, ...", "what the lower part shows"},
    {"O", "open or make another run; folders may be dropped on the window, too"},
    {"B", "compare with the next of the open runs"},
    {"Ctrl + arrows", "move the borders between the panels; the mouse drags them"},
    {"T", "light or dark"},
    {"E", "export: this picture, and the comparison as Markdown, HTML and JSON"},
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
        const float height = theme.px(28);
        Rect right{row.x0, (row.y0 + row.y1 - height) / 2, row.x1, (row.y0 + row.y1 + height) / 2};
        if (button(theme, "help", right.take_right(theme.px(64)), "help  H", context.state.help)) {
            context.state.act(Action::toggle_help);
        }
        right.take_right(theme.px(8));
        if (button(theme, "theme", right.take_right(theme.px(64)), context.state.dark ? "light  T" : "dark  T")) {
            context.state.act(Action::toggle_theme);
        }
        right.take_right(theme.px(8));
        if (button(theme, "export", right.take_right(theme.px(72)), "export  E")) {
            context.requests.ask({Request::What::export_files});
        }
        right.take_right(theme.px(8));
        if (button(theme, "open", right.take_right(theme.px(84)), "+ add run  O")) {
            context.requests.ask({Request::What::start_page});
        }
        draw_runs(context, canvas, {x, right.y0, right.x1 - theme.px(12), right.y1});
        if (context.state.help) draw_help(theme, row.x1, row.y1);
    }

  private:
    /// The two that are compared first, then the others, with as much of their names as there is room for.
    static void draw_runs(const Context& context, Canvas& canvas, Rect row) {
        const Theme& theme = context.theme;
        const OpenRuns& runs = context.open_runs;
        std::vector<int> order{runs.a};
        if (runs.b >= 0) order.push_back(runs.b);
        for (int run = 0; run < runs.count(); ++run) {
            if (run != runs.a && run != runs.b) order.push_back(run);
        }
        float wanted = 0;
        for (const int run : order) wanted += canvas.width(label(context, run), theme.fonts.text) + theme.px(36);
        const float share = std::min(1.0F, row.width() / std::max(1.0F, wanted));
        for (const int run : order) {
            const float width = (canvas.width(label(context, run), theme.fonts.text) + theme.px(24)) * share;
            ImGui::PushID(run);
            draw_run(context, canvas, row.take_left(width), run);
            draw_menu(context, run);
            ImGui::PopID();
            row.take_left(theme.px(12) * share);
        }
    }

    static bool is_compared(const OpenRuns& runs, int run) { return run == runs.a || run == runs.b; }

    static std::string label(const Context& context, int run) {
        const OpenRuns& runs = context.open_runs;
        const std::string live = runs.all[static_cast<std::size_t>(run)].live ? "live \u00b7 " : "";
        const std::string name = live + runs[run].title() + runs.apart(run);
        const std::string rest = remarks(runs[run]);
        if (!is_compared(runs, run)) return name + rest;
        const std::string letter = runs.b >= 0 ? (run == runs.a ? "A  " : "B  ") : "";
        return letter + name + Session::size_of(runs[run]) + rest;
    }

    /// What a reader must know before the figures.
    static std::string remarks(const model::Run& run) {
        const std::string end = run.end.brief();
        return (end.empty() ? "" : " \u00b7 " + end) + (run.trace.damage_told().empty() ? "" : " \u00b7 damaged");
    }

    static void draw_run(const Context& context, Canvas& canvas, const Rect& chip, int run) {
        const Theme& theme = context.theme;
        const OpenRuns& runs = context.open_runs;
        const bool compared = is_compared(runs, run);
        const bool over = hit_area("run", chip);
        if (ImGui::IsItemClicked()) ImGui::OpenPopup("menu");
        canvas.fill(chip, over ? theme.hover : compared ? theme.panel : theme.background, theme.px(14));
        const bool remarkable = !remarks(runs[run]).empty();
        canvas.frame(chip, remarkable ? theme.cause("trap_config").fill : theme.border, 1, theme.px(14));
        canvas.text(chip.inset(theme.px(11), 0), label(context, run), theme.fonts.text,
                    compared ? theme.text : theme.muted, Align::centre);
        if (over) draw_tooltip(theme, runs[run]);
    }

    static void draw_tooltip(const Theme& theme, const model::Run& run) {
        const model::Trace& trace = run.trace;
        Tooltip tip(theme);
        tip.title(Session::title(run));
        tip.text(trace.path().string());
        tip.text(counted(trace.events().size(), "event") + ", " + counted(run.operations.all().size(), "operation"));
        tip.text("How it ended: " + run.end.words + ".");
        for (const std::string& damage : trace.damage_told()) tip.text("Damaged: " + damage + ".");
        if (!trace.complete()) tip.text("The capture has not ended: more may be to come.");
        if (trace.discarded() != 0) tip.text(counted(trace.discarded(), "event") + " dropped: the ring was full.");
        for (const auto& [key, value] : trace.metadata().env) tip.note(key + ": " + value);
    }

    /// What can be done with a run, on a click.
    static void draw_menu(const Context& context, int run) {
        const OpenRuns& runs = context.open_runs;
        if (!ImGui::BeginPopup("menu")) return;
        if (context.state.close_lists) ImGui::CloseCurrentPopup();
        const auto compare = [&](int a, int b) { context.requests.ask({Request::What::compare, a, b}); };
        const int other = run == runs.a ? runs.b : runs.a;
        if (run != runs.a && ImGui::Selectable("compare as A, with what is B now"))
            compare(run, run == runs.b ? runs.a : runs.b);
        if (run != runs.b && runs.count() > 1 && (run != runs.a || runs.b >= 0) &&
            ImGui::Selectable("compare as B, with what is A now")) {
            compare(run == runs.a ? runs.b : runs.a, run);
        }
        if ((other >= 0 || run != runs.a) && ImGui::Selectable("show alone")) compare(run, -1);
        if (ImGui::Selectable("close")) context.requests.ask({Request::What::close, run});
        ImGui::EndPopup();
    }

    static void draw_help(const Theme& theme, float right, float top) {
        const FloatingCard card(theme, "keys", {right, top + theme.px(6)});
        for (const KeyHelp& row : kKeys) {
            ImGui::PushFont(theme.fonts.bold);
            ImGui::TextUnformatted(row.keys);
            ImGui::PopFont();
            ImGui::SameLine(theme.px(190));
            ImGui::TextUnformatted(row.meaning);
        }
    }
};

}  // namespace

std::unique_ptr<View> make_top_bar() { return std::make_unique<TopBar>(); }

}  // namespace ws::view

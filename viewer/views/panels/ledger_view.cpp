// SPDX-License-Identifier: Apache-2.0
// The books of the shown operation: how many registers of each class were saved and restored in each run.
#include <fmt/format.h>

#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/view.hpp"

namespace ws::view {
namespace {

class LedgerView : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        const Theme& theme = context.theme;
        Canvas canvas(theme);
        Rect inside = canvas.panel(area);
        const Rect row = canvas.heading(inside, "Registers");
        inside.x1 -= theme.px(4);
        const auto sides = static_cast<float>(context.session.count());
        const float least = canvas.width("restored", theme.fonts.small) + theme.px(6);
        const float room = (inside.width() - theme.px(112)) / sides;
        narrow_ = room < 2 * least;
        column_ = std::min(theme.px(66), narrow_ ? room / 2 : std::max(least, room / 2));
        const char* what = narrow_ ? "saved / restored in this operation" : "moved in this operation";
        canvas.text(row, recorded(context) ? what : "not recorded at this trace level", theme.fonts.small, theme.muted);
        draw_head(context, canvas, inside.take_top(theme.px(36)));
        canvas.line(inside.x0, inside.y0, inside.x1, inside.y0, theme.border);
        inside.take_top(1);
        inside.x1 += theme.px(12);
        const ScrollArea scroll(theme, "ledger", inside);
        Canvas rows(theme);
        const float width = inside.width() - theme.px(12);
        for (std::size_t c = 0; c < kRegisterClassCount; ++c) {
            if (kRegisterClasses[c].moved_as != MovedAs::none) draw_class(context, rows, width, c);
        }
        draw_sum(context, rows, width);
    }

  private:
    static bool recorded(const Context& context) {
        for (int side = 0; side < context.session.count(); ++side) {
            if (!context.session.full(side)) return false;
        }
        return true;
    }

    Rect cell(const Rect& line, int side, int sides, int column) const {
        const float x = line.x1 - column_ * static_cast<float>(2 * (sides - side) - column);
        return {x, line.y0, x + column_, line.y1};
    }

    void draw_head(const Context& context, Canvas& canvas, Rect head) const {
        const Theme& theme = context.theme;
        head.y1 -= theme.px(4);
        Rect names = head.take_top(head.height() / 2);
        const int sides = context.session.count();
        for (int side = 0; side < sides; ++side) {
            Rect both = cell(names, side, sides, 0);
            both.x1 += column_;
            canvas.text(both, context.session.name(side), theme.fonts.small, theme.text, Align::right);
            if (narrow_) continue;
            canvas.text(cell(head, side, sides, 0), "saved", theme.fonts.small, theme.muted, Align::right);
            canvas.text(cell(head, side, sides, 1), "restored", theme.fonts.small, theme.muted, Align::right);
        }
        canvas.text(head, "class", theme.fonts.small, theme.muted);
    }

    static Rect next_line(const Theme& theme, float width) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float height = theme.px(20);
        return {at.x, at.y, at.x + width, at.y + height};
    }

    void draw_class(const Context& context, Canvas& canvas, float width, std::size_t c) const {
        const Theme& theme = context.theme;
        const Rect line = next_line(theme, width);
        const auto register_class = static_cast<RegisterClass>(c);
        const std::string cause = cause_of_class(register_class);
        ImGui::PushID(static_cast<int>(c));
        if (hit_area("class", line)) {
            canvas.fill(line, theme.hover, theme.px(4));
            context.state.next_under_mouse.cause = cause;
            class_tooltip(context, c);
        }
        ImGui::PopID();
        Rect name = line;
        name.take_left(theme.px(4));
        const float middle = (line.y0 + line.y1) / 2;
        const Rect swatch = name.take_left(theme.px(11));
        canvas.cause({swatch.x0, middle - theme.px(5), swatch.x1, middle + theme.px(6)}, theme.cause(cause));
        name.take_left(theme.px(7));
        name.x1 = cell(line, 0, context.session.count(), 0).x0 + theme.px(18);
        canvas.text(name, words(kRegisterClasses[c].name), theme.fonts.text, theme.text);
        for (int side = 0; side < context.session.count(); ++side) draw_moves(context, canvas, line, side, c);
        ImGui::SetCursorScreenPos({line.x0, line.y1});
    }

    void draw_moves(const Context& context, Canvas& canvas, const Rect& line, int side, std::size_t c) const {
        const Theme& theme = context.theme;
        const int sides = context.session.count();
        const model::Moves& moves = context.state.selection.shown(side).parts.moves;
        if (kRegisterClasses[c].moved_as == MovedAs::control) {
            Rect both = cell(line, side, sides, 0);
            both.x1 += column_;
            const u32 writes = moves.control_writes[c];
            canvas.text(both, writes == 0 ? "\u2013" : grouped(u64{writes}) + " written", theme.fonts.text,
                        writes == 0 ? theme.faint : theme.text, Align::right);
            return;
        }
        if (narrow_) return draw_both(theme, canvas, cell(line, side, sides, 0), moves.moved[c], theme.fonts.text);
        for (const auto& [column, count] :
             {std::pair{0, moves.moved[c].saved}, std::pair{1, moves.moved[c].restored}}) {
            canvas.text(cell(line, side, sides, column), count == 0 ? "\u2013" : grouped(u64{count}), theme.fonts.text,
                        count == 0 ? theme.faint : theme.text, Align::right);
        }
    }

    /// Both figures in one column.
    void draw_both(const Theme& theme, Canvas& canvas, Rect place, const model::Moved& moved, ImFont* font) const {
        place.x1 += column_;
        const bool none = moved.saved + moved.restored == 0;
        canvas.text(place, none ? "\u2013" : fmt::format("{} / {}", moved.saved, moved.restored), font,
                    none ? theme.faint : theme.text, Align::right);
    }

    void draw_sum(const Context& context, Canvas& canvas, float width) const {
        const Theme& theme = context.theme;
        Rect line = next_line(theme, width);
        canvas.line(line.x0, line.y0 + theme.px(1), line.x1, line.y0 + theme.px(1), theme.border);
        line.y0 += theme.px(2);
        line.y1 += theme.px(2);
        canvas.text(line.inset(theme.px(4), 0), "all", theme.fonts.bold, theme.text);
        for (int side = 0; side < context.session.count(); ++side) {
            const model::Moves& moves = context.state.selection.shown(side).parts.moves;
            const int sides = context.session.count();
            const model::Moved sum{moves.saved(), moves.restored()};
            if (!context.session.full(side)) continue;
            if (narrow_) {
                draw_both(theme, canvas, cell(line, side, sides, 0), sum, theme.fonts.bold);
                continue;
            }
            canvas.text(cell(line, side, sides, 0), grouped(u64{sum.saved}), theme.fonts.bold, theme.text,
                        Align::right);
            canvas.text(cell(line, side, sides, 1), grouped(u64{sum.restored}), theme.fonts.bold, theme.text,
                        Align::right);
        }
        ImGui::SetCursorScreenPos({line.x0, line.y1});
    }

    static void class_tooltip(const Context& context, std::size_t c) {
        Tooltip tip(context.theme);
        tip.title(words(kRegisterClasses[c].name));
        tip.text(kRegisterClasses[c].meaning);
        for (int side = 0; side < context.session.count(); ++side) {
            const model::Moves& moves = context.state.selection.shown(side).parts.moves;
            const model::Moved& moved = moves.moved[c];
            if (kRegisterClasses[c].moved_as == MovedAs::control) {
                tip.note(fmt::format("{}: {} written", context.session.name(side), moves.control_writes[c]));
            } else if (moved.saved + moved.restored == 0) {
                tip.note(fmt::format("{}: untouched", context.session.name(side)));
            } else {
                tip.note(
                    fmt::format("{}: {} saved, {} restored", context.session.name(side), moved.saved, moved.restored));
            }
        }
    }

    float column_ = 0;
    bool narrow_ = false;  ///< no room for two columns a run
};

}  // namespace

std::unique_ptr<View> make_ledger_view() { return std::make_unique<LedgerView>(); }

}  // namespace ws::view

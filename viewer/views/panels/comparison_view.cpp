// SPDX-License-Identifier: Apache-2.0
// All kinds of operations: what they cost in one run and in the other. A click shows one of that kind.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/view.hpp"

namespace ws::view {
namespace {

u64 saved_registers(const model::KindFigures& figures) {
    u64 sum = 0;
    for (const model::Moved& moved : figures.registers) sum += moved.saved;
    return sum;
}

u64 restored_registers(const model::KindFigures& figures) {
    u64 sum = 0;
    for (const model::Moved& moved : figures.registers) sum += moved.restored;
    return sum;
}

struct Column {
    const char* above;
    const char* name;
    u64 (*figure)(const model::KindFigures&);
    enum class Kind { instructions, exceptions, moves } kind;
    int rank;  ///< where there is little room, the highest ranks are left out first
    const char* meaning;
};
using Figures = model::KindFigures;
constexpr Column kColumns[] = {
    {"", "count", [](const Figures& f) { return f.count; }, Column::Kind::instructions, 1,
     "Operations of this kind in the run."},
    {"net", "min", [](const Figures& f) { return f.net.min; }, Column::Kind::instructions, 3,
     "Least net instructions of one operation, measured."},
    {"net", "median", [](const Figures& f) { return f.net.median; }, Column::Kind::instructions, 0,
     "Median of the net instructions of one operation, measured."},
    {"net", "max", [](const Figures& f) { return f.net.max; }, Column::Kind::instructions, 3,
     "Most net instructions of one operation, measured."},
    {"exceptions", "taken", [](const Figures& f) { return f.traps; }, Column::Kind::exceptions, 0,
     "Exceptions taken to EL2 in one operation, the guest's own included. Median."},
    {"ELs", "crossed", [](const Figures& f) { return f.els_crossed; }, Column::Kind::exceptions, 2,
     "Exception levels crossed by all traps and returns of one operation. Median."},
    {"registers", "saved", saved_registers, Column::Kind::moves, 0,
     "Registers saved in one operation, all classes. Median."},
    {"registers", "restored", restored_registers, Column::Kind::moves, 0,
     "Registers restored in one operation, all classes. Median."},
    {"control", "writes", [](const Figures& f) { return f.control_writes; }, Column::Kind::moves, 2,
     "Control registers written in one operation. Median."},
};

class ComparisonView : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        const Theme& theme = context.theme;
        Canvas canvas(theme);
        Rect inside = canvas.panel(area);
        const Rect row = canvas.heading(inside, "All operations");
        canvas.text(row, "instructions, net, measured; for each operation the median", theme.fonts.small, theme.muted);
        inside.x1 -= theme.px(16);
        choose_columns(context, canvas, inside.width());
        draw_head(theme, canvas, inside.take_top(theme.px(36)));
        canvas.line(inside.x0, inside.y0, inside.x1, inside.y0, theme.border);
        inside.take_top(1);
        inside.x1 += theme.px(16);
        const ScrollArea scroll(theme, "comparison", inside);
        Canvas rows_canvas(theme);
        keep_in_view(context, inside.height());
        const auto& rows = context.session.comparison().rows;
        for (u32 i = 0; i < rows.size(); ++i) draw_kind(context, rows_canvas, inside.width() - theme.px(12), i);
    }

  private:
    /// As many columns as there is room for, each as wide as its head and figures need; what is left over is shared.
    void choose_columns(const Context& context, Canvas& canvas, float width) {
        const Theme& theme = context.theme;
        label_ = theme.px(14);
        for (int side = 0; side < context.session.count(); ++side) {
            label_ = std::max(label_, theme.px(14) + canvas.width(context.session.name(side), theme.fonts.text));
        }
        const float figure = canvas.width("00,000", theme.fonts.text);
        float needed = 0;
        for (int rank = 3; rank >= 0; --rank) {
            columns_.clear();
            needed = label_;
            for (const Column& column : kColumns) {
                if (column.rank > rank) continue;
                const float head = std::max(canvas.width(column.above, theme.fonts.small),
                                            canvas.width(column.name, theme.fonts.small));
                columns_.push_back(
                    {&column, std::max(head, column.kind == Column::Kind::instructions ? figure : 0) + theme.px(9)});
                needed += columns_.back().width;
            }
            if (needed <= width) break;
        }
        const float more = std::max(0.0F, width - needed) / static_cast<float>(columns_.size());
        for (Place& place : columns_) place.width += more;
    }

    void draw_head(const Theme& theme, Canvas& canvas, const Rect& head) const {
        float x = head.x0 + label_;
        for (const auto& [column, width] : columns_) {
            Rect r{x, head.y0, x + width, head.y1 - theme.px(4)};
            x += width;
            ImGui::PushID(column);
            if (hit_area("head", r)) {
                Tooltip tip(theme);
                tip.text(column->meaning);
            }
            ImGui::PopID();
            canvas.text(r.take_top(r.height() / 2), column->above, theme.fonts.small, theme.muted, Align::right);
            canvas.text(r, column->name, theme.fonts.small, theme.muted, Align::right);
        }
    }

    /// Brings the selected kind into view when it has changed.
    void keep_in_view(const Context& context, float height) {
        if (kind_ == context.state.selection.kind()) return;
        kind_ = context.state.selection.kind();
        const float line = kind_height(context) + 1;
        const float y = line * static_cast<float>(kind_);
        const float top = ImGui::GetScrollY();
        if (y < top || y + line > top + height) ImGui::SetScrollY(y + line - height);
    }

    static constexpr float kLine = 21;

    static float kind_height(const Context& context) {
        return context.theme.px(kLine) * static_cast<float>(1 + context.session.count()) + context.theme.px(8);
    }

    void draw_kind(const Context& context, Canvas& canvas, float width, u32 kind) const {
        const Theme& theme = context.theme;
        const model::ComparisonRow& row = context.session.comparison().rows[kind];
        const float line = theme.px(kLine);
        const float height = kind_height(context);
        const ImVec2 at = ImGui::GetCursorScreenPos();
        Rect all{at.x, at.y, at.x + width, at.y + height};
        ImGui::PushID(static_cast<int>(kind));
        const bool over = hit_area("kind", all);
        if (ImGui::IsItemClicked()) context.state.select_kind(kind);
        const bool selected = context.state.selection.kind() == kind;
        if (selected || over) {
            canvas.fill(all.inset(0, theme.px(1)), selected ? faded(theme.select, 0.6F) : theme.hover, theme.px(4));
        }
        if (over) registers_tooltip(context, row);
        ImGui::PopID();
        all.take_top(theme.px(3));
        draw_title(context, canvas, all.take_top(line), row);
        for (int side = 0; side < context.session.count(); ++side) {
            draw_figures(context, canvas, all.take_top(line), side, side == 0 ? row.a : row.b);
        }
        canvas.line(at.x, at.y + height, at.x + width, at.y + height, theme.grid);
        ImGui::SetCursorScreenPos({at.x, at.y + height + 1});
    }

    static void draw_title(const Context& context, Canvas& canvas, const Rect& line, const model::ComparisonRow& row) {
        const Theme& theme = context.theme;
        Rect title = line.inset(theme.px(6), 0);
        if (context.session.two()) {
            std::string gap;
            if (row.a.count == 0 || row.b.count == 0) {
                gap = "only in " + context.session.name(row.a.count == 0 ? 1 : 0);
            } else if (!row.both_measured()) {
                gap = model::kNotMeasurable;
            } else {
                gap = fmt::format("difference {}   ratio {}", grouped(row.difference(), true), times(row.ratio()));
            }
            canvas.text(title.take_right(canvas.width(gap, theme.fonts.bold)), gap, theme.fonts.bold, theme.text,
                        Align::right);
            title.x1 -= theme.px(16);
        }
        canvas.text(title, row.kind, theme.fonts.bold, theme.text);
    }

    void draw_figures(const Context& context, Canvas& canvas, const Rect& line, int side,
                      const Figures& figures) const {
        const Theme& theme = context.theme;
        canvas.text({line.x0 + theme.px(6), line.y0, line.x0 + label_, line.y1}, context.session.name(side),
                    theme.fonts.text, theme.muted);
        float x = line.x0 + label_;
        for (const auto& [column, width] : columns_) {
            const u64 figure = column->figure(figures);
            const bool recorded = column->kind != Column::Kind::moves || context.session.full(side);
            const bool measured = column->above != std::string_view("net") || figures.measured != 0;
            const bool none = (figures.count == 0 && column->rank != 1) || !recorded || !measured;
            canvas.text({x, line.y0, x + width, line.y1}, none ? "\u2013" : grouped(figure), theme.fonts.text,
                        figure == 0 || none ? theme.faint : theme.text, Align::right);
            x += width;
        }
    }

    static void registers_tooltip(const Context& context, const model::ComparisonRow& row) {
        Tooltip tip(context.theme);
        tip.title(row.kind);
        if (context.session.two()) {
            tip.text(fmt::format("{} paired, {} in {} alone, {} in {} alone", grouped(row.paired), grouped(row.only_a),
                                 context.session.name(0), grouped(row.only_b), context.session.name(1)));
            if (row.not_measurable != 0)
                tip.text(fmt::format("{} pairs {}", grouped(row.not_measurable), model::kNotMeasurable));
        }
        for (int side = 0; side < context.session.count(); ++side) {
            const Figures& figures = side == 0 ? row.a : row.b;
            std::string text;
            for (std::size_t c = 0; c < kRegisterClassCount; ++c) {
                const model::Moved& moved = figures.registers[c];
                if (moved.saved + moved.restored == 0) continue;
                text += fmt::format("{}{} {} + {}", text.empty() ? "" : ", ", words(kRegisterClasses[c].name),
                                    moved.saved, moved.restored);
            }
            if (figures.measured != figures.count) {
                tip.note(fmt::format("{}: {} of {} {}: left out of min, median and max", context.session.name(side),
                                     grouped(figures.count - figures.measured), grouped(figures.count),
                                     model::kNotMeasurable));
            }
            if (!context.session.full(side)) {
                tip.note(fmt::format("{}, registers: {}", context.session.name(side), model::kNotRecorded));
            }
            if (!text.empty())
                tip.note(fmt::format("{}, registers saved + restored: {}", context.session.name(side), text));
        }
    }

    struct Place {
        const Column* column;
        float width;
    };
    std::vector<Place> columns_;
    float label_ = 0;
    u32 kind_ = ~u32{0};
};

}  // namespace

std::unique_ptr<View> make_comparison_view() {
    return std::make_unique<ComparisonView>();
}

}  // namespace ws::view

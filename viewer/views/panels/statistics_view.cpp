// SPDX-License-Identifier: Apache-2.0
// How long each kind of operation took: figures and a histogram a line. A click goes to the slowest one.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/model/operations/exit_statistics.hpp"
#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/view.hpp"

namespace ws::view {
namespace {

using model::ExitFigures;

class StatisticsView : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        const Theme& theme = context.theme;
        const int side = context.state.selection.side();
        if (statistics_[side].by_kind.empty()) statistics_[side] = model::exit_statistics(context.session.run(side));
        Canvas canvas(theme);
        Rect inside = canvas.panel(area);
        const Rect row = canvas.heading(inside, "Statistics");
        canvas.text(row,
                    context.session.name(side) + ", net instructions of an operation; a click goes to the slowest one",
                    theme.fonts.small, theme.muted);
        draw_head(theme, canvas, inside.take_top(theme.px(20)));
        canvas.line(inside.x0, inside.y0, inside.x1, inside.y0, theme.border);
        inside.take_top(1);
        const ScrollArea scroll(theme, "statistics", inside);
        Canvas rows(theme);
        const float width = inside.width() - theme.px(14);
        draw_group(context, rows, width, "by kind of operation", statistics_[side].by_kind);
        draw_group(context, rows, width, "by exception class", statistics_[side].by_class);
    }

  private:
    static constexpr float kLine = 22;
    static constexpr float kFigure = 76;
    static constexpr float kHistogram = 150;
    static constexpr const char* kColumns[] = {"count", "min", "median", "p99", "max", "sum"};

    /// The places of the figures, and of the histogram right of them; what is left is the name's.
    static Rect figure(const Theme& theme, const Rect& line, std::size_t column) {
        const float x =
            line.x1 - theme.px(kHistogram + 16) - theme.px(kFigure) * static_cast<float>(std::size(kColumns) - column);
        return {x, line.y0, x + theme.px(kFigure - 6), line.y1};
    }

    static void draw_head(const Theme& theme, Canvas& canvas, Rect line) {
        line.x1 -= theme.px(14);
        for (std::size_t i = 0; i < std::size(kColumns); ++i) {
            canvas.text(figure(theme, line, i), kColumns[i], theme.fonts.small, theme.muted, Align::right);
        }
        canvas.text({line.x1 - theme.px(kHistogram), line.y0, line.x1, line.y1}, "spread, by doubling",
                    theme.fonts.small, theme.muted);
    }

    static void draw_group(const Context& context, Canvas& canvas, float width, const char* title,
                           const std::vector<ExitFigures>& all) {
        const Theme& theme = context.theme;
        const ImVec2 at = ImGui::GetCursorScreenPos();
        canvas.text({at.x, at.y, at.x + width, at.y + theme.px(kLine)}, title, theme.fonts.bold, theme.text);
        ImGui::SetCursorScreenPos({at.x, at.y + theme.px(kLine)});
        ImGui::PushID(title);
        for (std::size_t i = 0; i < all.size(); ++i) {
            ImGui::PushID(static_cast<int>(i));
            draw_row(context, canvas, width, all[i]);
            ImGui::PopID();
        }
        ImGui::PopID();
    }

    static void draw_row(const Context& context, Canvas& canvas, float width, const ExitFigures& figures) {
        const Theme& theme = context.theme;
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const Rect line{at.x, at.y, at.x + width, at.y + theme.px(kLine)};
        const bool over = hit_area("row", line);
        const bool clicked = ImGui::IsItemClicked();
        if (over) {
            canvas.fill(line, theme.hover, theme.px(4));
            Tooltip tip(theme);
            tip.title(figures.name);
            if (figures.measured != figures.count) {
                tip.text(fmt::format("{} of {} {}: {}", grouped(figures.count - figures.measured),
                                     grouped(figures.count), model::kNotMeasurable, model::kWhyNotMeasurable));
            }
            if (figures.measured != 0)
                tip.text(fmt::format("The slowest took {} instructions; a click goes there.", grouped(figures.max)));
            for (std::size_t i = figures.first_bucket(); i <= figures.last_bucket(); ++i) {
                tip.note(
                    fmt::format("from {}: {}", grouped(model::bucket_begin(i)), grouped(u64{figures.histogram[i]})));
            }
        }
        Rect name = line;
        name.x0 += theme.px(8);
        name.x1 = figure(theme, line, 0).x0;
        canvas.text(name, figures.name, theme.fonts.text, theme.text);
        const u64 values[] = {figures.count, figures.min, figures.median, figures.p99, figures.max, figures.sum};
        for (std::size_t i = 0; i < std::size(values); ++i) {
            const bool none = i != 0 && figures.measured == 0;
            canvas.text(figure(theme, line, i), none ? "\u2013" : grouped(values[i]), theme.fonts.text,
                        none ? theme.faint : theme.text, Align::right);
        }
        draw_histogram(theme, canvas,
                       {line.x1 - theme.px(kHistogram), line.y0 + theme.px(3), line.x1, line.y1 - theme.px(3)},
                       figures);
        ImGui::SetCursorScreenPos({at.x, line.y1});
        if (!clicked || figures.measured == 0) return;
        const int side = context.state.selection.side();
        context.state.go_to_event(side, context.session.run(side).operations.all()[figures.slowest].first);
        context.state.window.fit();
    }

    static void draw_histogram(const Theme& theme, Canvas& canvas, const Rect& r, const ExitFigures& figures) {
        if (figures.measured == 0) {
            canvas.text(r, model::kNotMeasurable, theme.fonts.small, theme.faint);
            return;
        }
        const u32 most = *std::max_element(figures.histogram.begin(), figures.histogram.end());
        const std::size_t first = figures.first_bucket();
        const std::size_t bars = figures.last_bucket() - first + 1;
        const float bar = std::min(theme.px(14), r.width() / static_cast<float>(bars));
        canvas.line(r.x0, r.y1, r.x0 + bar * static_cast<float>(bars), r.y1, theme.grid);
        for (std::size_t i = 0; i < bars; ++i) {
            const u32 count = figures.histogram[first + i];
            if (count == 0) continue;
            const float height = std::max(1.0F, r.height() * static_cast<float>(count) / static_cast<float>(most));
            const float x = r.x0 + bar * static_cast<float>(i);
            canvas.fill({x, r.y1 - height, x + bar - 1, r.y1}, theme.muted);
        }
    }

    model::ExitStatistics statistics_[2];
};

}  // namespace

std::unique_ptr<View> make_statistics_view() {
    return std::make_unique<StatisticsView>();
}

}  // namespace ws::view

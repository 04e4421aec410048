// SPDX-License-Identifier: Apache-2.0
// The same operation in both runs on one scale: the shorter strip is visibly shorter. Or lined up, the same steps under
// each other. Colour is cause; below, the causes with what each takes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/moment_line.hpp"
#include "viewer/views/shared/step_tooltip.hpp"
#include "viewer/views/shared/view.hpp"
#include "viewer/views/strips/cause_legend.hpp"
#include "viewer/views/strips/strip_scale.hpp"

namespace ws::view {
namespace {

class StripsView : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        const Theme& theme = context.theme;
        Canvas canvas(theme);
        Rect inside = canvas.panel(area);
        const Rect heading =
            canvas.heading(inside, context.session.two() ? "The same operation, on one scale" : "The operation");
        const float gutter = gutter_width(context, canvas);
        Rect causes = inside.take_bottom(theme.px(22.0F + 20.0F * static_cast<float>(context.session.count())));
        inside.take_bottom(theme.px(8));
        const Rect labels = inside.take_bottom(theme.px(20));
        const StripScale scale(context.state, inside.x0 + gutter, inside.x1 - total_width(context, canvas));
        const Rect under{inside.x0, labels.y0, inside.x1, labels.y1};
        if (!scale.lined_up()) draw_axis(canvas, theme, scale.axis(), inside, under);
        const float gap = theme.px(10);
        const auto count = static_cast<float>(context.session.count());
        const float height = (inside.height() - gap * (count - 1)) / count;
        for (int side = 0; side < context.session.count(); ++side) {
            const Rect row = inside.take_top(height);
            inside.take_top(gap);
            draw_strip(context, canvas, scale, row, side);
            draw_moment(context, canvas, scale, row, under, side);
        }
        draw_heading(context, canvas, heading);
        draw_causes(context, canvas, causes, gutter);
    }

  private:
    /// What is in the heading's line: the scale, and the difference where the strips had no room to tell it.
    void draw_heading(const Context& context, Canvas& canvas, Rect row) {
        const Theme& theme = context.theme;
        State& state = context.state;
        const bool two = context.session.two();
        if (two) {
            const std::string button_text = state.lined_up ? "true scale  L" : "line up the steps  L";
            const Rect place = row.take_right(theme.px(132));
            if (button(theme, "line up", place, button_text, state.lined_up)) state.act(Action::toggle_lined_up);
            row.x1 -= theme.px(14);
            if (!told_) {
                const std::string text = difference(context);
                canvas.text(row.take_right(canvas.width(text, theme.fonts.bold) + theme.px(2)), text, theme.fonts.bold,
                            theme.text);
                row.x1 -= theme.px(14);
            }
        }
        told_ = false;
        const char* to_scale = two ? "true scale \u00b7 net instructions after the trap, measured"
                                   : "net instructions after the trap, measured";
        canvas.text(row,
                    state.lined_up
                        ? "lined up: the same steps under each other, each as wide as it is long; a gap is no time"
                        : to_scale,
                    theme.fonts.small, theme.muted);
    }

    /// Which of the two operations takes more, how much, and how many times as much. Empty if one has no partner.
    static std::string difference(const Context& context) {
        const model::Operation* const a = context.state.selection.shown(0).operation;
        const model::Operation* const b = context.state.selection.shown(1).operation;
        if (a == nullptr || b == nullptr || !a->measurable || !b->measurable) return "";
        const u64 less = std::min(a->net(), b->net());
        const u64 more = std::max(a->net(), b->net());
        if (less == more) return "both take as many";
        const std::string& slower = context.session.name(a->net() > b->net() ? 0 : 1);
        if (less == 0) return fmt::format("{} takes {} more", slower, grouped(more));
        return fmt::format("{} takes {} more: {} as many", slower, grouped(more - less),
                           times(static_cast<double>(more) / static_cast<double>(less)));
    }

    static float gutter_width(const Context& context, Canvas& canvas) {
        float width = context.theme.px(40);
        for (int side = 0; side < context.session.count(); ++side) {
            width = std::max(width, canvas.width(context.session.name(side), context.theme.fonts.bold));
        }
        return width + context.theme.px(14);
    }

    static float total_width(const Context& context, Canvas& canvas) {
        const Theme& theme = context.theme;
        const float figure = canvas.width(grouped(context.state.selection.longest_net()), theme.fonts.figure);
        return std::max(figure, canvas.width("instructions", theme.fonts.small)) + theme.px(14);
    }

    void draw_strip(const Context& context, Canvas& canvas, const StripScale& scale, const Rect& row, int side) {
        const Theme& theme = context.theme;
        const Shown& shown = context.state.selection.shown(side);
        canvas.text({row.x0, row.y0, scale.axis().x0, row.y1}, context.session.name(side), theme.fonts.bold,
                    theme.text);
        const Rect strip{scale.axis().x0, row.y0, scale.axis().x1, row.y1};
        if (shown.operation == nullptr) {
            canvas.text(strip, "no partner in this run", theme.fonts.text, theme.faint);
            return;
        }
        if (!shown.operation->measurable) {
            canvas.text(strip, fmt::format("{}: {}", model::kNotMeasurable, model::kWhyNotMeasurable), theme.fonts.text,
                        theme.faint);
            return;
        }
        if (scale.lined_up()) draw_gaps(context, canvas, scale, strip, side);
        for (u32 i = 0; i < shown.parts.segments.size(); ++i) {
            draw_segment(context, canvas, place(scale, strip, side, i), shown.parts.segments[i]);
        }
        draw_selection(context, canvas, scale, strip, side);
        draw_partner(context, canvas, scale, strip, side);
        draw_total(context, canvas, scale, row, side);
        point_at(context, scale, strip, side);
    }

    static Rect place(const StripScale& scale, const Rect& strip, int side, u32 segment) {
        return {scale.segment_x0(side, segment), strip.y0, scale.segment_x1(side, segment), strip.y1};
    }

    /// A line where the other strip has something and this one has not.
    static void draw_gaps(const Context& context, Canvas& canvas, const StripScale& scale, const Rect& strip,
                          int side) {
        const float y = std::floor((strip.y0 + strip.y1) / 2) + 0.5F;
        const float end = scale.end(side);
        canvas.line(strip.x0, y, end, y, context.theme.faint, 1);
    }

    static void draw_segment(const Context& context, Canvas& canvas, Rect r, const model::Segment& segment) {
        const Theme& theme = context.theme;
        if (segment.net() == 0) return;
        const std::string cause = cause_of_segment(segment);
        const CausePaint paint = theme.cause(cause);
        const bool dim = !context.state.under_mouse.cause.empty() && context.state.under_mouse.cause != cause;
        if (r.width() > theme.px(3)) r.x1 -= 1;
        canvas.cause(r, paint, dim ? 0.2F : 1.0F);
        if (dim) return;
        const Rect room = r.inset(theme.px(3), theme.px(2));
        const model::StepInfo* step = model::find_step(segment.step);
        if (paint.hatched) {
            const std::string text = step != nullptr ? words(step->name) : model::world_name(segment.world);
            return label_on_hatching(theme, canvas, room, text, paint);
        }
        if (step != nullptr && canvas.wrapped(room, words(step->name), theme.fonts.small, paint.ink)) return;
        canvas.wrapped(room, cause_short(cause), theme.fonts.small, paint.ink);
    }

    static void label_on_hatching(const Theme& theme, Canvas& canvas, const Rect& room, const std::string& text,
                                  const CausePaint& paint) {
        const float half = canvas.width(text, theme.fonts.small) / 2 + theme.px(6);
        if (2 * half > room.width()) return;
        const float x = (room.x0 + room.x1) / 2;
        const float y = (room.y0 + room.y1) / 2;
        const Rect plain{x - half, y - theme.px(9), x + half, y + theme.px(9)};
        canvas.fill(plain, paint.fill, theme.px(3));
        canvas.text(plain, text, theme.fonts.small, paint.ink, Align::centre);
    }

    static void draw_selection(const Context& context, Canvas& canvas, const StripScale& scale, const Rect& strip,
                               int side) {
        const model::Segment* segment =
            context.state.selection.side() == side ? context.state.selection.segment() : nullptr;
        if (segment == nullptr) return;
        const auto number = static_cast<u32>(segment - context.state.selection.shown(side).parts.segments.data());
        frame(context, canvas, place(scale, strip, side, number), context.theme.link);
    }

    static void frame(const Context& context, Canvas& canvas, Rect r, ImU32 colour) {
        const Theme& theme = context.theme;
        r.x1 = std::max(r.x1, r.x0 + theme.px(2));
        canvas.frame(r.inset(-theme.px(2)), colour, theme.px(2), theme.px(3));
    }

    /// The step under the mouse, and the same step in the other strip.
    static void draw_partner(const Context& context, Canvas& canvas, const StripScale& scale, const Rect& strip,
                             int side) {
        const Hover& hover = context.state.under_mouse.hover;
        if (!hover || hover.segment == model::kNoSegment) return;
        const u32 segment =
            hover.side == side ? hover.segment : context.state.selection.alignment().partner(hover.side, hover.segment);
        if (segment >= context.state.selection.shown(side).parts.segments.size()) return;
        frame(context, canvas, place(scale, strip, side, segment), context.theme.text);
    }

    /// The moment under the mouse, wherever that is: a line in each strip, the reading once.
    static void draw_moment(const Context& context, Canvas& canvas, const StripScale& scale, const Rect& row,
                            const Rect& labels, int side) {
        const Hover& hover = context.state.under_mouse.hover;
        const Shown& shown = context.state.selection.shown(side);
        if (!hover || shown.operation == nullptr) return;
        const model::Trace& trace = context.session.run(side).trace;
        const double whole = std::floor(hover.time);
        const i64 net = shown.operation->begin + static_cast<i64>(whole);
        const double time = static_cast<double>(model::time_of_net(trace, shown.parts, net)) + hover.time - whole;
        if (time < 0 || time > static_cast<double>(shown.operation->net())) return;
        const float x = scale.x(side, time);
        moment_line(context, canvas,
                    {scale.axis().x0, row.y0 - context.theme.px(3), scale.axis().x1, row.y1 + context.theme.px(3)}, x);
        if (!hover.on_lanes && hover.side == side) {
            moment_reading(context, canvas, labels, x, hover.time);
        }
    }

    void draw_total(const Context& context, Canvas& canvas, const StripScale& scale, const Rect& row, int side) {
        const Theme& theme = context.theme;
        const u64 net = context.state.selection.shown(side).operation->net();
        const std::string figure = grouped(net);
        const float x = scale.end(side) + theme.px(12);
        const float middle = (row.y0 + row.y1) / 2 - theme.px(4);
        const float end = canvas.text({x, middle - theme.px(18), row.x1, middle + theme.px(12)}, figure,
                                      theme.fonts.figure, theme.text);
        const float end_of_unit =
            canvas.text({x, middle + theme.px(11), row.x1, middle + theme.px(27)},
                        net == 1 ? "instruction" : "instructions", theme.fonts.small, theme.muted);
        draw_difference(context, canvas, scale, {std::max(end, end_of_unit) + theme.px(14), row.y0, row.x1, row.y1},
                        side);
    }

    /// From the end of the shorter strip to the end of the longer one: how much more, and how many times as much.
    void draw_difference(const Context& context, Canvas& canvas, const StripScale& scale, const Rect& row, int side) {
        if (!context.session.two() || scale.lined_up()) return;
        const Theme& theme = context.theme;
        const model::Operation* mine = context.state.selection.shown(side).operation;
        const model::Operation* other = context.state.selection.shown(1 - side).operation;
        if (other == nullptr || !other->measurable || mine->net() >= other->net() || mine->net() == 0) return;
        const float end = scale.end(1 - side);
        const std::string text = difference(context);
        const float room = end - row.x0;
        const float needed = canvas.width(text, theme.fonts.bold) + theme.px(70);
        const float y = std::floor((row.y0 + row.y1) / 2) + 0.5F;
        if (room < needed) {
            told_ = row.x1 - row.x0 >= needed;
            if (told_) canvas.text(row, text, theme.fonts.bold, theme.text);
            return;
        }
        told_ = true;
        const float middle = (row.x0 + end) / 2;
        const float half = canvas.width(text, theme.fonts.bold) / 2 + theme.px(8);
        canvas.text({middle - half, row.y0, middle + half, row.y1}, text, theme.fonts.bold, theme.text, Align::centre);
        canvas.line(row.x0, y, middle - half, y, theme.muted);
        canvas.line(middle + half, y, end, y, theme.muted);
        for (const float x : {row.x0, end}) canvas.line(x, y - theme.px(6), x, y + theme.px(6), theme.muted);
    }

    static void point_at(const Context& context, const StripScale& scale, const Rect& strip, int side) {
        State& state = context.state;
        const Shown& shown = state.selection.shown(side);
        const Rect used{strip.x0, strip.y0, scale.end(side), strip.y1};
        if (!hit_area(side == 0 ? "strip A" : "strip B", used)) return;
        const bool clicked = ImGui::IsItemClicked();
        const std::optional<double> time = scale.time(side, ImGui::GetMousePos().x);
        if (!time) return;
        const double whole = std::floor(*time);
        const i64 net = model::net_of_time(context.session.run(side).trace, shown.parts, static_cast<i64>(whole));
        state.next_under_mouse.hover = {side, static_cast<double>(net - shown.operation->begin) + *time - whole, false,
                                        model::kNoSegment};
        for (u32 i = 0; i < shown.parts.segments.size(); ++i) {
            const model::Segment& segment = shown.parts.segments[i];
            if (*time < static_cast<double>(segment.begin) || *time >= static_cast<double>(segment.end)) continue;
            state.next_under_mouse.hover.segment = i;
            segment_tooltip(context, side, segment);
            if (clicked) state.selection.select_segment(side, segment);
            return;
        }
    }

    bool told_ = false;  ///< the difference stands beside a strip
};

}  // namespace

std::unique_ptr<View> make_strips_view() {
    return std::make_unique<StripsView>();
}

}  // namespace ws::view

// SPDX-License-Identifier: Apache-2.0
// The same operation in both runs on one scale: the shorter strip is visibly shorter. Colour is cause; below, the
// causes with what each takes.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/views/axis.hpp"
#include "viewer/views/step_tooltip.hpp"
#include "viewer/views/text_forms.hpp"
#include "viewer/views/view.hpp"

namespace ws::view {
namespace {

class StripsView : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        const Theme& theme = context.theme;
        Canvas canvas(theme);
        Rect inside = canvas.panel(area);
        heading(context, canvas, inside);
        const float gutter = gutter_width(context, canvas);
        Rect causes = inside.take_bottom(theme.px(22.0F + 20.0F * static_cast<float>(context.session.count())));
        inside.take_bottom(theme.px(8));
        const Rect labels = inside.take_bottom(theme.px(20));
        const Axis axis{0, static_cast<double>(context.state.longest_net()), inside.x0 + gutter,
                        inside.x1 - total_width(context, canvas)};
        draw_axis(canvas, theme, axis, inside, {axis.x0 - gutter, labels.y0, inside.x1, labels.y1});
        const float gap = theme.px(10);
        const auto count = static_cast<float>(context.session.count());
        const float height = (inside.height() - gap * (count - 1)) / count;
        for (int side = 0; side < context.session.count(); ++side) {
            const Rect row = inside.take_top(height);
            inside.take_top(gap);
            draw_strip(context, canvas, axis, row, side);
        }
        draw_causes(context, canvas, causes, gutter);
    }

  private:
    static void heading(const Context& context, Canvas& canvas, Rect& inside) {
        const Theme& theme = context.theme;
        const char* text = context.session.two() ? "The same operation, on one scale" : "The operation";
        const Rect row = canvas.heading(inside, text);
        canvas.text(row, "net instructions after the trap, measured", theme.fonts.small, theme.muted);
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
        const float figure = canvas.width(grouped(context.state.longest_net()), theme.fonts.figure);
        return std::max(figure, canvas.width("instructions", theme.fonts.small)) + theme.px(14);
    }

    static void draw_strip(const Context& context, Canvas& canvas, const Axis& axis, const Rect& row, int side) {
        const Theme& theme = context.theme;
        const Shown& shown = context.state.shown(side);
        canvas.text({row.x0, row.y0, axis.x0, row.y1}, context.session.name(side), theme.fonts.bold, theme.text);
        const Rect strip{axis.x0, row.y0, axis.x1, row.y1};
        if (shown.operation == nullptr) {
            canvas.text(strip, "no partner in this run", theme.fonts.text, theme.faint);
            return;
        }
        for (const model::Segment& segment : shown.parts.segments) draw_segment(context, canvas, axis, strip, segment);
        draw_selection(context, canvas, axis, strip, side);
        draw_total(context, canvas, axis, row, side);
        hover(context, axis, strip, side);
    }

    static Rect place(const Axis& axis, const Rect& strip, const model::Segment& segment) {
        return {axis.x(static_cast<double>(segment.begin)), strip.y0, axis.x(static_cast<double>(segment.end)),
                strip.y1};
    }

    static void draw_segment(const Context& context, Canvas& canvas, const Axis& axis, const Rect& strip,
                             const model::Segment& segment) {
        const Theme& theme = context.theme;
        if (segment.net() == 0) return;
        const std::string cause = cause_of_segment(segment);
        const CausePaint paint = theme.cause(cause);
        const bool dim = !context.state.hot_cause.empty() && context.state.hot_cause != cause;
        Rect r = place(axis, strip, segment);
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

    static void draw_selection(const Context& context, Canvas& canvas, const Axis& axis, const Rect& strip, int side) {
        const model::Segment* segment = context.state.side() == side ? context.state.segment() : nullptr;
        if (segment == nullptr) return;
        const Theme& theme = context.theme;
        Rect r = place(axis, strip, *segment);
        r.x1 = std::max(r.x1, r.x0 + theme.px(2));
        canvas.frame(r.inset(-theme.px(2)), theme.link, theme.px(2), theme.px(3));
    }

    static void draw_total(const Context& context, Canvas& canvas, const Axis& axis, const Rect& row, int side) {
        const Theme& theme = context.theme;
        const u64 net = context.state.shown(side).operation->net();
        const std::string figure = grouped(net);
        const float x = axis.x(static_cast<double>(net)) + theme.px(12);
        const float middle = (row.y0 + row.y1) / 2 - theme.px(4);
        const float end = canvas.text({x, middle - theme.px(18), row.x1, middle + theme.px(12)}, figure,
                                      theme.fonts.figure, theme.text);
        const float end_of_unit =
            canvas.text({x, middle + theme.px(11), row.x1, middle + theme.px(27)},
                        net == 1 ? "instruction" : "instructions", theme.fonts.small, theme.muted);
        draw_gap(context, canvas, axis, {std::max(end, end_of_unit) + theme.px(14), row.y0, row.x1, row.y1}, side);
    }

    /// From the end of the shorter strip to the end of the longer one: how much more, and how many times as much.
    static void draw_gap(const Context& context, Canvas& canvas, const Axis& axis, const Rect& row, int side) {
        if (!context.session.two()) return;
        const Theme& theme = context.theme;
        const model::Operation* mine = context.state.shown(side).operation;
        const model::Operation* other = context.state.shown(1 - side).operation;
        if (other == nullptr || mine->net() >= other->net() || mine->net() == 0) return;
        const float end = axis.x(static_cast<double>(other->net()));
        const double ratio = static_cast<double>(other->net()) / static_cast<double>(mine->net());
        const std::string text = fmt::format("{} takes {} more: {} as many", context.session.name(1 - side),
                                             grouped(other->net() - mine->net()), times(ratio));
        const float room = end - row.x0;
        const float needed = canvas.width(text, theme.fonts.bold) + theme.px(70);
        const float y = std::floor((row.y0 + row.y1) / 2) + 0.5F;
        if (room < needed) {
            if (row.x1 - row.x0 >= needed) canvas.text(row, text, theme.fonts.bold, theme.text);
            return;
        }
        const float middle = (row.x0 + end) / 2;
        const float half = canvas.width(text, theme.fonts.bold) / 2 + theme.px(8);
        canvas.text({middle - half, row.y0, middle + half, row.y1}, text, theme.fonts.bold, theme.text, Align::centre);
        canvas.line(row.x0, y, middle - half, y, theme.muted);
        canvas.line(middle + half, y, end, y, theme.muted);
        for (const float x : {row.x0, end}) canvas.line(x, y - theme.px(6), x, y + theme.px(6), theme.muted);
    }

    static void hover(const Context& context, const Axis& axis, const Rect& strip, int side) {
        const model::Operation& operation = *context.state.shown(side).operation;
        const Rect used{strip.x0, strip.y0, axis.x(static_cast<double>(operation.net())), strip.y1};
        if (!hit_area(side == 0 ? "strip A" : "strip B", used)) return;
        const bool clicked = ImGui::IsItemClicked();
        const double time = axis.time(ImGui::GetMousePos().x);
        for (const model::Segment& segment : context.state.shown(side).parts.segments) {
            if (time < static_cast<double>(segment.begin) || time >= static_cast<double>(segment.end)) continue;
            segment_tooltip(context, side, segment);
            if (clicked) context.state.select_segment(side, segment);
            return;
        }
    }

    /// The legend, which is a table as well: a column a cause, a line a run.
    static void draw_causes(const Context& context, Canvas& canvas, const Rect& area, float gutter) {
        const Theme& theme = context.theme;
        const auto& causes = context.session.causes();
        canvas.line(area.x0, area.y0, area.x1, area.y0, theme.grid);
        Rect body = area;
        body.take_top(theme.px(4));
        Rect names = body.take_left(gutter);
        names.take_top(theme.px(18));
        for (int side = 0; side < context.session.count(); ++side) {
            canvas.text(names.take_top(theme.px(20)), context.session.name(side), theme.fonts.small, theme.muted);
        }
        const float width = body.width() / static_cast<float>(std::max<std::size_t>(causes.size(), 1));
        for (const std::string& cause : causes) draw_cause(context, canvas, body.take_left(width), cause);
    }

    static void draw_cause(const Context& context, Canvas& canvas, const Rect& column, const std::string& cause) {
        const Theme& theme = context.theme;
        ImGui::PushID(cause.c_str());
        if (hit_area("cause", column)) {
            context.state.next_hot_cause = cause;
            canvas.fill(column, theme.hover, theme.px(4));
            cause_tooltip(context, cause);
        }
        ImGui::PopID();
        Rect rest = column.inset(theme.px(4), 0);
        Rect head = rest.take_top(theme.px(18));
        const Rect swatch = head.take_left(theme.px(12));
        canvas.cause({swatch.x0, (swatch.y0 + swatch.y1) / 2 - theme.px(6), swatch.x1,
                      (swatch.y0 + swatch.y1) / 2 + theme.px(6)},
                     theme.cause(cause));
        head.take_left(theme.px(6));
        const std::string name = cause_name(cause);
        const std::string brief = cause_short(cause);
        const bool room = brief.empty() || canvas.width(name, theme.fonts.small) <= head.width();
        canvas.text(head, room ? name : brief, theme.fonts.small, theme.text);
        for (int side = 0; side < context.session.count(); ++side) {
            Rect line = rest.take_top(theme.px(20));
            line.take_left(theme.px(18));
            const u64 net = net_of(context.state.shown(side), cause);
            canvas.text(line, grouped(net), theme.fonts.text, net == 0 ? theme.faint : theme.text);
        }
    }

    static u64 net_of(const Shown& shown, const std::string& cause) {
        u64 net = 0;
        for (const model::Segment& segment : shown.parts.segments) {
            if (cause == cause_of_segment(segment)) net += segment.net();
        }
        return net;
    }

    static void cause_tooltip(const Context& context, const std::string& cause) {
        Tooltip tip(context.theme);
        tip.title(cause_name(cause));
        if (cause == "outside")
            tip.text("Code that belongs to no numbered step: vectors, calls, the loop around the steps.");
        for (const model::StepInfo& step : model::step_infos()) {
            if (cause == step.cause) tip.text(fmt::format("{}. {}: {}", step.number, words(step.name), step.meaning));
        }
        for (int side = 0; side < context.session.count(); ++side) {
            tip.note(fmt::format("{}: {}, measured", context.session.name(side),
                                 counted(net_of(context.state.shown(side), cause), "instruction")));
        }
    }
};

}  // namespace

std::unique_ptr<View> make_strips_view() {
    return std::make_unique<StripsView>();
}

}  // namespace ws::view

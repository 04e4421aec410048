// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/strips/cause_legend.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/views/draw/text_format.hpp"

namespace ws::view {
namespace {

u64 net_of(const Shown& shown, const std::string& cause) {
    const model::PartInfo* const part = model::find_part(cause);
    if (part == nullptr) return 0;
    return static_cast<u64>(std::max<i64>(shown.instructions[static_cast<std::size_t>(part->part)], 0));
}

/// What is there instead of a figure, where none was measured; or an empty text.
const char* no_figure(const Context& context, int side) {
    const Shown& shown = context.state.selection.shown(side);
    if (shown.operation == nullptr) return "";
    if (!shown.operation->measurable) return model::kNotMeasurable;
    return context.session.full(side) ? "" : model::kNotRecorded;
}

void cause_tooltip(const Context& context, const std::string& cause) {
    Tooltip tip(context.theme);
    tip.title(cause_name(cause));
    if (cause == "residual")
        tip.text("Code that belongs to no numbered step: vectors, calls, the loop around the steps.");
    for (const model::StepInfo& step : model::step_infos()) {
        if (cause == step.part) tip.text(fmt::format("{}. {}: {}", step.number, words(step.name), step.meaning));
    }
    for (int side = 0; side < context.session.count(); ++side) {
        const std::string instead = no_figure(context, side);
        const std::string net = counted(net_of(context.state.selection.shown(side), cause), "instruction");
        tip.note(fmt::format("{}: {}", context.session.name(side), instead.empty() ? net + ", measured" : instead));
    }
}

void draw_cause(const Context& context, Canvas& canvas, const Rect& column, const std::string& cause) {
    const Theme& theme = context.theme;
    ImGui::PushID(cause.c_str());
    if (hit_area("cause", column)) {
        context.state.next_under_mouse.cause = cause;
        canvas.fill(column, theme.hover, theme.px(4));
        cause_tooltip(context, cause);
    }
    ImGui::PopID();
    Rect rest = column.inset(theme.px(4), 0);
    Rect head = rest.take_top(theme.px(18));
    const Rect swatch = head.take_left(theme.px(12));
    canvas.cause(
        {swatch.x0, (swatch.y0 + swatch.y1) / 2 - theme.px(6), swatch.x1, (swatch.y0 + swatch.y1) / 2 + theme.px(6)},
        theme.cause(cause));
    head.take_left(theme.px(6));
    const std::string name = cause_name(cause);
    const std::string brief = cause_short(cause);
    const bool room = brief.empty() || canvas.width(name, theme.fonts.small) <= head.width();
    canvas.text(head, room ? name : brief, theme.fonts.small, theme.text);
    for (int side = 0; side < context.session.count(); ++side) {
        Rect line = rest.take_top(theme.px(20));
        line.take_left(theme.px(18));
        const u64 net = net_of(context.state.selection.shown(side), cause);
        const bool none = *no_figure(context, side) != '\0';
        canvas.text(line, none ? "\u2013" : grouped(net), theme.fonts.text,
                    net == 0 || none ? theme.faint : theme.text);
    }
}

}  // namespace

void draw_causes(const Context& context, Canvas& canvas, const Rect& area, float gutter) {
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

}  // namespace ws::view

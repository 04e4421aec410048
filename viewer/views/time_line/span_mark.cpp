// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/time_line/span_mark.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/views/draw/text_format.hpp"

namespace ws::view {
namespace {

// Events that are looked through at once: a frame's worth of time, and what one waits for at the end of a drag.
constexpr u64 kMostMoving = 20'000;
constexpr u64 kMostAtRest = 5'000'000;

std::vector<std::string> lines_of(const Context& context, const MeasuredSpan& measured) {
    const model::SpanFigures& figures = measured.figures;
    const model::Trace& trace = context.session.run(measured.side).trace;
    std::vector<std::string> lines = {counted(figures.instructions, "instruction") + " in " +
                                      context.session.name(measured.side)};
    if (trace.cpus() > 1 && trace.shared_clock()) lines[0] += ", of all CPUs";
    if (!figures.measurable) lines[0] = fmt::format("{}: at least {}", model::kNotMeasurable, lines[0]);
    lines.push_back(counted(figures.events, "event"));
    if (figures.damaged) lines.insert(lines.begin() + 1, model::kDamagedSpan);
    if (!figures.counted) {
        lines.push_back(figures.events > kMostAtRest ? "too many to count traps and registers"
                                                     : "let go to count them");
        return lines;
    }
    lines.back() += fmt::format(", {} ({}), {}", counted(figures.traps, "trap"), counted(figures.exits, "exit"),
                            counted(figures.erets, "return"));
    std::string moves;
    const auto add = [&moves](const std::string& part) { moves += (moves.empty() ? "" : ", ") + part; };
    if (figures.saved != 0) add(counted(figures.saved, "register") + " saved");
    if (figures.restored != 0) add(counted(figures.restored, "register") + " restored");
    if (figures.written != 0) add(counted(figures.written, "control register") + " written");
    const bool recorded = trace.records_registers();
    lines.push_back(!moves.empty() ? moves : recorded ? "no registers moved" : "registers: not recorded");
    return lines;
}

/// Beside the stretch where there is room, so that it does not cover what was measured.
void draw_figures(const Context& context, Canvas& canvas, const Rect& band, const Rect& all,
                  const MeasuredSpan& measured) {
    const Theme& theme = context.theme;
    std::vector<std::string> lines = lines_of(context, measured);
    lines.emplace_back("net, measured \u00b7 Escape takes it away");
    float width = canvas.width(lines[0], theme.fonts.bold);
    for (const std::string& line : lines) width = std::max(width, canvas.width(line, theme.fonts.small));
    width += theme.px(20);
    const float height = theme.px(18) * static_cast<float>(lines.size()) + theme.px(8);
    float x = band.x1 + theme.px(8);
    if (x + width > all.x1) x = band.x0 - theme.px(8) - width;
    if (x < all.x0) x = std::clamp((band.x0 + band.x1 - width) / 2, all.x0, std::max(all.x0, all.x1 - width));
    const float y = std::max(all.y0, std::min(band.y0, all.y1 - height));
    const Rect box{x, y, x + width, y + height};
    canvas.fill(box, theme.panel, theme.px(6));
    canvas.frame(box, theme.link, 1, theme.px(6));
    Rect rest = box.inset(theme.px(10), theme.px(4));
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const bool last = i + 1 == lines.size();
        canvas.text(rest.take_top(theme.px(18)), lines[i], i == 0 ? theme.fonts.bold : theme.fonts.small,
                    last ? theme.muted : theme.text);
    }
}

}  // namespace

void draw_measured(const Context& context, Canvas& canvas, const std::vector<Group>& groups) {
    if (!context.state.measured || groups.empty()) return;
    const MeasuredSpan& measured = *context.state.measured;
    const Theme& theme = context.theme;
    const Group* first = nullptr;
    const Group* last = nullptr;
    for (const Group& group : groups) {
        if (group.side != measured.side) continue;
        if (first == nullptr) first = &group;
        last = &group;
    }
    if (first == nullptr) return;
    const LanePlace& place = first->ticks;
    const auto x = [&](i64 net) { return place.axis.x(static_cast<double>(net - place.origin)); };
    const Rect all{place.r.x0, groups.front().lane[0].r.y0, place.r.x1, groups.back().ticks.r.y1};
    const Rect band{std::max(all.x0, x(measured.span.begin)), first->lane[0].r.y0 - theme.px(2),
                    std::min(all.x1, x(measured.span.end)), last->ticks.r.y1};
    if (band.x1 < all.x0 || band.x0 > all.x1) return;
    canvas.fill(band, faded(theme.link, 0.16F));
    for (const float edge : {x(measured.span.begin), x(measured.span.end)}) {
        if (edge >= all.x0 && edge <= all.x1) canvas.line(edge, band.y0, edge, band.y1, theme.link, theme.px(1.5F));
    }
    draw_figures(context, canvas, band, all, measured);
}

void measure(const Context& context, const Group& group, double from, double to, bool moving) {
    const i64 begin = group.ticks.origin + std::llround(std::min(from, to));
    const i64 end = group.ticks.origin + std::llround(std::max(from, to));
    const model::TimeSpan span{begin, end};
    auto& measured = context.state.measured;
    const bool same = measured && measured->side == group.side && measured->span == span;
    if (same && (moving || measured->figures.counted)) return;
    const u64 most = moving ? kMostMoving : kMostAtRest;
    measured = MeasuredSpan{group.side, span, model::measure_span(context.session.run(group.side).trace, span, most)};
}

}  // namespace ws::view

// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/shared/notes_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/event_words.hpp"
#include "viewer/views/shared/step_tooltip.hpp"

namespace ws::view {
namespace {

constexpr float kLine = 21;
constexpr float kEventLine = 20;  // in the event's panel
constexpr float kHead = 56;

/// As much of the text's beginning as fits, one character at least.
std::string fitting(Canvas& canvas, ImFont* font, const std::string& text, float width) {
    const auto next = [&text](std::size_t at) {
        do ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80);
        return at;
    };
    std::size_t end = next(0);
    while (end < text.size() && canvas.width(text.substr(0, next(end)), font) <= width) end = next(end);
    return text.substr(0, end);
}

/// Cut into lines; what has no space where it would have to break, such as a path, within a word.
std::vector<std::string> lines_of(Canvas& canvas, const Theme& theme, const std::string& text, float width) {
    std::vector<std::string> lines;
    for (std::string line : canvas.lines(text, theme.fonts.text, width)) {
        while (canvas.width(line, theme.fonts.text) > width) {
            const std::string part = fitting(canvas, theme.fonts.text, line, width);
            lines.push_back(part);
            line.erase(0, part.size());
        }
        lines.push_back(line);
    }
    return lines;
}

void draw_note(const Context& context, Canvas& canvas, float width, int side, const model::Note& note, int id) {
    const Theme& theme = context.theme;
    State& state = context.state;
    const model::Trace& trace = context.session.run(side).trace;
    const bool there = state.notes.of(side).in_trace(note);
    const auto event = static_cast<model::EventIndex>(there ? note.event : 0);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    Rect row{at.x, at.y, at.x + width, at.y + theme.px(kLine)};
    ImGui::PushID(id);
    const bool over = hit_area("note", row);
    const bool clicked = ImGui::IsItemClicked();
    ImGui::PopID();
    if (over && there) {
        const model::Operation* operation = state.selection.shown(side).operation;
        if (operation != nullptr) event_tooltip(context, side, event, operation->begin);
    }
    const bool selected = there && state.selection.side() == side && state.selection.event() == event;
    if (selected || (over && there)) canvas.fill(row, selected ? theme.select : theme.hover, theme.px(4));
    canvas.text(row.take_left(theme.px(76)), grouped(note.event), theme.fonts.text, theme.muted, Align::right);
    row.take_left(theme.px(12));
    const std::string kind = there ? words(trace.event(event).info().name) : "no such event";
    canvas.text(row.take_left(theme.px(150)), kind, theme.fonts.text, there ? theme.text : theme.faint);
    row.take_left(theme.px(8));
    canvas.text(row, note.text, theme.fonts.text, theme.text);
    ImGui::SetCursorScreenPos({at.x, row.y1});
    if (!clicked || !there) return;
    state.go_to_event(side, event);
}

/// The run's name, and where its notes are.
void draw_head(const Context& context, Canvas& canvas, float width, int side) {
    const Theme& theme = context.theme;
    const model::OpenNotes& notes = context.state.notes.of(side);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    Rect row{at.x, at.y, at.x + width, at.y + theme.px(kLine)};
    const std::string head = fmt::format("{} in {}", counted(notes.all().size(), "note"), context.session.name(side));
    row.x0 = canvas.text(row, head, theme.fonts.bold, theme.text) + theme.px(14);
    if (notes.problem().empty()) {
        canvas.text(row, notes.file().string(), theme.fonts.small, theme.muted);
    } else {
        canvas.text(row, notes.problem(), theme.fonts.small, theme.cause("trap_config").fill);
    }
    ImGui::SetCursorScreenPos({at.x, at.y + theme.px(kLine)});
}

}  // namespace

void draw_notes_list(const Context& context, Rect inside) {
    const Theme& theme = context.theme;
    const ScrollArea scroll(theme, "notes", inside);
    Canvas canvas(theme);
    const float width = inside.width() - theme.px(14);
    for (int side = 0; side < context.session.count(); ++side) {
        const std::vector<model::Note>& all = context.state.notes.of(side).all();
        if (all.empty() && context.state.notes.of(side).problem().empty()) continue;
        ImGui::PushID(side);
        draw_head(context, canvas, width, side);
        ImGuiListClipper clipper;
        clipper.Begin(static_cast<int>(all.size()), theme.px(kLine));
        while (clipper.Step()) {
            for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
                draw_note(context, canvas, width, side, all[static_cast<std::size_t>(i)], i);
            }
        }
        ImGui::PopID();
    }
}

void draw_event_notes(const Context& context, Canvas& canvas, Rect& inside) {
    const Theme& theme = context.theme;
    State& state = context.state;
    const model::OpenNotes& notes = state.notes.of(state.selection.side());
    const bool broken = !notes.problem().empty();
    if (!broken && !notes.has(state.selection.event())) return;
    struct Line {
        std::string text;
        bool first;  ///< of a note
    };
    std::vector<Line> lines;
    const std::vector<std::string> texts = broken ? std::vector{notes.problem()} : notes.of(state.selection.event());
    for (const std::string& text : texts) {
        bool first = true;
        for (const std::string& line : lines_of(canvas, theme, text, inside.width() - theme.px(kHead))) {
            lines.push_back({line, std::exchange(first, false)});
        }
    }
    // The rest is in the tooltip, and what is below needs room, too.
    const float room = (inside.height() - theme.px(90)) / theme.px(kEventLine);
    const auto most = static_cast<std::size_t>(std::clamp(room, 1.0F, 4.0F));
    const bool cut = lines.size() > most;
    if (cut) lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(most), lines.end());
    if (cut) lines.back().text += " \u2026";
    const Rect all = Rect(inside).take_top(theme.px(kEventLine) * static_cast<float>(lines.size()));
    const bool over = hit_area("notes", all);
    if (ImGui::IsItemClicked()) state.act(Action::write_note);
    if (over) {
        canvas.fill(all, theme.hover, theme.px(4));
        Tooltip tip(theme);
        if (broken) tip.text(notes.problem());
        tell_notes(context, tip, state.selection.side(), state.selection.event());
        tip.note("click to change it");
    }
    for (const Line& line : lines) {
        Rect row = inside.take_top(theme.px(kEventLine));
        const Rect head = row.take_left(theme.px(kHead));
        if (line.first) canvas.text(head, broken ? "notes" : "note", theme.fonts.small, theme.muted);
        canvas.text(row, line.text, theme.fonts.text, broken ? theme.cause("trap_config").fill : theme.text);
    }
    inside.take_top(theme.px(4));
    canvas.line(inside.x0, inside.y0, inside.x1, inside.y0, theme.border);
    inside.take_top(theme.px(4));
}

void draw_flag(const Theme& theme, Canvas& canvas, const Rect& r) {
    const float pole = std::max(1.0F, theme.px(1.2F));
    canvas.fill({r.x0, r.y0, r.x0 + pole, r.y1}, theme.text);
    const float height = std::min(r.height(), theme.px(8));
    canvas.triangle({r.x0 + pole, r.y0}, {r.x0 + pole + height, r.y0 + height / 2}, {r.x0 + pole, r.y0 + height},
                    theme.text);
}

void tell_notes(const Context& context, Tooltip& tip, int side, model::EventIndex event) {
    static constexpr std::size_t kMostBytes = 600;  // of a text, in a tooltip
    for (const std::string& text : context.state.notes.of(side).of(event)) {
        tip.text("Note: " + shortened(text, kMostBytes));
    }
}

}  // namespace ws::view

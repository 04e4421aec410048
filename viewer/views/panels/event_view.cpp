// SPDX-License-Identifier: Apache-2.0
// The selected event, decoded: registers by name, bits by name with what they mean.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/model/trace/describe.hpp"
#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/panels/source_row.hpp"
#include "viewer/views/shared/notes_list.hpp"
#include "viewer/views/shared/step_tooltip.hpp"
#include "viewer/views/shared/view.hpp"

namespace ws::view {
namespace {

class EventView : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        const Theme& theme = context.theme;
        Canvas canvas(theme);
        Rect inside = canvas.panel(area);
        const State& state = context.state;
        const model::Trace& trace = context.session.run(state.selection.side()).trace;
        if (state.selection.event() == model::kNoEvent) {
            canvas.heading(inside, "No event");
            return;
        }
        decode(trace, state);
        const model::Event& event = trace.event(state.selection.event());
        Rect row = canvas.heading(inside, words(event.info().name));
        const Rect note = row.take_right(theme.px(62));
        row.take_right(theme.px(8));
        canvas.text(
            row,
            fmt::format("event {} of {} \u00b7 {} \u00b7 CPU {}", grouped(u64{state.selection.event()}),
                        grouped(u64{trace.events().size()}), context.session.name(state.selection.side()), event.cpu()),
            theme.fonts.small, theme.muted);
        if (button(theme, "note", note, "note  N")) context.state.act(Action::write_note);
        draw_times(context, canvas, inside, event);
        draw_event_notes(context, canvas, inside);
        draw_source(context, canvas, inside);
        const ScrollArea scroll(theme, "event", inside);
        ImGui::PushID(static_cast<int>(state.selection.event()));
        Canvas rows(theme);
        for (const model::Field& field : fields_) draw_field(context, rows, inside.width() - theme.px(12), field);
        ImGui::PopID();
    }

  private:
    /// Decoded once, when another event is selected.
    void decode(const model::Trace& trace, const State& state) {
        if (event_ == state.selection.event() && side_ == state.selection.side()) return;
        event_ = state.selection.event();
        side_ = state.selection.side();
        open_.clear();
        const model::Event& event = trace.event(event_);
        fields_ = model::describe(trace, event);
        // Which register was written is said before its values.
        std::stable_partition(fields_.begin(), fields_.end(), [](const model::Field& f) { return f.name == "sysreg"; });
        // Bits are open where the event is about them; a block's registers open on a click.
        if (!model::block_class(event)) {
            for (const char* name : {"ESR_EL2", "new_value", "ESR_EL1", "ICH_LR"}) open_.emplace_back(name);
        }
        old_ = nullptr;
        for (const model::Field& field : fields_) {
            if (field.name == "old_value") old_ = &field;
        }
    }

    static void draw_times(const Context& context, Canvas& canvas, Rect& inside, const model::Event& event) {
        const Theme& theme = context.theme;
        paragraph(theme, canvas, inside, meaning(context, event));
        inside.take_top(theme.px(4));
        const Shown& shown = context.state.selection.shown(context.state.selection.side());
        struct Clock {
            const char* name;
            std::string value;
        };
        const u64 raw = context.session.run(context.state.selection.side()).trace.raw(context.state.selection.event());
        std::vector<Clock> clocks = {{"raw", grouped(raw)}, {"net", grouped(event.net)}};
        if (shown.operation != nullptr) {
            const std::size_t place = shown.parts.place_of(context.state.selection.event());
            const i64 after =
                place < shown.parts.times.size() ? shown.parts.times[place] : event.net - shown.operation->begin;
            clocks.push_back({"after the trap", grouped(after, true)});
        }
        Rect row = inside.take_top(theme.px(20));
        for (const Clock& clock : clocks) {
            row.x0 = canvas.text(row, clock.name, theme.fonts.small, theme.muted) + theme.px(6);
            row.x0 = canvas.text(row, clock.value, theme.fonts.text, theme.text) + theme.px(18);
        }
        if (canvas.width("instructions", theme.fonts.small) <= row.width()) {
            canvas.text(row, "instructions", theme.fonts.small, theme.muted);
        }
        inside.take_top(theme.px(6));
        canvas.line(inside.x0, inside.y0, inside.x1, inside.y0, theme.border);
        inside.take_top(theme.px(4));
    }

    /// A line for each place, which leads to the tab with more, and the command for GDB.
    void draw_source(const Context& context, Canvas& canvas, Rect& inside) {
        const Theme& theme = context.theme;
        if (!source_.look(context)) {
            canvas.text(inside.take_top(theme.px(20)), "source: the images are being read", theme.fonts.small,
                        theme.muted);
            return;
        }
        const auto head = [&](Rect& row, const char* text) {
            canvas.text(row.take_left(theme.px(56)), text, theme.fonts.small, theme.muted);
        };
        int number = 0;
        const std::string& command = source_.commands().shell;
        const bool room = inside.height() > theme.px(150);
        for (const model::EventLocation& location : source_.locations()) {
            Rect row = inside.take_top(theme.px(20));
            if (number == 0 && !room && !command.empty()) {
                copied_text(context, row.take_right(theme.px(34)), "gdb", command, "GDB");
                row.take_right(theme.px(8));
            }
            ImGui::PushID(number);
            const bool over = hit_area("source", row);
            if (ImGui::IsItemClicked()) context.state.tab = Tab::source;
            ImGui::PopID();
            if (over) {
                canvas.fill(row, theme.hover, theme.px(4));
                Tooltip tip(theme);
                tip.title(location.what);
                tip.text(location_text(location));
                tip.note("click for the source");
            }
            head(row, number++ == 0 ? "source" : "below");
            canvas.text(row, location_text(location), location.row ? theme.fonts.mono : theme.fonts.small,
                        location.row ? theme.text : theme.muted);
        }
        if (room && !command.empty()) {
            Rect row = inside.take_top(theme.px(20));
            head(row, "GDB");
            copied_text(context, row, "gdb", command);
        }
        inside.take_top(theme.px(4));
        canvas.line(inside.x0, inside.y0, inside.x1, inside.y0, theme.border);
        inside.take_top(theme.px(4));
    }

    /// What the event says; where it is about a step, what the step is.
    static std::string meaning(const Context& context, const model::Event& event) {
        const bool begins = event.is(trace::EventId::phase_begin);
        if (!begins && !event.is(trace::EventId::phase_end)) return event.info().meaning;
        const model::Trace& trace = context.session.run(context.state.selection.side()).trace;
        const auto number = static_cast<u8>(trace.as<trace::payload::phase_begin>(event).step);
        const model::StepInfo* step = model::find_step(number);
        if (step == nullptr) return event.info().meaning;
        return fmt::format("Step {} {}, {}: {}", number, begins ? "begins" : "ends", words(step->name), step->meaning);
    }

    /// Text on as many lines as it needs.
    static void paragraph(const Theme& theme, Canvas& canvas, Rect& inside, const std::string& text) {
        for (const std::string& line : canvas.lines(text, theme.fonts.text, inside.width())) {
            canvas.text(inside.take_top(theme.px(20)), line, theme.fonts.text, theme.text);
        }
    }

    bool is_open(const std::string& name) const { return std::find(open_.begin(), open_.end(), name) != open_.end(); }

    void toggle(const std::string& name) {
        const auto found = std::find(open_.begin(), open_.end(), name);
        if (found != open_.end()) {
            open_.erase(found);
        } else {
            open_.push_back(name);
        }
    }

    static Rect next_line(const Theme& theme, float width, float height) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        ImGui::SetCursorScreenPos({at.x, at.y + theme.px(height)});
        return {at.x, at.y, at.x + width, at.y + theme.px(height)};
    }

    void draw_field(const Context& context, Canvas& canvas, float width, const model::Field& field) {
        const Theme& theme = context.theme;
        const Rect line = next_line(theme, width, 23);
        const ImVec2 after = ImGui::GetCursorScreenPos();
        ImGui::PushID(field.name.c_str());
        if (hit_area("field", line)) {
            canvas.fill(line, theme.hover, theme.px(4));
            if (!field.parts.empty() && ImGui::IsItemClicked()) toggle(field.name);
            if (!field.meaning.empty()) {
                Tooltip tip(theme);
                tip.title(field.name);
                tip.text(field.meaning);
                const model::RegisterPlace named = model::find_hardware_register(field.text);
                if (named != model::kNoRegister) tip.text(register_words(named));
            }
        }
        ImGui::PopID();
        Rect rest = line;
        const Rect mark = rest.take_left(theme.px(16));
        if (!field.parts.empty()) draw_mark(theme, canvas, mark, is_open(field.name));
        canvas.text(rest.take_left(theme.px(126)), field.name, theme.fonts.mono, theme.text);
        rest.take_left(theme.px(8));
        canvas.text(rest, value_text(field), is_hex(field) ? theme.fonts.mono : theme.fonts.text, theme.text);
        ImGui::SetCursorScreenPos(after);
        if (!is_open(field.name)) return;
        for (const model::Field& part : field.parts) draw_part(context, canvas, width, field, part, 0);
    }

    static void draw_mark(const Theme& theme, Canvas& canvas, const Rect& r, bool open) {
        const float x = r.x0 + theme.px(6);
        const float y = (r.y0 + r.y1) / 2;
        const float d = theme.px(4);
        if (open) {
            canvas.triangle({x - d, y - d / 2}, {x + d, y - d / 2}, {x, y + d}, theme.muted);
        } else {
            canvas.triangle({x - d / 2, y - d}, {x + d, y}, {x - d / 2, y + d}, theme.muted);
        }
    }

    static bool is_hex(const model::Field& field) { return field.text.rfind("0x", 0) == 0; }

    static std::string value_text(const model::Field& field) {
        if (!is_hex(field)) return field.text;
        const std::size_t digits = field.text.find(' ');
        if (digits == std::string::npos) return hex_groups(field.text);
        return hex_groups(field.text.substr(0, digits));  // what follows is said again by the bits
    }

    /// A bit field, and on the line below what it means; of a control write both values where they differ.
    void draw_part(const Context& context, Canvas& canvas, float width, const model::Field& whole,
                   const model::Field& part, int depth) {
        const Theme& theme = context.theme;
        const model::Field* before =
            whole.name == "new_value" && old_ != nullptr ? find(old_->parts, part.name) : nullptr;
        const bool changed = before != nullptr && before->value != part.value;
        const bool lit = part.value != 0 || changed;
        Rect line = next_line(theme, width, 20);
        if (changed) canvas.fill(line, faded(theme.select, 0.7F), theme.px(3));
        line.take_left(theme.px(16 + 14 * static_cast<float>(depth)));
        canvas.text(line.take_left(theme.px(52)), part.bits, theme.fonts.mono, theme.faint);
        canvas.text(line.take_left(theme.px(82 - 14 * static_cast<float>(depth))), part.name, theme.fonts.mono,
                    lit ? theme.text : theme.faint);
        line.take_left(theme.px(8));
        const std::string value = changed ? before->text + " \u2192 " + part.text : part.text;
        const float end = canvas.text(line, value, theme.fonts.mono, lit ? theme.text : theme.faint);
        line.x0 = std::max(line.x0 + theme.px(48), end + theme.px(12));
        bool first = true;
        for (const std::string& words_of_line : canvas.lines(part.meaning, theme.fonts.small, line.width())) {
            if (!first) {
                const Rect more = next_line(theme, width, 17);
                line.y0 = more.y0;
                line.y1 = more.y1;
            }
            canvas.text(line, words_of_line, theme.fonts.small, lit ? theme.muted : theme.faint);
            first = false;
        }
        for (const model::Field& inner : part.parts) draw_part(context, canvas, width, part, inner, depth + 1);
    }

    static const model::Field* find(const std::vector<model::Field>& fields, const std::string& name) {
        for (const model::Field& field : fields) {
            if (field.name == name) return &field;
        }
        return nullptr;
    }

    SelectedLocations source_;
    std::vector<model::Field> fields_;
    const model::Field* old_ = nullptr;
    std::vector<std::string> open_;  ///< registers whose bits are shown
    model::EventIndex event_ = model::kNoEvent;
    int side_ = -1;
};

}  // namespace

std::unique_ptr<View> make_event_view() {
    return std::make_unique<EventView>();
}

}  // namespace ws::view

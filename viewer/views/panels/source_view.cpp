// SPDX-License-Identifier: Apache-2.0
// The selected event's place in full: its source file on the left, the disassembly on the right, the way there in GDB
// above.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/panels/source_row.hpp"

namespace ws::view {
namespace {

using model::EventLocation;
using model::Frame;

class SourceView : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        const Theme& theme = context.theme;
        Canvas canvas(theme);
        Rect inside = canvas.panel(area);
        Rect row = canvas.heading(inside, "Source");
        if (context.state.selection.event() == model::kNoEvent || !event_.look(context)) {
            canvas.text(row,
                        context.state.selection.event() == model::kNoEvent ? "no event is selected"
                                                                           : "the images are being read",
                        theme.fonts.small, theme.muted);
            return;
        }
        choose(context);
        draw_button(context, row);
        draw_locations(context, canvas, row);
        // The event's panel has the command too.
        const bool room = inside.height() > theme.px(170);
        if (room || !context.state.debugger_said.empty()) draw_commands(context, canvas, inside.take_top(theme.px(24)));
        const EventLocation& location = event_.locations()[location_];
        if (!row_) {
            draw_problem(theme, canvas, inside, location);
            return;
        }
        draw_frames(context, canvas, inside.take_top(theme.px(24)));
        inside.take_top(theme.px(4));
        Rect code = inside.take_right(inside.width() * 0.46F);
        inside.take_right(theme.px(14));
        draw_lines(context, canvas, inside);
        draw_instructions(theme, code, location);
        follow_ = false;
    }

  private:
    static constexpr float kLine = 18;

    /// Why no line is shown, and the places that come into question.
    static void draw_problem(const Theme& theme, Canvas& canvas, Rect area, const EventLocation& location) {
        for (const std::string& line : canvas.lines(location.problem, theme.fonts.text, area.width())) {
            canvas.text(area.take_top(theme.px(22)), line, theme.fonts.text, theme.text);
        }
        for (const std::size_t row : location.either) {
            if (area.height() < theme.px(20)) return;
            const std::string text =
                fmt::format("{:x}  {}  {}", location.image->at(row).address, model::short_place(*location.image, row),
                            model::symbol_text(*location.image, row));
            canvas.text(area.take_top(theme.px(20)), text, theme.fonts.mono, theme.text);
        }
    }

    /// For another event the hypervisor's place; for another place its innermost frame that tells something.
    void choose(const Context& context) {
        const State& state = context.state;
        if (shown_event_ == state.selection.event() && shown_side_ == state.selection.side()) return;
        shown_event_ = state.selection.event();
        shown_side_ = state.selection.side();
        context.state.debugger_said.clear();
        // Who looked at the world below goes on to look there, if there is one.
        choose_location(std::min(location_, event_.locations().size() - 1));
    }

    void choose_location(std::size_t number) {
        location_ = number;
        const EventLocation& location = event_.locations()[location_];
        row_ = location.row;
        if (!row_ && model::one_line_of(location)) row_ = location.either.front();
        frames_.clear();
        if (row_) frames_ = location.image->frames(*row_);
        const Frame* telling = model::telling_frame(frames_);
        choose_frame(telling != nullptr ? static_cast<std::size_t>(telling - frames_.data()) : 0);
    }

    void choose_frame(std::size_t number) {
        frame_ = number;
        lines_.clear();
        if (frame_ < frames_.size())
            lines_ = model::source_lines(frames_[frame_].file, frames_[frame_].line, kWholeFile);
        follow_ = true;
    }
    static constexpr u32 kWholeFile = 1'000'000;

    void draw_locations(const Context& context, Canvas& canvas, Rect row) {
        const Theme& theme = context.theme;
        for (std::size_t i = 0; i < event_.locations().size(); ++i) {
            const EventLocation& location = event_.locations()[i];
            const std::string text = location.image ? location.image->name() + ": " + location.what : location.what;
            const Rect at = row.take_left(std::min(row.width(), canvas.width(text, theme.fonts.small) + theme.px(20)));
            row.take_left(theme.px(6));
            ImGui::PushID(static_cast<int>(i));
            if (button(theme, "place", at, text, i == location_)) choose_location(i);
            ImGui::PopID();
        }
    }

    void draw_button(const Context& context, Rect& row) const {
        const Theme& theme = context.theme;
        if (!event_.commands().replays) return;
        if (button(theme, "debug", row.take_right(theme.px(96)), "debug here"))
            context.requests.ask({Request::What::debug});
        if (ImGui::IsItemHovered()) {
            Tooltip tip(theme);
            tip.title("debug here");
            tip.text(
                "A terminal replays the recorded run up to this event, and GDB stops there. Where it stops later, the "
                "selected event follows; pressed again, the button moves the replay.");
        }
        row.take_right(theme.px(10));
    }

    void draw_commands(const Context& context, Canvas& canvas, Rect row) const {
        const Theme& theme = context.theme;
        const model::DebugCommands& commands = event_.commands();
        if (commands.shell.empty()) return;
        std::string gdb;
        for (const std::string& line : commands.gdb) gdb += (gdb.empty() ? "" : "   ") + line;
        const float shell = std::min(row.width() * 0.6F, canvas.width(commands.shell, theme.fonts.mono) + theme.px(10));
        copied_text(context, row.take_left(shell), "shell", commands.shell);
        row.take_left(theme.px(14));
        if (!context.state.debugger_said.empty()) {
            canvas.text(row, context.state.debugger_said, theme.fonts.small, theme.muted);
        } else if (!gdb.empty()) {
            row.x0 = canvas.text(row, commands.replays ? "or in a session that is open" : "then in GDB",
                                 theme.fonts.small, theme.muted) +
                     theme.px(8);
            copied_text(context, row, "in gdb", gdb);
        }
    }

    /// The function and those that it was inlined into; a click shows another one's line.
    void draw_frames(const Context& context, Canvas& canvas, Rect row) {
        const Theme& theme = context.theme;
        const EventLocation& location = event_.locations()[location_];
        if (!location.row) row.x0 = canvas.text(row, location.problem, theme.fonts.small, theme.muted) + theme.px(12);
        bool first = true;
        for (std::size_t i = 0; i < frames_.size(); ++i) {
            if (model::is_recorder(frames_[i]) && i != frame_) continue;
            if (!first) row.x0 = canvas.text(row, "inlined into", theme.fonts.small, theme.muted) + theme.px(8);
            first = false;
            const std::string& file = frames_[i].file;
            const std::string text =
                fmt::format("{}  {}:{}", frames_[i].function, file.substr(file.rfind('/') + 1), frames_[i].line);
            const float width = canvas.width(text, theme.fonts.small) + theme.px(20);
            if (row.width() < theme.px(60)) return;
            Rect at = row.take_left(std::min(row.width(), width));
            at.y1 -= theme.px(3);
            row.take_left(theme.px(8));
            ImGui::PushID(static_cast<int>(i));
            if (button(theme, "frame", at, text, i == frame_)) choose_frame(i);
            ImGui::PopID();
        }
    }

    /// Brings a row of a list into the middle when another event is shown.
    void bring_into_view(const Theme& theme, std::size_t row, float height) const {
        if (follow_) ImGui::SetScrollY(theme.px(kLine) * (static_cast<float>(row) + 0.5F) - height / 2);
    }

    void draw_lines(const Context& context, Canvas& canvas, Rect area) const {
        const Theme& theme = context.theme;
        if (lines_.empty()) {
            const std::string file = frame_ < frames_.size() ? model::shown_file(frames_[frame_].file) : "";
            canvas.text(area,
                        file.empty() ? "the image does not tell which line this is"
                                     : file + " is not there, or is another one now",
                        theme.fonts.text, theme.muted);
            return;
        }
        const u32 here = frames_[frame_].line;
        if (model::changed_since(*event_.locations()[location_].image, frames_[frame_].file)) {
            canvas.text(area.take_top(theme.px(20)),
                        "the file has changed since the image was built: these may be other lines", theme.fonts.small,
                        theme.muted);
        }
        const ScrollArea scroll(theme, "lines", area);
        Canvas rows(theme);
        bring_into_view(theme, here - lines_.front().number, area.height());
        ImGuiListClipper clipper;
        clipper.Begin(static_cast<int>(lines_.size()), theme.px(kLine));
        while (clipper.Step()) {
            for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
                const model::SourceLine& line = lines_[static_cast<std::size_t>(i)];
                Rect row = next_row(theme, area.width() - theme.px(14));
                if (line.number == here) rows.fill(row, theme.select, theme.px(4));
                rows.text(row.take_left(theme.px(40)), fmt::format("{}", line.number), theme.fonts.mono, theme.faint,
                          Align::right);
                row.take_left(theme.px(12));
                rows.text(row, line.text, theme.fonts.mono, theme.text);
            }
        }
    }

    void draw_instructions(const Theme& theme, const Rect& area, const EventLocation& location) const {
        const ScrollArea scroll(theme, "instructions", area);
        Canvas rows(theme);
        bring_into_view(theme, *row_, area.height());
        ImGuiListClipper clipper;
        clipper.Begin(static_cast<int>(location.image->size()), theme.px(kLine));
        while (clipper.Step()) {
            for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
                draw_instruction(theme, rows, next_row(theme, area.width() - theme.px(14)), location,
                                 static_cast<std::size_t>(i));
            }
        }
    }

    void draw_instruction(const Theme& theme, Canvas& rows, Rect row, const EventLocation& location,
                          std::size_t number) const {
        const model::Image& image = *location.image;
        const model::Instruction instruction = image.at(number);
        const bool copy = std::find(location.either.begin(), location.either.end(), number) != location.either.end();
        if (location.row == number || copy) rows.fill(row, theme.select, theme.px(4));
        const std::string line = model::short_place(image, number);
        const bool new_line = number == 0 || line != model::short_place(image, number - 1);
        if (image.offset(number) == 0) rows.line(row.x0, row.y0, row.x1, row.y0, theme.border);
        rows.text(row.take_left(theme.px(92)), fmt::format("{:x}", instruction.address), theme.fonts.mono, theme.faint);
        const std::string right = image.offset(number) == 0 ? image.symbol(number) : new_line ? line : "";
        const float width = rows.width(right, theme.fonts.small) + theme.px(16);
        if (width < row.width() - rows.width(instruction.text, theme.fonts.mono)) {
            rows.text(row.take_right(width), right, theme.fonts.small, theme.muted, Align::right);
        }
        rows.text(row, instruction.text, theme.fonts.mono, theme.text);
    }

    static Rect next_row(const Theme& theme, float width) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        ImGui::SetCursorScreenPos({at.x, at.y + theme.px(kLine)});
        return {at.x, at.y, at.x + width, at.y + theme.px(kLine)};
    }

    SelectedLocations event_;
    model::EventIndex shown_event_ = model::kNoEvent;
    int shown_side_ = -1;
    std::size_t location_ = 0;
    std::optional<std::size_t> row_;
    std::vector<Frame> frames_;
    std::size_t frame_ = 0;
    std::vector<model::SourceLine> lines_;
    bool follow_ = false;  ///< the lists are to show the place
};

}  // namespace

std::unique_ptr<View> make_source_view() {
    return std::make_unique<SourceView>();
}

}  // namespace ws::view

// SPDX-License-Identifier: Apache-2.0
// How the start page looks.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/draw/whole_window.hpp"
#include "viewer/views/frame/start_page.hpp"

namespace ws::view {
namespace {

constexpr float kLine = 26;

/// 2026-11-28T10:37:37+00:00 as 2026-11-28 10:37.
std::string minute(const std::string& started) {
    if (started.size() < 16) return started;
    return started.substr(0, 10) + " " + started.substr(11, 5);
}

std::string size_text(u64 bytes) {
    if (bytes < 1024 * 1024) return fmt::format("{:.0f} KiB", static_cast<double>(bytes) / 1024);
    return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1024 * 1024));
}

std::string name_of(const model::RunInfo& run) {
    return fmt::format("{} \u00b7 {} \u00b7 {} CPU{}", run.design, run.guest, run.cpus, run.cpus == 1 ? "" : "s");
}

/// A button with the key that does the same; dead buttons are pale.
bool live_button(const Theme& theme, const char* id, const Rect& r, const std::string& text, bool live) {
    if (live) return button(theme, id, r, text);
    Canvas canvas(theme);
    canvas.frame(r, theme.border, 1, theme.px(5));
    canvas.text(r.inset(theme.px(4), 0), text, theme.fonts.small, theme.faint, Align::centre);
    return false;
}

}  // namespace

void StartPage::draw(const Theme& theme, const StartNews& news) {
    const WholeWindow window(theme);
    Canvas canvas(theme);
    Rect rest = window.area().inset(theme.px(24), theme.px(16));
    draw_title(theme, canvas, rest.take_top(theme.px(52)), news);
    if (!problem.empty()) {
        canvas.text(rest.take_top(theme.px(26)), problem, theme.fonts.text, theme.cause("trap_config").fill);
    }
    rest.take_top(theme.px(6));
    const Rect right = rest.take_right(std::clamp(rest.width() * 0.36F, theme.px(400), theme.px(620)));
    rest.take_right(theme.px(16));
    if (!tours_.empty()) {
        draw_tours(theme, rest.take_bottom(theme.px(48 + kLine * static_cast<float>(tours_.size()))));
        rest.take_bottom(theme.px(16));
    }
    draw_runs(theme, rest);
    draw_run_now(theme, right, news);
}

void StartPage::draw_title(const Theme& theme, Canvas& canvas, Rect row, const StartNews& news) {
    const float height = theme.px(28);
    Rect right{row.x0, (row.y0 + row.y1 - height) / 2, row.x1, (row.y0 + row.y1 + height) / 2};
    if (news.can_leave && button(theme, "leave", right.take_right(theme.px(110)), "back  Escape"))
        requests_.ask({Request::What::escape});
    row.x0 = canvas.text(row, "Worldswitch", theme.fonts.title, theme.text) + theme.px(20);
    row.x1 = right.x1;
    canvas.text(row, "what a switch between guest and hypervisor costs on each design, and why", theme.fonts.text,
                theme.muted);
}

void StartPage::draw_runs(const Theme& theme, const Rect& area) {
    Canvas canvas(theme);
    Rect inside = canvas.panel(area);
    const Rect note = canvas.heading(inside, "Runs");
    canvas.text(note, checkout_.runs().string() + ", newest first; others: drop their folders here", theme.fonts.small,
                theme.muted);
    draw_open(theme, canvas, inside.take_bottom(theme.px(34)));
    inside.take_bottom(theme.px(6));
    if (runs_.empty()) {
        canvas.text(inside.take_top(theme.px(26)), "none yet: make one on the right, or with scripts/ws run",
                    theme.fonts.text, theme.muted);
        return;
    }
    const ScrollArea scroll(theme, "runs", inside);
    Canvas rows(theme);
    const float line = theme.px(kLine);
    if (follow_) {
        const float y = line * static_cast<float>(at_);
        if (y < ImGui::GetScrollY() || y + line > ImGui::GetScrollY() + inside.height()) {
            ImGui::SetScrollY(y - inside.height() / 2);
        }
        follow_ = false;
    }
    for (std::size_t run = 0; run < runs_.size(); ++run) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        draw_run(theme, rows, {at.x, at.y, at.x + inside.width() - theme.px(12), at.y + line}, run);
        ImGui::SetCursorScreenPos({at.x, at.y + line});
    }
}

void StartPage::draw_run(const Theme& theme, Canvas& canvas, const Rect& line, std::size_t run) {
    const model::RunInfo& info = runs_[run];
    const auto marked = std::find(marked_.begin(), marked_.end(), run);
    ImGui::PushID(static_cast<int>(run));
    const bool over = hit_area("run", line);
    if (ImGui::IsItemClicked()) toggle(run);
    if (over && ImGui::IsMouseDoubleClicked(0)) {
        marked_ = {run};
        open();
    }
    ImGui::PopID();
    if (marked != marked_.end()) {
        canvas.fill(line, theme.select, theme.px(4));
    } else if (over) {
        canvas.fill(line, theme.hover, theme.px(4));
    }
    if (run == at_) canvas.frame(line, theme.border, 1, theme.px(4));
    Rect rest = line.inset(theme.px(6), 0);
    const Rect letter = rest.take_left(theme.px(24));
    if (marked != marked_.end()) {
        canvas.text(letter, std::string(1, static_cast<char>('A' + (marked - marked_.begin()) % 26)), theme.fonts.bold,
                    theme.text);
    }
    canvas.text(rest.take_right(theme.px(80)), size_text(info.bytes), theme.fonts.small, theme.muted, Align::right);
    canvas.text(rest.take_right(theme.px(150)), minute(info.started), theme.fonts.small, theme.muted, Align::right);
    canvas.text(rest.take_left(rest.width() * 0.44F), name_of(info) + " \u00b7 trace " + info.level, theme.fonts.text,
                theme.text);
    rest.take_left(theme.px(12));
    canvas.text(rest.take_left(rest.width() * 0.6F), info.folder.lexically_relative(checkout_.runs()).string(),
                theme.fonts.small, theme.muted);
    rest.take_left(theme.px(12));
    const bool bad = !info.success && !info.words.empty();
    canvas.text(rest, info.words.empty() ? "goes on, or was ended" : info.words, theme.fonts.small,
                bad ? theme.cause("trap_config").fill : theme.muted);
}

void StartPage::draw_tours(const Theme& theme, const Rect& area) {
    Canvas canvas(theme);
    Rect inside = canvas.panel(area);
    const Rect note = canvas.heading(inside, "Tours");
    canvas.text(note, "what to look at, what it means, and questions; a click opens the runs and begins",
                theme.fonts.small, theme.muted);
    for (std::size_t i = 0; i < tours_.size(); ++i) {
        const model::Tour& tour = tours_[i];
        const Rect line = inside.take_top(theme.px(kLine));
        ImGui::PushID(static_cast<int>(i));
        if (hit_area("tour", line)) canvas.fill(line, theme.hover, theme.px(4));
        if (ImGui::IsItemClicked()) take_tour(tour);
        ImGui::PopID();
        Rect rest = line.inset(theme.px(6), 0);
        const std::string runs = fmt::format("{} on {} and {}", tour.guest, tour.designs[0], tour.designs[1]);
        canvas.text(rest.take_right(canvas.width(runs, theme.fonts.small)), runs, theme.fonts.small, theme.muted,
                    Align::right);
        rest.take_right(theme.px(12));
        canvas.text(rest, tour.title, theme.fonts.text, theme.link);
    }
}

void StartPage::draw_open(const Theme& theme, Canvas& canvas, Rect row) {
    std::string text = marked_.size() > 1 ? "compare" : "open";
    if (button(theme, "demo", row.take_right(theme.px(250)), "the demo: hypercall on split and vhe  D")) demo();
    row.take_right(theme.px(10));
    if (live_button(theme, "open", row.take_left(theme.px(130)), text + "  Enter", !marked_.empty())) open();
    row.take_left(theme.px(12));
    canvas.text(row, marked_.empty() ? "click runs, or Up, Down and Space; the first is A, the second B" : "",
                theme.fonts.small, theme.muted);
}

void StartPage::draw_run_now(const Theme& theme, const Rect& area, const StartNews& news) {
    Canvas canvas(theme);
    Rect inside = canvas.panel(area);
    canvas.heading(inside, "Run now");
    draw_designs(theme, canvas, inside);
    inside.take_top(theme.px(8));
    Rect row = inside.take_bottom(inside.height() * 0.44F);
    draw_guests(theme, inside);
    row.take_top(theme.px(8));
    Rect buttons = row.take_top(theme.px(30));
    if (news.running) {
        if (button(theme, "cancel run", buttons.take_left(theme.px(130)), "cancel  Escape")) {
            requests_.ask({Request::What::escape});
        }
    } else if (live_button(theme, "run now", buttons.take_left(theme.px(130)), "run  R", !guests_.empty())) {
        run_now();
    }
    row.take_top(theme.px(8));
    if (news.printed == nullptr) return;
    const float line = theme.px(17);
    const auto room = static_cast<std::size_t>(std::max(0.0F, row.height() / line));
    const auto& lines = *news.printed;
    for (std::size_t i = lines.size() > room ? lines.size() - room : 0; i < lines.size(); ++i) {
        canvas.text(row.take_top(line), lines[i], theme.fonts.mono, theme.muted);
    }
}

void StartPage::draw_designs(const Theme& theme, Canvas& canvas, Rect& rest) {
    Rect row{};
    for (unsigned i = 0; i < std::size(kStartDesigns); ++i) {
        if (i == 0 || i == kOwnStartDesigns) {
            row = rest.take_top(theme.px(30));
            canvas.text(row.take_left(theme.px(64)), i == 0 ? "on" : "", theme.fonts.text, theme.muted);
        }
        const Rect place = row.take_left(theme.px(98));
        row.take_left(theme.px(8));
        if (button(theme, kStartDesigns[i], place.inset(0, theme.px(1)), fmt::format("{}  {}", kStartDesigns[i], i + 1),
                   designs_[i])) {
            toggle_design(i);
        }
    }
    for (const char* line : {"KVM and Xen are Debian's, fetched first (120 MB on disk);",
                             "what a run left can be seen when it has ended"}) {
        row = rest.take_top(theme.px(18));
        row.take_left(theme.px(64));
        canvas.text(row, line, theme.fonts.small, theme.muted);
    }
}

void StartPage::draw_guests(const Theme& theme, const Rect& area) {
    Canvas canvas(theme);
    if (guests_.empty()) {
        Rect rest = area;
        canvas.text(rest.take_top(theme.px(26)), "no guests are built: scripts/ws build --hyp", theme.fonts.text,
                    theme.muted);
        return;
    }
    Rect rest = area;
    Rect label = rest.take_left(theme.px(64));
    canvas.text(label.take_top(theme.px(kLine)), "guest", theme.fonts.text, theme.muted);
    const ScrollArea scroll(theme, "guests", rest);
    Canvas rows(theme);
    const float line = theme.px(kLine);
    for (std::size_t i = 0; i < guests_.size(); ++i) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const Rect place{at.x, at.y, at.x + rest.width() - theme.px(12), at.y + line};
        ImGui::PushID(static_cast<int>(i));
        const bool over = hit_area("guest", place);
        if (ImGui::IsItemClicked()) guest_ = i;
        ImGui::PopID();
        if (i == guest_) {
            rows.fill(place, theme.select, theme.px(4));
        } else if (over) {
            rows.fill(place, theme.hover, theme.px(4));
        }
        rows.text(place.inset(theme.px(8), 0), guests_[i], theme.fonts.text, theme.text);
        ImGui::SetCursorScreenPos({at.x, at.y + line});
    }
}

}  // namespace ws::view

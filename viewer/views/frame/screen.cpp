// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/frame/screen.hpp"

#include <algorithm>

#include "viewer/views/draw/floating_card.hpp"
#include "viewer/views/draw/whole_window.hpp"

namespace ws::view {
namespace {

/// One run alone has no causes, so it has the costs beside it.
bool shows_costs(const Context& context) { return context.state.shows_costs || !context.session.two(); }
bool shows_words(const Context& context) { return !shows_costs(context); }

}  // namespace

Screen::Screen() {
    views_.push_back({"top bar", &ScreenLayout::top, make_top_bar(), {}});
    views_.push_back({"operation bar", &ScreenLayout::operation, make_operation_bar(), {}});
    views_.push_back({"strips", &ScreenLayout::strips, make_strips_view(), {}});
    views_.push_back({"lanes", &ScreenLayout::lanes, make_lanes_view(), {}});
    views_.push_back({"go to", &ScreenLayout::lanes, make_go_to_field(), {}});
    views_.push_back({"note", &ScreenLayout::lanes, make_note_field(), {}});
    views_.push_back({"tour", &ScreenLayout::tour, make_tour_view(), {}});
    views_.push_back({"events", &ScreenLayout::events, make_event_list_view(), {}});
    views_.push_back({"event", &ScreenLayout::event, make_event_view(), {}});
    views_.push_back({"tabs", &ScreenLayout::tabs, make_tab_bar(), {}});
    views_.push_back({"why", &ScreenLayout::left, make_why_view(), Tab::why});
    views_.push_back({"in words", &ScreenLayout::right, make_causes_view(), Tab::why, shows_words});
    views_.push_back({"cost model", &ScreenLayout::right, make_cost_model_view(), Tab::why, shows_costs});
    views_.push_back({"operations", &ScreenLayout::left, make_comparison_view(), Tab::operations});
    views_.push_back({"ledger", &ScreenLayout::right, make_ledger_view(), Tab::operations});
    views_.push_back({"registers", &ScreenLayout::whole, make_registers_view(), Tab::registers});
    views_.push_back({"machine", &ScreenLayout::whole, make_machine_view(), Tab::machine});
    views_.push_back({"find", &ScreenLayout::whole, make_find_view(), Tab::find});
    views_.push_back({"statistics", &ScreenLayout::whole, make_statistics_view(), Tab::statistics});
    views_.push_back({"source", &ScreenLayout::whole, make_source_view(), Tab::source});
}

void Screen::draw(const Context& context, std::string* texts) {
    const WholeWindow window(context.theme);
    if (texts != nullptr) ImGui::LogToClipboard();  // which without a window is no one else's
    if (const std::string problem = context.state.notes.refresh(); !problem.empty()) context.state.notice = problem;
    context.state.next_under_mouse = {};
    const ScreenLayout layout = make_screen_layout(context, window.area());
    for (const Placed& placed : views_) {
        const Rect& area = layout.*placed.place;
        if (area.width() < 8 || area.height() < 8) continue;
        if (placed.tab && *placed.tab != context.state.tab) continue;
        // Of two views for one place, texts are wanted of both.
        if (placed.shown != nullptr && !placed.shown(context) && texts == nullptr) continue;
        ImGui::LogText("\n[%s]\n", placed.name);
        ImGui::PushID(placed.view.get());
        placed.view->draw(context, area);
        ImGui::PopID();
    }
    move_borders(context, layout);
    context.state.under_mouse = context.state.next_under_mouse;
    context.state.note_look();
    context.state.close_lists = false;
    if (texts != nullptr) {
        ImGui::LogFinish();
        const char* all = ImGui::GetClipboardText();
        *texts = all != nullptr ? all : "";
    }
    draw_notice(context);
}

void Screen::draw_notice(const Context& context) {
    const State& state = context.state;
    if (state.notice.empty()) return;
    const Theme& theme = context.theme;
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    ImGui::SetNextWindowSizeConstraints({0, 0}, {std::min(theme.px(760), size.x - theme.px(32)), size.y});
    const FloatingCard card(theme, "notice", {size.x - theme.px(16), theme.px(60)});
    ImGui::PushTextWrapPos(theme.px(720));
    ImGui::TextUnformatted(state.notice.c_str());
    ImGui::PushStyleColor(ImGuiCol_Text, theme.muted);
    ImGui::TextUnformatted("Escape puts this away.");
    ImGui::PopStyleColor();
    ImGui::PopTextWrapPos();
}

}  // namespace ws::view

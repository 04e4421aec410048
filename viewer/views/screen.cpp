// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/screen.hpp"

#include <algorithm>

#include "viewer/views/floating_card.hpp"
#include "viewer/views/whole_window.hpp"

namespace ws::view {

Screen::Screen() {
    views_.push_back({"top bar", Place::top, make_top_bar(), {}});
    views_.push_back({"operation bar", Place::operation, make_operation_bar(), {}});
    views_.push_back({"strips", Place::strips, make_strips_view(), {}});
    views_.push_back({"lanes", Place::lanes, make_lanes_view(), {}});
    views_.push_back({"go to", Place::lanes, make_go_to_field(), {}});
    views_.push_back({"note", Place::lanes, make_note_field(), {}});
    views_.push_back({"tour", Place::tour, make_tour_view(), {}});
    views_.push_back({"events", Place::events, make_event_list_view(), {}});
    views_.push_back({"event", Place::event, make_event_view(), {}});
    views_.push_back({"tabs", Place::tabs, make_tab_bar(), {}});
    views_.push_back({"why", Place::left, make_why_view(), Tab::why});
    views_.push_back({"cost model", Place::right, make_cost_model_view(), Tab::why});
    views_.push_back({"operations", Place::left, make_comparison_view(), Tab::operations});
    views_.push_back({"ledger", Place::right, make_ledger_view(), Tab::operations});
    views_.push_back({"registers", Place::whole, make_registers_view(), Tab::registers});
    views_.push_back({"machine", Place::whole, make_machine_view(), Tab::machine});
    views_.push_back({"find", Place::whole, make_find_view(), Tab::find});
    views_.push_back({"statistics", Place::whole, make_statistics_view(), Tab::statistics});
    views_.push_back({"source", Place::whole, make_source_view(), Tab::source});
}

namespace {

/// A tour has the place of the list of events, and in a small window that of the event, too: its text is to be read.
float tour_height(const Context& context, float room) {
    if (!context.state.tour) return 0;
    const float wanted = std::max(context.theme.px(400), room * 0.62F);
    const float least_event = context.theme.px(170);
    return room - wanted < least_event ? room : wanted;
}

}  // namespace

Rect Screen::rect_of(Place place, const Context& context, const Rect& screen) {
    const Theme& theme = context.theme;
    const float gap = theme.px(12);
    Rect rest = screen.inset(theme.px(16), theme.px(8));
    const auto runs = static_cast<float>(context.session.count());
    const Rect top = rest.take_top(theme.px(44));
    const Rect operation = rest.take_top(theme.px(40));
    rest.take_top(theme.px(4));
    const Rect strips =
        rest.take_top(std::clamp(rest.height() * 0.27F, theme.px(96 + 62 * runs), theme.px(100 + 80 * runs)));
    rest.take_top(gap);
    Rect right = rest.take_right(std::clamp(rest.width() * 0.30F, theme.px(360), theme.px(560)));
    rest.take_right(gap);
    float groups = 0;  // of lanes: one for each CPU
    for (int side = 0; side < context.session.count(); ++side) {
        groups += static_cast<float>(context.session.run(side).trace.cpus());
    }
    // Several CPUs need room, but half of it is for what is below.
    const float share = groups > runs ? 0.54F : 0.42F;
    const Rect lanes =
        rest.take_top(std::clamp(rest.height() * share, theme.px(60 + 84 * runs), theme.px(70 + 130 * groups)) +
                      theme.px(11 * runs + 4));  // for the whole runs
    rest.take_top(theme.px(8));
    const Rect tabs = rest.take_top(theme.px(26));
    rest.take_top(theme.px(6));
    const Rect whole = rest;
    const Rect right_part = rest.take_right(std::clamp(rest.width() * 0.36F, theme.px(300), theme.px(440)));
    rest.take_right(gap);
    const Rect tour = right.take_top(tour_height(context, right.height()));
    if (context.state.tour) right.take_top(gap);
    const Rect events = right.take_top(context.state.tour ? 0 : right.height() * 0.42F);
    if (!context.state.tour) right.take_top(gap);
    switch (place) {
        case Place::top:
            return top;
        case Place::operation:
            return operation;
        case Place::strips:
            return strips;
        case Place::lanes:
            return lanes;
        case Place::tour:
            return tour;
        case Place::events:
            return events;
        case Place::event:
            return right;
        case Place::tabs:
            return tabs;
        case Place::whole:
            return whole;
        case Place::left:
            return rest;
        case Place::right:
            return right_part;
    }
    return rest;
}

void Screen::draw(const Context& context, std::string* texts) {
    const WholeWindow window(context.theme);
    if (texts != nullptr) ImGui::LogToClipboard();  // which without a window is no one else's
    if (const std::string problem = context.state.notes.refresh(); !problem.empty()) context.state.notice = problem;
    context.state.next_hot_cause.clear();
    context.state.next_pointed = {};
    const Rect screen = window.area();
    for (const Placed& placed : views_) {
        const Rect area = rect_of(placed.place, context, screen);
        if (area.width() < 8 || area.height() < 8) continue;
        if (placed.tab && *placed.tab != context.state.tab) continue;
        ImGui::LogText("\n[%s]\n", placed.name);
        ImGui::PushID(placed.view.get());
        placed.view->draw(context, area);
        ImGui::PopID();
    }
    context.state.hot_cause = context.state.next_hot_cause;
    context.state.pointed = context.state.next_pointed;
    context.state.note_look();
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

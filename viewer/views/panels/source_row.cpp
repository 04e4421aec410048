// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/panels/source_row.hpp"

namespace ws::view {

bool SelectedLocations::look(const Context& context) {
    const State& state = context.state;
    const model::EventLocations* all = context.session.locations(state.selection.side());
    if (all == nullptr) return false;
    if (event_ == state.selection.event() && side_ == state.selection.side()) return true;
    event_ = state.selection.event();
    side_ = state.selection.side();
    locations_ = all->of(event_);
    commands_ = model::debug_commands(*all, locations_, event_);
    return true;
}

std::string location_text(const model::EventLocation& location) {
    if (location.row)
        return model::short_place(*location.image, *location.row) + " \u00b7 " + location.image->at(*location.row).text;
    if (model::one_line_of(location))
        return model::short_place(*location.image, location.either.front()) + " \u00b7 " + location.problem;
    return location.problem;
}

void copied_text(const Context& context, const Rect& row, const char* id, const std::string& text,
                 const std::string& shown) {
    const Theme& theme = context.theme;
    Canvas canvas(theme);
    const bool over = hit_area(id, row);
    if (ImGui::IsItemClicked()) {
        ImGui::SetClipboardText(text.c_str());
        context.state.copied = text;
    }
    if (over) {
        canvas.fill(row, theme.hover, theme.px(4));
        Tooltip tip(theme);
        tip.title(text);
        tip.note(context.state.copied == text ? "copied" : "click to copy");
    }
    if (!shown.empty()) {
        canvas.frame(row.inset(0, theme.px(1)), theme.border, 1, theme.px(4));
        canvas.text(row, shown, theme.fonts.small, theme.text, Align::centre);
        return;
    }
    canvas.text(row, text, theme.fonts.mono, theme.text);
}

}  // namespace ws::view

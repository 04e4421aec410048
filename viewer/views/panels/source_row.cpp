// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/panels/source_row.hpp"

namespace ws::view {

bool EventPlaces::look(const Context& context) {
    const State& state = context.state;
    const model::Places* all = context.session.places(state.side());
    if (all == nullptr) return false;
    if (event_ == state.event() && side_ == state.side()) return true;
    event_ = state.event();
    side_ = state.side();
    places_ = all->of(event_);
    commands_ = model::debug_commands(*all, places_, event_);
    return true;
}

std::string place_text(const model::Place& place) {
    if (place.row) return model::short_place(*place.image, *place.row) + " \u00b7 " + place.image->at(*place.row).text;
    if (model::one_line_of(place))
        return model::short_place(*place.image, place.either.front()) + " \u00b7 " + place.problem;
    return place.problem;
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

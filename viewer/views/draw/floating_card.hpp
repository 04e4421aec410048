// SPDX-License-Identifier: Apache-2.0
// A card that floats over the window at its right edge, as large as what is in it: what is drawn while this lives goes
// there.
#pragma once

#include "viewer/views/draw/theme.hpp"

namespace ws::view {

class FloatingCard {
  public:
    FloatingCard(const Theme& theme, const char* name, ImVec2 top_right) {
        const ImGuiWindowFlags flags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_AlwaysAutoResize |
                                       ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoFocusOnAppearing |
                                       ImGuiWindowFlags_NoNav;
        ImGui::SetNextWindowPos(top_right, ImGuiCond_Always, {1, 0});
        ImGui::PushStyleColor(ImGuiCol_WindowBg, theme.panel);
        ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
        ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(theme.px(16), theme.px(14)));
        ImGui::Begin(name, nullptr, flags);
    }
    ~FloatingCard() {
        ImGui::End();
        ImGui::PopStyleVar(2);
        ImGui::PopStyleColor();
    }
    FloatingCard(const FloatingCard&) = delete;
    FloatingCard& operator=(const FloatingCard&) = delete;
};

}  // namespace ws::view

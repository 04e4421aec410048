// SPDX-License-Identifier: Apache-2.0
// ImGui's window that is as large as ours: what is drawn while this lives goes there.
#pragma once

#include "viewer/views/draw/canvas.hpp"

namespace ws::view {

class WholeWindow {
  public:
    explicit WholeWindow(const Theme& theme) {
        size_ = ImGui::GetIO().DisplaySize;
        ImGui::SetNextWindowPos({0, 0});
        ImGui::SetNextWindowSize(size_);
        const ImGuiWindowFlags flags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                       ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                                       ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoNav;
        ImGui::PushFont(theme.fonts.text);
        ImGui::Begin("Worldswitch", nullptr, flags);
    }
    ~WholeWindow() {
        ImGui::End();
        ImGui::PopFont();
    }
    WholeWindow(const WholeWindow&) = delete;
    WholeWindow& operator=(const WholeWindow&) = delete;

    Rect area() const { return {0, 0, size_.x, size_.y}; }

  private:
    ImVec2 size_;
};

}  // namespace ws::view

// SPDX-License-Identifier: Apache-2.0
#include "viewer/app/gui.hpp"

namespace ws::app {

Gui::Gui(bool dark, float scale) : theme_(dark, scale) {
    IMGUI_CHECKVERSION();
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr;
    ImGui::GetIO().LogFilename = nullptr;
    // From version 1.87 on ImGui takes one press or release a frame, so a double click is four frames: more than its
    // 0.3 s where frames are drawn by a busy CPU. Half a second is what desktops allow.
    ImGui::GetIO().MouseDoubleClickTime = 0.5F;
    theme_.fonts = view::load_fonts(theme_.scale);
    theme_.apply();
}

Gui::~Gui() { ImGui::DestroyContext(); }

void Gui::set_dark(bool dark) {
    if (theme_.dark == dark) return;
    const view::Fonts fonts = theme_.fonts;
    theme_ = view::Theme(dark, theme_.scale);
    theme_.fonts = fonts;
    theme_.apply();
}

}  // namespace ws::app

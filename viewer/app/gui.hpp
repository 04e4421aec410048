// SPDX-License-Identifier: Apache-2.0
// ImGui's context, its fonts and the look: one for a window or a picture.
#pragma once

#include "viewer/views/draw/theme.hpp"

namespace ws::app {

class Gui {
  public:
    Gui(bool dark, float scale);
    ~Gui();
    Gui(const Gui&) = delete;
    Gui& operator=(const Gui&) = delete;

    const view::Theme& theme() const { return theme_; }
    void set_dark(bool dark);

  private:
    view::Theme theme_;
};

}  // namespace ws::app

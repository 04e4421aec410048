// SPDX-License-Identifier: Apache-2.0
// The whole picture: the list of views, each in its place of the layout.
#pragma once

#include "viewer/views/frame/screen_layout.hpp"

namespace ws::view {

class Screen {
  public:
    Screen();
    /// Draws one frame over the whole display; ImGui::NewFrame was called before.
    /// `texts` gets all that the views write, each under a line with the view's name in brackets; rows that are
    /// scrolled out of sight are among them. It goes over ImGui's clipboard: for frames without a window alone.
    void draw(const Context& context, std::string* texts = nullptr);

  private:
    struct Placed {
        const char* name;
        Rect ScreenLayout::* place;
        std::unique_ptr<View> view;
        std::optional<Tab> tab;                           ///< drawn in this tab alone
        bool (*shown)(const Context& context) = nullptr;  ///< drawn only if it says so; null: always
    };
    static void draw_notice(const Context& context);

    std::vector<Placed> views_;
};

}  // namespace ws::view

// SPDX-License-Identifier: Apache-2.0
// The whole picture: the list of views and the place of each.
#pragma once

#include "viewer/views/view.hpp"

namespace ws::view {

class Screen {
  public:
    Screen();
    /// Draws one frame over the whole display; ImGui::NewFrame was called before.
    /// `texts` gets all that the views write, each under a line with the view's name in brackets; rows that are scrolled
    /// out of sight are among them. It goes over ImGui's clipboard: for frames without a window alone.
    void draw(const Context& context, std::string* texts = nullptr);

  private:
    /// Where a view is, for a screen of a given size. The last three are of the tabs: all of their room, its left and its
    /// right part.
    enum class Place { top, operation, strips, lanes, tour, events, event, tabs, whole, left, right };
    struct Placed {
        const char* name;
        Place place;
        std::unique_ptr<View> view;
        std::optional<Tab> tab;  ///< drawn in this tab alone
    };
    static void draw_notice(const Context& context);
    static Rect rect_of(Place place, const Context& context, const Rect& screen);

    std::vector<Placed> views_;
};

}  // namespace ws::view

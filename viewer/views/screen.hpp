// SPDX-License-Identifier: Apache-2.0
// The whole picture: the list of views and the place of each.
#pragma once

#include "viewer/views/view.hpp"

namespace ws::view {

class Screen {
  public:
    Screen();
    /// Draws one frame over the whole display; ImGui::NewFrame was called before.
    void draw(const Context& context);

  private:
    /// Where a view is, for a screen of a given size. The last three are of the tabs: all of their room, its left and its
    /// right part.
    enum class Place { top, operation, strips, lanes, events, event, tabs, whole, left, right };
    struct Placed {
        Place place;
        std::unique_ptr<View> view;
        std::optional<Tab> tab;  ///< drawn in this tab alone
    };
    static Rect rect_of(Place place, const Context& context, const Rect& screen);

    std::vector<Placed> views_;
};

}  // namespace ws::view

// SPDX-License-Identifier: Apache-2.0
// Where each view is on the screen, and the two borders between them that one can move.
#pragma once

#include "viewer/views/shared/view.hpp"

namespace ws::view {

struct ScreenLayout {
    Rect top;
    Rect operation;
    Rect strips;
    Rect lanes;
    Rect tour;  ///< empty where none is taken
    Rect events;
    Rect event;
    Rect tabs;
    Rect whole;  ///< below the tabs: all of it, its left and its right part
    Rect left;
    Rect right;

    Rect room;    ///< all below the strips, which the borders divide
    Rect across;  ///< the border between the time line and what is below it
    Rect along;   ///< the border between those and the events
};

/// Takes the borders where the person wants them, as far as there is room, and tells the state where they are.
ScreenLayout make_screen_layout(const Context& context, const Rect& screen);

/// Lets the mouse move the borders; a double click puts one back to where it was of itself.
void move_borders(const Context& context, const ScreenLayout& layout);

}  // namespace ws::view

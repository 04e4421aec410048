// SPDX-License-Identifier: Apache-2.0
// The whole of each run in a strip, and in it the stretch that the time line shows, which can be dragged.
#pragma once

#include "viewer/model/trace/overview.hpp"
#include "viewer/views/shared/view.hpp"

namespace ws::view {

class Minimap {
  public:
    static float height(const Context& context);
    /// A row for each run; `gutter` is for their names.
    void draw(const Context& context, const Rect& area, float gutter);

  private:
    void draw_run(const Context& context, Canvas& canvas, const Rect& row, int side);
    static void draw_columns(const Context& context, Canvas& canvas, const Rect& used, const model::Overview& overview);
    void drag(const Context& context, const Rect& row, int side, double per_pixel);

    std::vector<model::Overview> overviews_;  ///< by run; made anew when the width is another one
    float width_ = 0;
    double grip_ = 0;  ///< where in the window the mouse holds it
};

}  // namespace ws::view

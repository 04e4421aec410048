// SPDX-License-Identifier: Apache-2.0
// Drawing in pixels: rectangles, text that is never cut off, panels, tooltips.
#pragma once

#include <string>
#include <vector>

#include "viewer/views/draw/theme.hpp"

namespace ws::view {

struct Rect {
    float x0, y0, x1, y1;

    float width() const { return x1 - x0; }
    float height() const { return y1 - y0; }
    bool contains(ImVec2 p) const { return p.x >= x0 && p.x < x1 && p.y >= y0 && p.y < y1; }
    Rect inset(float by) const { return {x0 + by, y0 + by, x1 - by, y1 - by}; }
    Rect inset(float dx, float dy) const { return {x0 + dx, y0 + dy, x1 - dx, y1 - dy}; }
    /// Takes a part off this rectangle.
    Rect take_top(float height);
    Rect take_bottom(float height);
    Rect take_left(float width);
    Rect take_right(float width);
};

enum class Align { left, centre, right };

class Canvas {
  public:
    explicit Canvas(const Theme& theme) : theme_(theme), list_(ImGui::GetWindowDrawList()) {}

    void fill(const Rect& r, ImU32 colour, float rounding = 0);
    void frame(const Rect& r, ImU32 colour, float thickness = 1, float rounding = 0);
    void line(float x0, float y0, float x1, float y1, ImU32 colour, float thickness = 1);
    /// A rectangle in a cause's colour, hatched if it shares the colour.
    void cause(const Rect& r, const CausePaint& paint, float opacity = 1);
    void triangle(ImVec2 a, ImVec2 b, ImVec2 c, ImU32 colour);
    /// A square on its corner; `half` from its middle to each of them.
    void diamond(ImVec2 middle, float half, ImU32 colour);

    /// One line of text in the middle of the height of `r`; what does not fit ends with an ellipsis.
    /// Returns where the text ends.
    float text(const Rect& r, const std::string& text, ImFont* font, ImU32 colour, Align align = Align::left);
    float width(const std::string& text, ImFont* font) const;
    /// Words on as many lines as they need and the rectangle has room for. False, and nothing drawn, if they do not
    /// fit.
    bool wrapped(const Rect& r, const std::string& text, ImFont* font, ImU32 colour);

    /// The same words cut into lines of at most this width; a word that is wider has a line of its own.
    std::vector<std::string> lines(const std::string& text, ImFont* font, float width) const;

    /// A panel's ground; returns what is inside of its margins.
    Rect panel(const Rect& area);
    /// A heading at the top of `inside`, which becomes what is below. Returns the rest of its line, for a note or
    /// buttons.
    Rect heading(Rect& inside, const std::string& text);

    ImDrawList& list() { return *list_; }

  private:
    std::string fitted(const std::string& text, ImFont* font, float width) const;

    const Theme& theme_;
    ImDrawList* list_;
};

/// A tooltip of lines: the first is its title.
class Tooltip {
  public:
    explicit Tooltip(const Theme& theme);
    ~Tooltip();
    Tooltip(const Tooltip&) = delete;
    Tooltip& operator=(const Tooltip&) = delete;
    void title(const std::string& text);
    void text(const std::string& text);
    void note(const std::string& text);

  private:
    const Theme& theme_;
};

/// A region that takes clicks and hovering. True while the mouse is over it.
bool hit_area(const char* id, const Rect& r);
/// A button with text; true when pressed.
bool button(const Theme& theme, const char* id, const Rect& r, const std::string& text, bool on = false);

/// A rectangle of the screen with its own scrolling; where there is more above or below, it fades.
class ScrollArea {
  public:
    ScrollArea(const Theme& theme, const char* id, const Rect& r);
    ~ScrollArea();
    ScrollArea(const ScrollArea&) = delete;
    ScrollArea& operator=(const ScrollArea&) = delete;

  private:
    const Theme& theme_;
    Rect rect_;
};

}  // namespace ws::view

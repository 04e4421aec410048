// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/draw/canvas.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <vector>

namespace ws::view {

Rect Rect::take_top(float height) {
    const Rect part{x0, y0, x1, std::min(y0 + height, y1)};
    y0 = part.y1;
    return part;
}

Rect Rect::take_bottom(float height) {
    const Rect part{x0, std::max(y1 - height, y0), x1, y1};
    y1 = part.y0;
    return part;
}

Rect Rect::take_left(float width) {
    const Rect part{x0, y0, std::min(x0 + width, x1), y1};
    x0 = part.x1;
    return part;
}

Rect Rect::take_right(float width) {
    const Rect part{std::max(x1 - width, x0), y0, x1, y1};
    x1 = part.x0;
    return part;
}

void Canvas::fill(const Rect& r, ImU32 colour, float rounding) {
    list_->AddRectFilled({r.x0, r.y0}, {r.x1, r.y1}, colour, rounding);
}

void Canvas::frame(const Rect& r, ImU32 colour, float thickness, float rounding) {
    list_->AddRect({r.x0, r.y0}, {r.x1, r.y1}, colour, rounding, 0, thickness);
}

void Canvas::line(float x0, float y0, float x1, float y1, ImU32 colour, float thickness) {
    list_->AddLine({x0, y0}, {x1, y1}, colour, thickness);
}

void Canvas::triangle(ImVec2 a, ImVec2 b, ImVec2 c, ImU32 colour) {
    list_->AddTriangleFilled(a, b, c, colour);
}

void Canvas::diamond(ImVec2 middle, float half, ImU32 colour) {
    const auto [x, y] = middle;
    list_->AddQuadFilled({x, y - half}, {x + half, y}, {x, y + half}, {x - half, y}, colour);
}

void Canvas::cause(const Rect& r, const CausePaint& paint, float opacity) {
    fill(r, faded(paint.fill, opacity));
    if (!paint.hatched || r.width() < theme_.px(4)) return;
    // The lines x + y = c, cut to the rectangle. The grid is that of the screen, so neighbours join.
    const float step = theme_.px(6);
    const float first = std::floor((r.x0 + r.y0) / step) * step + step;
    for (float c = first; c < r.x1 + r.y1; c += step) {
        const float left = std::max(r.x0, c - r.y1);
        const float right = std::min(r.x1, c - r.y0);
        if (right > left) line(left, c - left, right, c - right, faded(paint.hatch, opacity), theme_.px(1.4F));
    }
}

float Canvas::width(const std::string& text, ImFont* font) const {
    return font->CalcTextSizeA(font->FontSize, 1e9F, 0, text.data(), text.data() + text.size()).x;
}

std::string Canvas::fitted(const std::string& text, ImFont* font, float room) const {
    if (width(text, font) <= room) return text;
    static const std::string kEllipsis = "\u2026";
    std::string shorter = text;
    while (!shorter.empty()) {
        while (!shorter.empty() && (static_cast<unsigned char>(shorter.back()) & 0xc0) == 0x80) shorter.pop_back();
        if (!shorter.empty()) shorter.pop_back();
        if (width(shorter + kEllipsis, font) <= room) return shorter + kEllipsis;
    }
    return {};
}

float Canvas::text(const Rect& r, const std::string& full, ImFont* font, ImU32 colour, Align align) {
    const std::string shown = fitted(full, font, r.width() + 0.5F);
    if (shown.empty()) return r.x0;
    const float size = width(shown, font);
    float x = r.x0;
    if (align == Align::right) x = r.x1 - size;
    if (align == Align::centre) x = (r.x0 + r.x1 - size) / 2;
    x = std::floor(x + 0.5F);
    const float y = std::floor((r.y0 + r.y1 - font->FontSize) / 2 + 0.5F);
    list_->AddText(font, font->FontSize, {x, y}, colour, shown.data(), shown.data() + shown.size());
    ImGui::LogText("\n%s\n", shown.c_str());  // for Screen::draw's texts; else it does nothing
    return x + size;
}

std::vector<std::string> Canvas::lines(const std::string& all, ImFont* font, float room) const {
    std::vector<std::string> result;
    std::istringstream stream(all);
    for (std::string word; stream >> word;) {
        if (!result.empty() && width(result.back() + " " + word, font) <= room) {
            result.back() += " " + word;
        } else {
            result.push_back(word);
        }
    }
    return result;
}

bool Canvas::wrapped(const Rect& r, const std::string& all, ImFont* font, ImU32 colour) {
    const std::vector<std::string> parts = lines(all, font, r.width());
    for (const std::string& one : parts) {
        if (width(one, font) > r.width()) return false;
    }
    const float height = std::floor(font->FontSize * 1.1F);
    const float total = height * static_cast<float>(parts.size());
    if (total > r.height()) return false;
    float y = (r.y0 + r.y1 - total) / 2;
    for (const std::string& one : parts) {
        text({r.x0, y, r.x1, y + height}, one, font, colour, Align::centre);
        y += height;
    }
    return true;
}

Rect Canvas::panel(const Rect& area) {
    fill(area, theme_.panel, theme_.px(8));
    frame(area, theme_.border, 1, theme_.px(8));
    return area.inset(theme_.px(14), theme_.px(10));
}

Rect Canvas::heading(Rect& inside, const std::string& name) {
    Rect row = inside.take_top(theme_.px(24));
    row.x0 = text(row, name, theme_.fonts.bold, theme_.text) + theme_.px(14);
    inside.take_top(theme_.px(4));
    return row;
}

Tooltip::Tooltip(const Theme& theme) : theme_(theme) {
    // A list that it is of may have none of its own.
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {theme.px(10), theme.px(8)});
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {theme.px(8), theme.px(4)});
    ImGui::BeginTooltip();
    ImGui::PushTextWrapPos(theme.px(420));
}

Tooltip::~Tooltip() {
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
    ImGui::PopStyleVar(2);
}

void Tooltip::title(const std::string& text) {
    ImGui::PushFont(theme_.fonts.bold);
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
    ImGui::PopFont();
}

void Tooltip::text(const std::string& text) {
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
}

void Tooltip::note(const std::string& text) {
    ImGui::PushFont(theme_.fonts.small);
    ImGui::PushStyleColor(ImGuiCol_Text, theme_.muted);
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
    ImGui::PopStyleColor();
    ImGui::PopFont();
}

bool hit_area(const char* id, const Rect& r) {
    ImGui::SetCursorScreenPos({r.x0, r.y0});
    ImGui::InvisibleButton(id, {std::max(1.0F, r.width()), std::max(1.0F, r.height())});
    return ImGui::IsItemHovered();
}

bool button(const Theme& theme, const char* id, const Rect& r, const std::string& text, bool on) {
    const bool over = hit_area(id, r);
    const bool pressed = ImGui::IsItemClicked();
    Canvas canvas(theme);
    canvas.fill(r, on ? theme.select : over ? theme.hover : theme.panel, theme.px(5));
    canvas.frame(r, theme.border, 1, theme.px(5));
    canvas.text(r.inset(theme.px(4), 0), text, theme.fonts.small, theme.text, Align::centre);
    return pressed;
}

ScrollArea::ScrollArea(const Theme& theme, const char* id, const Rect& r) : theme_(theme), rect_(r) {
    ImGui::SetCursorScreenPos({r.x0, r.y0});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
    ImGui::BeginChild(id, {std::max(1.0F, r.width()), std::max(1.0F, r.height())}, false);
}

ScrollArea::~ScrollArea() {
    ImGui::Dummy({1, 1});  // the cursor was moved by hand: this tells ImGui how far the content goes
    const float fade = theme_.px(26);
    const float right = rect_.x1 - (ImGui::GetScrollMaxY() > 0 ? ImGui::GetStyle().ScrollbarSize : 0);
    const ImU32 clear = theme_.panel & ~IM_COL32_A_MASK;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (ImGui::GetScrollY() < ImGui::GetScrollMaxY() - 1) {
        list.AddRectFilledMultiColor({rect_.x0, rect_.y1 - fade}, {right, rect_.y1}, clear, clear, theme_.panel,
                                     theme_.panel);
    }
    if (ImGui::GetScrollY() > 1) {
        list.AddRectFilledMultiColor({rect_.x0, rect_.y0}, {right, rect_.y0 + fade}, theme_.panel, theme_.panel, clear,
                                     clear);
    }
    ImGui::EndChild();
    ImGui::PopStyleVar(2);
}

}  // namespace ws::view

// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/draw/flowing_text.hpp"

namespace ws::view {
namespace {

constexpr float kLineSpacing = 1.28F;  // of the font's size
constexpr float kAfterParagraph = 7;

}  // namespace

void FlowingText::write(const std::string& words, ImFont* font, ImU32 colour) {
    const float height = font->FontSize * kLineSpacing;
    for (const std::string& text : canvas_.lines(words, font, place_.width())) {
        canvas_.text({place_.x0, place_.y0, place_.x1, place_.y0 + height}, text, font, colour);
        place_.y0 += height;
    }
    space(kAfterParagraph);
}

void FlowingText::write_all(const std::vector<std::string>& paragraphs, ImFont* font, ImU32 colour) {
    for (const std::string& paragraph : paragraphs) write(paragraph, font, colour);
}

void FlowingText::space(float pixels) {
    place_.y0 += theme_.px(pixels);
    ImGui::SetCursorScreenPos({place_.x0, place_.y0});
}

void FlowingText::line() {
    canvas_.line(place_.x0, place_.y0, place_.x1, place_.y0, theme_.border);
    space(kAfterParagraph);
}

Rect FlowingText::take(float height) { return place_.take_top(height); }

}  // namespace ws::view

// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/draw/theme.hpp"

#include <cmath>
#include <iterator>

#include "viewer/model/explain/palette.hpp"

namespace ws::view {
namespace {

constexpr ImU32 rgb(unsigned hex) {
    return IM_COL32((hex >> 16) & 0xff, (hex >> 8) & 0xff, hex & 0xff, 0xff);
}

ImVec4 as_vec4(ImU32 colour) {
    return ImGui::ColorConvertU32ToFloat4(colour);
}

}  // namespace

ImU32 faded(ImU32 colour, float opacity) {
    const auto alpha = static_cast<ImU32>(static_cast<float>(colour >> IM_COL32_A_SHIFT) * opacity + 0.5F);
    return (colour & ~IM_COL32_A_MASK) | (alpha << IM_COL32_A_SHIFT);
}

Theme::Theme(bool is_dark, float ui_scale) : dark(is_dark), scale(ui_scale) {
    background = rgb(dark ? 0x15181d : 0xeef0f3);
    panel = rgb(dark ? 0x1e2229 : 0xffffff);
    border = rgb(dark ? 0x323842 : 0xd9dde3);
    text = rgb(dark ? 0xe8eaee : 0x1b1f26);
    muted = rgb(dark ? 0xa2a9b5 : 0x586070);
    faint = rgb(dark ? 0x6b7482 : 0x98a0ad);
    grid = rgb(dark ? 0x2c323b : 0xe6e9ee);
    band = rgb(dark ? 0x4a5361 : 0xc5ccd6);
    select = rgb(dark ? 0x2f4a66 : 0xd3e6f7);
    hover = rgb(dark ? 0x2a303a : 0xf0f4f8);
    link = rgb(dark ? 0x7cc4f2 : 0x0a5c94);
}

float Theme::px(float length) const {
    return std::floor(length * scale + 0.5F);
}

CausePaint Theme::cause(const std::string& name) const {
    for (const model::CauseColour& row : model::kCauseColours) {
        if (name == row.cause) {
            return {rgb(row.colour), row.light ? rgb(0x14171c) : rgb(0xffffff), IM_COL32(255, 255, 255, 150),
                    row.hatched};
        }
    }
    if (name == "transitions") {  // Okabe and Ito's black; on a dark ground its opposite
        return CausePaint{rgb(model::kTransitionColour[dark]), rgb(dark ? 0x14171c : 0xffffff), 0, false};
    }
    return {rgb(model::kOtherColour[dark]), rgb(dark ? 0xffffff : 0x14171c), IM_COL32(255, 255, 255, dark ? 60 : 130),
            true};
}

ImU32 Theme::owner(unsigned number) const {
    static constexpr unsigned kPale[] = {0xbfdcf2, 0xf8dcae, 0xc6e7cd, 0xeccbe0,
                                         0xd6d3f3, 0xf2eca8, 0xc4e8ea, 0xe6d5c6};
    static constexpr unsigned kDeep[] = {0x2d5574, 0x6e5220, 0x2b5e3d, 0x6a3f5a,
                                         0x484284, 0x5f5a1c, 0x24585c, 0x5d4a38};
    static_assert(std::size(kPale) == std::size(kDeep));
    const std::size_t place = (number - 1) % std::size(kPale);
    return rgb(dark ? kDeep[place] : kPale[place]);
}

void Theme::apply() const {
    ImGuiStyle& style = ImGui::GetStyle();
    style = ImGuiStyle();
    if (dark) {
        ImGui::StyleColorsDark();
    } else {
        ImGui::StyleColorsLight();
    }
    const auto set = [&style](ImGuiCol place, ImU32 colour) { style.Colors[place] = as_vec4(colour); };
    set(ImGuiCol_Text, text);
    set(ImGuiCol_WindowBg, background);
    set(ImGuiCol_ChildBg, 0);
    set(ImGuiCol_PopupBg, panel);
    set(ImGuiCol_Border, border);
    set(ImGuiCol_FrameBg, panel);
    set(ImGuiCol_FrameBgHovered, hover);
    set(ImGuiCol_FrameBgActive, select);
    set(ImGuiCol_Button, panel);
    set(ImGuiCol_ButtonHovered, hover);
    set(ImGuiCol_ButtonActive, select);
    set(ImGuiCol_Header, select);
    set(ImGuiCol_HeaderHovered, hover);
    set(ImGuiCol_HeaderActive, select);
    set(ImGuiCol_ScrollbarBg, 0);
    set(ImGuiCol_ScrollbarGrab, band);
    set(ImGuiCol_ScrollbarGrabHovered, faint);
    set(ImGuiCol_ScrollbarGrabActive, muted);
    style.WindowPadding = ImVec2(px(10), px(8));
    style.FramePadding = ImVec2(px(10), px(5));
    style.ItemSpacing = ImVec2(px(8), px(4));
    style.FrameRounding = px(5);
    style.PopupRounding = px(6);
    style.ScrollbarRounding = px(4);
    style.ScrollbarSize = px(10);
    style.FrameBorderSize = 1;
    style.PopupBorderSize = 1;
    style.WindowBorderSize = 0;
    style.ChildBorderSize = 0;
}

}  // namespace ws::view

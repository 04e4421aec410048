// SPDX-License-Identifier: Apache-2.0
// The row of buttons that chooses what the lower part of the window shows.
#include <fmt/format.h>

#include "viewer/views/shared/view.hpp"

namespace ws::view {
namespace {

class TabBar : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        const Theme& theme = context.theme;
        Canvas canvas(theme);
        Rect row = area;
        int number = 1;
        for (const TabInfo& info : kTabs) {
            const std::string text = fmt::format("{}  {}", info.title, number++);
            const Rect place = row.take_left(canvas.width(text, theme.fonts.small) + theme.px(24));
            row.take_left(theme.px(6));
            if (button(theme, info.name, place, text, context.state.tab == info.tab)) context.state.tab = info.tab;
            if (ImGui::IsItemHovered()) {
                Tooltip tip(theme);
                tip.text(info.meaning);
            }
        }
    }
};

}  // namespace

std::unique_ptr<View> make_tab_bar() {
    return std::make_unique<TabBar>();
}

}  // namespace ws::view

// SPDX-License-Identifier: Apache-2.0
// Whose a CPU is, above its lanes: a vCPU's colour and name, or the word idle.
#include <algorithm>

#include "viewer/views/shared/step_tooltip.hpp"
#include "viewer/views/time_line/lane_item.hpp"

namespace ws::view {
namespace {

class StintLane : public LaneItem {
  public:
    Rect range(const Group& group) const override { return group.who.r; }

    void draw(const Context& context, Canvas& canvas, const Group& group) const override {
        const Theme& theme = context.theme;
        if (group.who.r.height() < 1) return;
        const model::Trace& trace = context.session.run(group.side).trace;
        const auto colour = [&](trace::Owner owner) {
            return owner == trace::kHost ? faded(theme.grid, 0.6F) : theme.owner(owner);
        };
        paint_lane(
            canvas, group.who, group.lanes->stints,
            [&](const Rect& r, u32 item) {
                const trace::Owner owner = group.timeline->stints[item].owner;
                canvas.fill({r.x0, r.y0, r.x1 - (r.width() > theme.px(4) ? 1.0F : 0.0F), r.y1}, colour(owner));
                const std::string name = owner == trace::kHost ? "idle" : trace.owner_name(owner);
                const bool fits = canvas.width(name, theme.fonts.small) + theme.px(8) <= r.width();
                if (!fits || r.height() + theme.px(2) < theme.fonts.small->FontSize) return;
                canvas.text(r.inset(theme.px(4), 0), name, theme.fonts.small,
                            owner == trace::kHost ? theme.faint : theme.text);
            },
            [&](double, std::size_t first, std::size_t count) {
                std::size_t longest = first;
                const auto& stints = group.lanes->stints;
                for (std::size_t i = first; i < first + std::min<std::size_t>(count, 16); ++i) {
                    if (stints[i].end - stints[i].begin > stints[longest].end - stints[longest].begin) longest = i;
                }
                return colour(group.timeline->stints[stints[longest].item].owner);
            });
    }

    bool inspect(const Context& context, const Group& group, ImVec2 mouse, Press) const override {
        if (const auto found = find_in_lane(group.who, group.lanes->stints, mouse.x)) {
            stint_tooltip(context, group.side, group.timeline->stints[found->item], group.ticks.origin);
        }
        return true;
    }
};

}  // namespace

std::unique_ptr<LaneItem> make_stint_lane() {
    return std::make_unique<StintLane>();
}

}  // namespace ws::view

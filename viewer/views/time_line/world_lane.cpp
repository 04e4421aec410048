// SPDX-License-Identifier: Apache-2.0
// The lane of one world: when a CPU was there, and the steps in it.
#include <algorithm>
#include <cmath>

#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/step_tooltip.hpp"
#include "viewer/views/time_line/lane_item.hpp"

namespace ws::view {
namespace {

/// Where the steps of one depth are drawn: those in another one on its lower part.
LanePlace phase_place(const Theme& theme, const Group& group, std::size_t lane, std::size_t depth) {
    LanePlace place = group.lane[lane];
    const auto rows = static_cast<float>(group.lanes->phases[lane].size());
    place.r = place.r.inset(0, std::min(theme.px(3), place.r.height() * 0.15F));
    place.r.y0 += std::floor(place.r.height() / rows) * static_cast<float>(depth);
    return place;
}

void draw_spans(const Context& context, Canvas& canvas, const Group& group, std::size_t lane) {
    const Theme& theme = context.theme;
    paint_lane(
        canvas, group.lane[lane], group.lanes->spans[lane], [&](const Rect& r, u32) { canvas.fill(r, theme.band); },
        [&](double density, std::size_t, std::size_t) {
            return faded(theme.band, static_cast<float>(std::clamp(density, 0.15, 1.0)));
        });
}

/// The step's name, or its cause where there is less room; nothing where there is none.
void label(const Context& context, Canvas& canvas, const Rect& r, const std::string& name, const std::string& cause) {
    const Theme& theme = context.theme;
    const CausePaint paint = theme.cause(cause);
    if (paint.hatched || r.height() + theme.px(2) < theme.fonts.small->FontSize) return;
    for (const std::string& text : {name, cause_short(cause)}) {
        if (canvas.width(text, theme.fonts.small) + theme.px(6) > r.width()) continue;
        canvas.text(r, text, theme.fonts.small, paint.ink, Align::centre);
        return;
    }
}

/// Are there steps inside of this one, which are drawn over it?
bool is_covered(const Group& group, std::size_t lane, std::size_t depth, u32 item) {
    const auto& depths = group.lanes->phases[lane];
    if (depth + 1 >= depths.size()) return false;
    const model::Phase phase = group.timeline->phases[item];
    const std::size_t inner = depths[depth + 1].first_after(phase.begin);
    return inner < depths[depth + 1].size() && depths[depth + 1][inner].begin < phase.end;
}

void draw_phases(const Context& context, Canvas& canvas, const Group& group, std::size_t lane, std::size_t depth) {
    const Theme& theme = context.theme;
    const model::LaneIndex& index = group.lanes->phases[lane][depth];
    const auto cause_of = [&](u32 item) {
        return std::string(cause_of_step(group.timeline->phases.packed(item).what));
    };
    const auto opacity = [&](const std::string& cause) {
        return context.state.under_mouse.cause.empty() || context.state.under_mouse.cause == cause ? 1.0F : 0.2F;
    };
    paint_lane(
        canvas, phase_place(theme, group, lane, depth), index,
        [&](const Rect& r, u32 item) {
            const std::string cause = cause_of(item);
            const CausePaint paint = theme.cause(cause);
            Rect filled = r;
            if (filled.width() > theme.px(4)) filled.x1 -= 1;
            canvas.cause(filled, paint, opacity(cause));
            if (is_covered(group, lane, depth, item)) return;
            const model::StepInfo* step = model::find_step(group.timeline->phases.packed(item).what);
            label(context, canvas, filled, step != nullptr ? words(step->name) : "", cause);
        },
        [&](double density, std::size_t first, std::size_t count) {
            static constexpr std::size_t kFew = 16;  // more than that in one column have no one colour
            const float alpha = static_cast<float>(std::clamp(density, 0.25, 1.0));
            if (count > kFew) return faded(theme.muted, 0.5F * alpha);
            std::size_t longest = first;
            for (std::size_t i = first; i < first + count; ++i) {
                if (index[i].end - index[i].begin > index[longest].end - index[longest].begin) longest = i;
            }
            const std::string cause = cause_of(index[longest].item);
            return faded(theme.cause(cause).fill, alpha * opacity(cause));
        });
}

/// The piece of the shown operation that an event is in.
u32 segment_of(const Context& context, int side, model::EventIndex event) {
    const auto& parts = context.state.selection.shown(side).parts;
    const model::Segment* segment = parts.segment_of(event);
    return segment == nullptr ? model::kNoSegment : static_cast<u32>(segment - parts.segments.data());
}

class WorldLane : public LaneItem {
  public:
    WorldLane(std::size_t lane, const char* header) : lane_(lane), header_(header) {}

    const char* header() const override { return header_; }
    Rect range(const Group& group) const override { return group.lane[lane_].r; }

    void draw(const Context& context, Canvas& canvas, const Group& group) const override {
        draw_spans(context, canvas, group, lane_);
        const auto& depths = group.lanes->phases[lane_];
        for (std::size_t depth = 0; depth < depths.size(); ++depth) draw_phases(context, canvas, group, lane_, depth);
    }

    bool inspect(const Context& context, const Group& group, ImVec2 mouse, Press press) const override {
        if (inspect_phase(context, group, mouse, press)) return true;
        if (const auto found = find_in_lane(group.lane[lane_], group.lanes->spans[lane_], mouse.x)) {
            const model::Span span = group.timeline->spans[found->item];
            span_tooltip(context, group.side, span, group.ticks.origin);
            if (press == Press::once) context.state.select_event(group.side, span.first);
            if (press == Press::twice) fit_to(context, group, span.begin, span.end);
        }
        return true;
    }

  private:
    /// The innermost step first.
    bool inspect_phase(const Context& context, const Group& group, ImVec2 mouse, Press press) const {
        const auto& depths = group.lanes->phases[lane_];
        for (std::size_t depth = depths.size(); depth-- > 0;) {
            const LanePlace place = phase_place(context.theme, group, lane_, depth);
            if (!place.r.contains(mouse)) continue;
            const auto found = find_in_lane(place, depths[depth], mouse.x);
            if (!found) continue;
            const model::Phase phase = group.timeline->phases[found->item];
            phase_tooltip(context, group.side, phase, group.ticks.origin);
            context.state.next_under_mouse.hover.segment = segment_of(context, group.side, phase.first);
            if (press == Press::once) context.state.select_event(group.side, phase.first);
            if (press == Press::twice) fit_to(context, group, phase.begin, phase.end);
            return true;
        }
        return false;
    }

    static void fit_to(const Context& context, const Group& group, i64 begin, i64 end) {
        const i64 origin = group.ticks.origin;
        context.state.window.fit_to(static_cast<double>(begin - origin), static_cast<double>(end - origin));
    }

    std::size_t lane_;
    const char* header_;
};

/// Why the host's lane is empty in some designs.
class HostRemark : public LaneItem {
  public:
    Rect range(const Group& group) const override { return group.lane[static_cast<std::size_t>(model::Lane::host)].r; }

    void draw(const Context& context, Canvas& canvas, const Group& group) const override {
        if (context.session.host_at_el1(group.side) || group.cpu != 0) return;
        const Theme& theme = context.theme;
        Rect r = range(group);
        r.x0 = std::max(r.x0, group.ticks.axis.x(0)) + theme.px(10);
        canvas.text(r, "the host's kernel runs at EL2: nothing of the host at EL1", theme.fonts.small, theme.muted);
    }
};

}  // namespace

std::unique_ptr<LaneItem> make_host_remark() {
    return std::make_unique<HostRemark>();
}

std::unique_ptr<LaneItem> make_world_lane(std::size_t lane, const char* header) {
    return std::make_unique<WorldLane>(lane, header);
}

}  // namespace ws::view

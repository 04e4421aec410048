// SPDX-License-Identifier: Apache-2.0
// Why one run's operation costs more than the other's: a waterfall from one to the other, part by part, in
// instructions, which are measured, and in cycles, which are modelled. A box leaves a class of registers out: what if?
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/panels/shown_explanation.hpp"

namespace ws::view {
namespace {

using model::Explanation;
using model::Figures;
using model::Part;

/// One of the two scales: what is measured, what is modelled.
struct Scale {
    bool cycles;
    i64 of(const Figures& figures) const { return cycles ? model::whole_cycles(figures.cycles) : figures.instructions; }
};
constexpr Scale kScales[] = {{false}, {true}};

/// With a capital letter, but for names such as vGIC.
std::string capital(std::string text) {
    const bool is_name = text.size() > 1 && text[1] >= 'A' && text[1] <= 'Z';
    if (!text.empty() && !is_name && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
}

class WhyView : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        const Theme& theme = context.theme;
        Canvas canvas(theme);
        Rect inside = canvas.panel(area);
        heading(context, canvas, inside);
        const Explanation* explanation = explained_.of(context);
        if (explanation == nullptr) return say_why_not(context, canvas, inside);
        choose_rows(context, *explanation);
        if (context.state.cost_model.left_out.any()) draw_prediction(context, canvas, inside, *explanation);
        draw_scale_heads(context, canvas, inside.take_top(theme.px(18)), *explanation);
        const float lines = static_cast<float>(parts_.size()) + (context.session.two() ? 2.0F : 1.0F);
        const float height = std::clamp(std::floor(inside.height() / lines), theme.px(15), theme.px(24));
        inside.y1 = std::min(inside.y1, inside.y0 + lines * height);
        draw_rows(context, canvas, inside, height, *explanation);
    }

  private:
    static void heading(const Context& context, Canvas& canvas, Rect& inside) {
        const Theme& theme = context.theme;
        const Rect row = canvas.heading(inside, "Why");
        const Session& session = context.session;
        const std::string text = session.two()
                                     ? fmt::format("from {} to {}, this operation", session.name(0), session.name(1))
                                     : "what this operation is made of";
        canvas.text(row, text, theme.fonts.small, theme.muted);
    }

    static void say_why_not(const Context& context, Canvas& canvas, const Rect& inside) {
        std::string reason = context.session.unexplainable();
        for (int side = 0; side < context.session.count() && reason.empty(); ++side) {
            const model::Operation* const operation = context.state.selection.shown(side).operation;
            if (operation == nullptr) {
                reason = "this operation has no partner: there is nothing to compare";
            } else if (!operation->measurable) {
                reason = fmt::format("{}, {}: {}", context.session.name(side), model::kNotMeasurable,
                                     model::kWhyNotMeasurable);
            }
        }
        canvas.wrapped(inside, reason, context.theme.fonts.text, context.theme.muted);
    }

    /// What a part adds on the way from A to B; with one run alone, what it has.
    static Figures change(const Context& context, const Explanation& explanation, Part part) {
        return context.session.two() ? explanation.difference(part) : explanation.a[part].figures;
    }

    /// The parts that make a difference, the largest first; the residual is the last.
    void choose_rows(const Context& context, const Explanation& explanation) {
        parts_.clear();
        const auto any = [](const Figures& figures) { return figures.instructions != 0 || figures.cycles != 0; };
        for (const model::PartInfo& info : model::part_infos()) {
            if (any(explanation.a[info.part].figures) || any(explanation.b[info.part].figures))
                parts_.push_back(info.part);
        }
        const auto weight = [&](Part part) {
            return part == Part::residual ? -1 : std::abs(change(context, explanation, part).instructions);
        };
        std::stable_sort(parts_.begin(), parts_.end(), [&](Part x, Part y) { return weight(x) > weight(y); });
    }

    static Rect names_of(const Theme& theme, const Rect& line) {
        return {line.x0, line.y0, line.x0 + std::min(theme.px(200), line.width() * 0.32F), line.y1};
    }
    /// A scale's room for bars and, right of it, for figures.
    static Rect scale_of(const Theme& theme, const Rect& line, const Scale& scale) {
        const float first = names_of(theme, line).x1;
        const float middle = (first + line.x1) / 2;
        return scale.cycles ? Rect{middle + theme.px(14), line.y0, line.x1, line.y1}
                            : Rect{first, line.y0, middle, line.y1};
    }
    static float figure_width(const Theme& theme) { return theme.px(58); }

    static void draw_scale_heads(const Context& context, Canvas& canvas, const Rect& line,
                                 const Explanation& explanation) {
        const Theme& theme = context.theme;
        canvas.text(names_of(theme, line), "what if \u2193", theme.fonts.small, theme.faint);
        canvas.text(scale_of(theme, line, kScales[0]), "instructions measured", theme.fonts.small, theme.muted);
        canvas.text(scale_of(theme, line, kScales[1]), "cycles modelled: " + explanation.profile.told(),
                    theme.fonts.small, theme.muted);
    }

    /// The two ends always have room; where the parts have not, they are scrolled.
    void draw_rows(const Context& context, Canvas& canvas, Rect inside, float height, const Explanation& explanation) {
        i64 level[2] = {0, 0};
        if (context.session.two()) {
            for (const Scale& scale : kScales) level[scale.cycles] = scale.of(explanation.a.whole);
            draw_whole(context, canvas, inside.take_top(height), explanation, 0);
        }
        const Rect end = inside.take_bottom(height);
        draw_parts(context, inside, height, explanation, level);
        draw_whole(context, canvas, end, explanation, context.session.two() ? 1 : 0);
    }

    void draw_parts(const Context& context, Rect inside, float height, const Explanation& explanation,
                    i64 (&level)[2]) {
        const float width = inside.width();
        inside.x1 += context.theme.px(12);
        const ScrollArea scroll(context.theme, "why", inside);
        Canvas rows(context.theme);
        const ImVec2 at = ImGui::GetCursorScreenPos();
        Rect line{at.x, at.y, at.x + width, at.y + height};
        for (const Part part : parts_) {
            draw_part(context, rows, line, explanation, part, level);
            line = {line.x0, line.y1, line.x1, line.y1 + height};
        }
        ImGui::SetCursorScreenPos({line.x0, line.y0 - 1});
    }

    static i64 longest(const Explanation& explanation, const Scale& scale) {
        return std::max<i64>({scale.of(explanation.a.whole), scale.of(explanation.b.whole), 1});
    }

    static float x_of(const Rect& bars, i64 value, i64 longest) {
        return bars.x0 + bars.width() * static_cast<float>(static_cast<double>(value) / static_cast<double>(longest));
    }

    static void draw_whole(const Context& context, Canvas& canvas, const Rect& line, const Explanation& explanation,
                           int side) {
        const Theme& theme = context.theme;
        const model::Breakdown& breakdown = side == 0 ? explanation.a : explanation.b;
        canvas.text(names_of(theme, line), context.session.name(side), theme.fonts.bold, theme.text);
        const Figures rest = model::without(breakdown, context.state.cost_model.left_out);
        for (const Scale& scale : kScales) {
            Rect bars = scale_of(theme, line, scale);
            const Rect figure = bars.take_right(figure_width(theme));
            const i64 whole = scale.of(breakdown.whole);
            const i64 most = longest(explanation, scale);
            const float y = theme.px(3);
            canvas.fill({bars.x0, line.y0 + y, x_of(bars, whole, most), line.y1 - y}, faded(theme.band, 0.55F));
            canvas.fill({bars.x0, line.y0 + y, x_of(bars, scale.of(rest), most), line.y1 - y}, theme.muted);
            canvas.text(figure, grouped(whole), theme.fonts.bold, theme.text, Align::right);
        }
    }

    void draw_part(const Context& context, Canvas& canvas, const Rect& line, const Explanation& explanation, Part part,
                   i64 (&level)[2]) {
        const Theme& theme = context.theme;
        State& state = context.state;
        const std::string cause = model::info_of(part).name;
        const bool left_out = state.cost_model.left_out[static_cast<std::size_t>(part)];
        ImGui::PushID(static_cast<int>(part));
        Rect name = names_of(theme, line);
        const Rect box = name.take_left(theme.px(20));
        if (model::can_be_left_out(part)) draw_box(context, canvas, box, part);
        const Rect rest{name.x0, line.y0, line.x1, line.y1};
        if (hit_area("part", rest)) {
            canvas.fill(rest, theme.hover, theme.px(4));
            state.next_under_mouse.cause = cause;
            part_tooltip(context, explanation, part);
        }
        if (ImGui::IsItemClicked()) select_part(context, part);
        ImGui::PopID();
        const Rect swatch = name.take_left(theme.px(11));
        const float middle = (line.y0 + line.y1) / 2;
        const float dim = left_out ? 0.25F : 1.0F;
        canvas.cause({swatch.x0, middle - theme.px(5), swatch.x1, middle + theme.px(6)}, theme.cause(cause), dim);
        name.take_left(theme.px(6));
        canvas.text(name, model::info_of(part).words, theme.fonts.small, left_out ? theme.faint : theme.text);
        for (const Scale& scale : kScales) {
            Rect bars = scale_of(theme, line, scale);
            const Rect figure = bars.take_right(figure_width(theme));
            const i64 by = scale.of(change(context, explanation, part));
            draw_step(context, canvas, bars, level[scale.cycles], by, longest(explanation, scale), theme.cause(cause),
                      dim);
            level[scale.cycles] += by;
            canvas.text(figure, by == 0 ? "\u2013" : grouped(by, context.session.two()), theme.fonts.small,
                        by == 0 || left_out ? theme.faint : theme.text, Align::right);
        }
    }

    static void draw_box(const Context& context, Canvas& canvas, const Rect& place, Part part) {
        const Theme& theme = context.theme;
        const auto number = static_cast<std::size_t>(part);
        if (hit_area("box", place)) {
            Tooltip tip(theme);
            tip.text(fmt::format("What if nothing of {} were moved? A prediction: all else stays as it is.",
                                 model::info_of(part).words));
        }
        if (ImGui::IsItemClicked()) context.state.cost_model.left_out.flip(number);
        const float middle = (place.y0 + place.y1) / 2;
        const Rect box{place.x0 + theme.px(1), middle - theme.px(6), place.x0 + theme.px(13), middle + theme.px(6)};
        canvas.frame(box, theme.muted, 1, theme.px(2));
        if (context.state.cost_model.left_out[number]) return;
        canvas.line(box.x0 + theme.px(3), middle, box.x0 + theme.px(5), box.y1 - theme.px(3), theme.text, theme.px(2));
        canvas.line(box.x0 + theme.px(5), box.y1 - theme.px(3), box.x1 - theme.px(2), box.y0 + theme.px(3), theme.text,
                    theme.px(2));
    }

    /// A step of the waterfall: from where the one above ended.
    static void draw_step(const Context& context, Canvas& canvas, const Rect& bars, i64 from, i64 by, i64 longest,
                          const CausePaint& paint, float opacity) {
        const Theme& theme = context.theme;
        const float x0 = x_of(bars, std::min(from, from + by), longest);
        const float x1 = x_of(bars, std::max(from, from + by), longest);
        const float at = x_of(bars, from, longest);
        canvas.line(at, bars.y0 - theme.px(3), at, bars.y0 + theme.px(3), theme.faint);
        if (by == 0) return;
        canvas.cause({x0, bars.y0 + theme.px(3), std::max(x1, x0 + 1), bars.y1 - theme.px(3)}, paint, opacity);
    }

    static void part_tooltip(const Context& context, const Explanation& explanation, Part part) {
        Tooltip tip(context.theme);
        tip.title(capital(model::info_of(part).words));
        tip.text(capital(model::info_of(part).meaning) + ".");
        for (int side = 0; side < context.session.count(); ++side) {
            const model::Breakdown& breakdown = side == 0 ? explanation.a : explanation.b;
            const Figures& figures = breakdown[part].figures;
            const std::string doing = model::doings(breakdown, part);
            tip.note(fmt::format("{}: {}, measured; {} cycles, modelled{}{}", context.session.name(side),
                                 counted(static_cast<u64>(std::max<i64>(figures.instructions, 0)), "instruction"),
                                 grouped(model::whole_cycles(figures.cycles)), doing.empty() ? "" : "; ", doing));
            if (figures.instructions > 0) {
                tip.note(fmt::format("    {:.1f} cycles an instruction",
                                     static_cast<double>(model::whole_cycles(figures.cycles)) /
                                         static_cast<double>(figures.instructions)));
            }
            for (const auto& [place, code] : breakdown[part].code) {
                tip.note(fmt::format("    {} in {}: {}", place.function, place.file,
                                     counted(static_cast<u64>(std::max<i64>(code.instructions, 0)), "instruction")));
            }
        }
        tip.note("Click: the first of its events.");
    }

    /// A line a run at the bottom of `inside`, which becomes what is above.
    static void draw_prediction(const Context& context, Canvas& canvas, Rect& inside, const Explanation& explanation) {
        const Theme& theme = context.theme;
        const float height = theme.px(18);
        Rect lines = inside.take_bottom(height * static_cast<float>(context.session.count()));
        for (int side = 0; side < context.session.count(); ++side) {
            const model::Breakdown& breakdown = side == 0 ? explanation.a : explanation.b;
            const Figures rest = model::without(breakdown, context.state.cost_model.left_out);
            const i64 cycles = model::whole_cycles(rest.cycles);
            const std::string text =
                fmt::format("What if: {} {} instructions ({}), {} cycles ({})", context.session.name(side),
                            grouped(rest.instructions), grouped(rest.instructions - breakdown.whole.instructions, true),
                            grouped(cycles), grouped(cycles - model::whole_cycles(breakdown.whole.cycles), true));
            canvas.text(lines.take_top(height), text, theme.fonts.bold, theme.text);
        }
    }

    ShownExplanation explained_;
    std::vector<Part> parts_;
};

}  // namespace

std::unique_ptr<View> make_why_view() { return std::make_unique<WhyView>(); }

}  // namespace ws::view

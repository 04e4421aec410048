// SPDX-License-Identifier: Apache-2.0
// The machine just after the selected event: whose each register is, what it holds, what the event changed.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/model/registers/register_history.hpp"
#include "viewer/model/trace/describe.hpp"
#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/view.hpp"

namespace ws::view {
namespace {

using model::HardwareRegister;
using model::RegisterNow;

class MachineView : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        const Theme& theme = context.theme;
        Canvas canvas(theme);
        Rect inside = canvas.panel(area);
        const Rect row = canvas.heading(inside, "Machine");
        if (context.state.selection.event() == model::kNoEvent) {
            canvas.text(row, "no event is selected", theme.fonts.small, theme.muted);
            return;
        }
        look(context);
        canvas.text(row, headline(context), theme.fonts.small, theme.muted);
        Rect fields = inside.take_right(inside.width() * 0.34F);
        inside.take_right(theme.px(14));
        draw_fields(context, canvas, fields);
        const ScrollArea scroll(theme, "machine", inside);
        Canvas rows(theme);
        ImGuiListClipper clipper;
        clipper.Begin(static_cast<int>(order_.size()), theme.px(kLine));
        while (clipper.Step()) {
            for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
                draw_register(context, rows, inside.width() - theme.px(14), order_[static_cast<std::size_t>(i)]);
            }
        }
    }

  private:
    static constexpr float kLine = 20;

    /// Asks the model once for an event. The machine of a run is made when it is first looked at.
    void look(const Context& context) {
        const State& state = context.state;
        if (event_ == state.selection.event() && side_ == state.selection.side()) return;
        event_ = state.selection.event();
        side_ = state.selection.side();
        auto& machine = machines_[side_];
        if (!machine) machine = std::make_unique<model::RegisterHistory>(context.session.run(side_).trace);
        now_ = machine->at(event_);
        changes_ = machine->changed_by(event_);
        order_.clear();
        for (const model::RegisterChange& change : changes_) order_.push_back(change.place);
        for (const bool known : {true, false}) {
            for (model::RegisterPlace place = 0; place < now_.registers.size(); ++place) {
                const bool is_known = now_.registers[place].certainty != model::Certainty::unknown;
                if (!is_known && model::hardware_registers()[place].only_if_told) continue;
                if (is_known == known && change_of(place) == nullptr) order_.push_back(place);
            }
        }
        if (chosen_ == model::kNoRegister || !changes_.empty()) chosen_ = order_.front();
    }

    const model::RegisterChange* change_of(model::RegisterPlace place) const {
        const auto same = [place](const model::RegisterChange& change) { return change.place == place; };
        const auto found = std::find_if(changes_.begin(), changes_.end(), same);
        return found == changes_.end() ? nullptr : &*found;
    }

    std::string headline(const Context& context) const {
        const model::Trace& trace = context.session.run(side_).trace;
        std::string text =
            fmt::format("{} \u00b7 CPU {} after event {}", context.session.name(side_), now_.cpu, grouped(u64{event_}));
        if (now_.world) {
            text += fmt::format(" \u00b7 {} runs, {}{}", model::world_name(*now_.world),
                                *now_.world == model::World::el2 ? "after a trap of " : "",
                                trace.owner_name(*now_.running));
        }
        return text + " \u00b7 " +
               (changes_.empty() ? "changed no register" : "changed " + counted(changes_.size(), "register"));
    }

    void draw_register(const Context& context, Canvas& canvas, float width, model::RegisterPlace place) {
        const Theme& theme = context.theme;
        const HardwareRegister& hardware = model::hardware_registers()[place];
        const RegisterNow& now = now_.registers[place];
        const ImVec2 at = ImGui::GetCursorScreenPos();
        Rect line{at.x, at.y, at.x + width, at.y + theme.px(kLine)};
        ImGui::PushID(place);
        const bool over = hit_area("register", line);
        if (ImGui::IsItemClicked()) chosen_ = place;
        ImGui::PopID();
        if (chosen_ == place || over) canvas.fill(line, chosen_ == place ? theme.select : theme.hover, theme.px(4));
        if (over) tooltip(context, hardware, now, place);
        canvas.cause({line.x0, line.y0 + theme.px(2), line.x0 + theme.px(5), line.y1 - theme.px(2)},
                     theme.cause(cause_of_class(hardware.register_class)));
        line.take_left(theme.px(10));
        const bool changed = change_of(place) != nullptr;
        canvas.text(line.take_left(theme.px(130)), hardware.name, theme.fonts.mono, theme.text);
        canvas.text(line.take_left(theme.px(96)), model::owner_text(context.session.run(side_).trace, now),
                    changed ? theme.fonts.bold : theme.fonts.text, now.owner ? theme.text : theme.faint);
        const bool known = now.certainty != model::Certainty::unknown;
        const std::string value = model::value_text(hardware, now);
        line.x0 = canvas.text(line, known ? hex_groups(value) : value, known ? theme.fonts.mono : theme.fonts.text,
                              known ? theme.text : theme.faint) +
                  theme.px(12);
        if (now.certainty == model::Certainty::may_differ) {
            canvas.text(line, model::certainty_words(now.certainty), theme.fonts.small, theme.muted);
        }
        ImGui::SetCursorScreenPos({at.x, line.y1});
    }

    void tooltip(const Context& context, const HardwareRegister& hardware, const RegisterNow& now,
                 model::RegisterPlace place) const {
        const model::Trace& trace = context.session.run(side_).trace;
        Tooltip tip(context.theme);
        tip.title(hardware.name);
        tip.text(hardware.meaning);
        if (now.source != model::kNoEvent) tip.note("told by event " + grouped(u64{now.source}));
        if (const model::RegisterChange* change = change_of(place)) {
            tip.note(fmt::format("before: {} of {}", model::value_text(hardware, change->before),
                                 model::owner_text(trace, change->before)));
        }
    }

    /// The bits of the chosen register.
    void draw_fields(const Context& context, Canvas& canvas, Rect area) const {
        const Theme& theme = context.theme;
        const HardwareRegister& hardware = model::hardware_registers()[chosen_];
        const RegisterNow& now = now_.registers[chosen_];
        canvas.text(area.take_top(theme.px(20)), hardware.name + ": " + hardware.meaning, theme.fonts.text, theme.text);
        const ScrollArea scroll(theme, "fields", area);
        Canvas rows(theme);
        if (hardware.sysreg == nullptr || now.certainty == model::Certainty::unknown) return;
        for (const model::Field& field :
             model::describe_register(*hardware.sysreg, now.value.low, context.session.run(side_).trace.layout())) {
            const ImVec2 at = ImGui::GetCursorScreenPos();
            Rect line{at.x, at.y, at.x + area.width() - theme.px(14), at.y + theme.px(19)};
            const ImU32 colour = field.value != 0 ? theme.text : theme.faint;
            ImGui::PushID(field.name.c_str());
            if (hit_area("field", line)) {
                rows.fill(line, theme.hover, theme.px(4));
                Tooltip tip(theme);
                tip.title(fmt::format("{}.{}", hardware.name, field.name));
                tip.text(field.meaning);
                tip.note(fmt::format("bits {}: {}", field.bits, field.text));
            }
            ImGui::PopID();
            rows.text(line.take_left(theme.px(50)), field.bits, theme.fonts.mono, theme.faint);
            rows.text(line.take_left(theme.px(80)), field.name, theme.fonts.mono, colour);
            line.x0 = rows.text(line, field.text, theme.fonts.mono, colour) + theme.px(10);
            rows.text(line, field.meaning, theme.fonts.small, field.value != 0 ? theme.muted : theme.faint);
            ImGui::SetCursorScreenPos({at.x, line.y1});
        }
    }

    std::unique_ptr<model::RegisterHistory> machines_[2];
    model::MachineNow now_;
    std::vector<model::RegisterChange> changes_;
    std::vector<model::RegisterPlace> order_;  ///< what the event changed comes first
    model::RegisterPlace chosen_ = model::kNoRegister;
    model::EventIndex event_ = model::kNoEvent;
    int side_ = 0;
};

}  // namespace

std::unique_ptr<View> make_machine_view() { return std::make_unique<MachineView>(); }

}  // namespace ws::view

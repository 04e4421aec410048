// SPDX-License-Identifier: Apache-2.0
// The books of the shown operation, register by register, of both runs beside each other.
#include <fmt/format.h>

#include "viewer/model/explain/ledger.hpp"
#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/view.hpp"

namespace ws::view {
namespace {

using model::HardwareRegister;
using model::Ledger;

class RegistersView : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        const Theme& theme = context.theme;
        keep(context);
        Canvas canvas(theme);
        Rect inside = canvas.panel(area);
        const Rect row = canvas.heading(inside, "Registers, one by one");
        const float room = inside.width() - theme.px(kName);
        side_width_ = room / static_cast<float>(context.session.count());
        const bool told = context.session.full(0) && context.session.full(context.session.count() - 1);
        canvas.text(row, told ? "in the shown operation" : "not recorded at this trace level", theme.fonts.small,
                    theme.muted);
        draw_totals(context, canvas, inside.take_top(theme.px(20)));
        canvas.line(inside.x0, inside.y0, inside.x1, inside.y0, theme.border);
        inside.take_top(1);
        inside.x1 += theme.px(12);
        const ScrollArea scroll(theme, "registers", inside);
        Canvas rows(theme);
        ImGuiListClipper clipper;
        clipper.Begin(static_cast<int>(places_.size()), theme.px(kLine));
        while (clipper.Step()) {
            for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
                draw_register(context, rows, inside.width() - theme.px(14), places_[static_cast<std::size_t>(i)]);
            }
        }
    }

  private:
    static constexpr float kName = 150;
    static constexpr float kLine = 20;

    /// The books are kept once for an operation.
    void keep(const Context& context) {
        bool another = places_.empty();
        for (int side = 0; side < context.session.count(); ++side) {
            const Shown& shown = context.state.selection.shown(side);
            if (operations_[side] == shown.operation && !ledgers_[side].entries.empty()) continue;
            operations_[side] = shown.operation;
            ledgers_[side] = model::keep_ledger(context.session.run(side).trace, shown.parts.events);
            another = true;
        }
        if (another) choose_registers(context.session.count());
    }

    /// All but those that no switch of ours has and that nothing was done to.
    void choose_registers(int sides) {
        places_.clear();
        const auto& all = model::hardware_registers();
        for (std::size_t place = 0; place < all.size(); ++place) {
            bool shown = !all[place].only_if_told;
            for (int side = 0; side < sides; ++side) shown = shown || ledgers_[side].entries[place].moves() != 0;
            if (shown) places_.push_back(place);
        }
    }

    Rect cell(const Theme& theme, const Rect& line, int side) const {
        const float x = line.x0 + theme.px(kName) + side_width_ * static_cast<float>(side);
        return {x, line.y0, x + side_width_ - theme.px(10), line.y1};
    }

    void draw_totals(const Context& context, Canvas& canvas, const Rect& line) const {
        const Theme& theme = context.theme;
        for (int side = 0; side < context.session.count(); ++side) {
            const model::LedgerEntry& total = ledgers_[side].total;
            Rect place = cell(theme, line, side);
            place.x0 = canvas.text(place, context.session.name(side), theme.fonts.bold, theme.text) + theme.px(10);
            canvas.text(place,
                        fmt::format("redundant: {} of {} \u00b7 unmatched: {}", total.redundant(), total.moves(),
                                    total.unmatched()),
                        theme.fonts.small, theme.muted);
        }
    }

    void draw_register(const Context& context, Canvas& canvas, float width, std::size_t place) const {
        const Theme& theme = context.theme;
        const HardwareRegister& hardware = model::hardware_registers()[place];
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const Rect line{at.x, at.y, at.x + width, at.y + theme.px(kLine)};
        const std::string cause = cause_of_class(hardware.register_class);
        ImGui::PushID(static_cast<int>(place));
        if (hit_area("register", line)) {
            canvas.fill(line, theme.hover, theme.px(4));
            context.state.next_under_mouse.cause = cause;
            Tooltip tip(theme);
            tip.title(hardware.name);
            tip.text(hardware.meaning);
            tip.note(std::string("class ") + words(info(hardware.register_class).name) + ": " +
                     info(hardware.register_class).meaning);
        }
        ImGui::PopID();
        canvas.cause({line.x0, line.y0 + theme.px(2), line.x0 + theme.px(5), line.y1 - theme.px(2)},
                     theme.cause(cause));
        canvas.text({line.x0 + theme.px(10), line.y0, line.x0 + theme.px(kName), line.y1}, hardware.name,
                    theme.fonts.mono, theme.text);
        for (int side = 0; side < context.session.count(); ++side) {
            if (context.state.selection.shown(side).operation == nullptr || !context.session.full(side)) continue;
            const model::LedgerEntry& entry = ledgers_[side].entries[place];
            Rect text = cell(theme, line, side);
            const std::string done = model::treatment(hardware, entry, context.session.run(side).trace.layout());
            text.x0 =
                canvas.text(text, done, theme.fonts.text, entry.moves() == 0 ? theme.faint : theme.text) + theme.px(12);
            canvas.text(text, model::remark(entry), theme.fonts.small, theme.muted);
        }
        ImGui::SetCursorScreenPos({at.x, line.y1});
    }

    const model::Operation* operations_[2] = {};
    Ledger ledgers_[2];
    std::vector<std::size_t> places_;  ///< of the registers that are shown
    float side_width_ = 0;
};

}  // namespace

std::unique_ptr<View> make_registers_view() { return std::make_unique<RegistersView>(); }

}  // namespace ws::view

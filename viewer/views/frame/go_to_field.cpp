// SPDX-License-Identifier: Apache-2.0
// The field that opens over the time line for an event's number, or a time on the net clock.
#include <fmt/format.h>

#include <array>

#include "viewer/model/trace/moment.hpp"
#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/view.hpp"

namespace ws::view {
namespace {

class GoToField : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        static constexpr const char* kPopup = "go to";
        State& state = context.state;
        if (state.go_to && !open_) {
            open_ = true;
            text_ = {};
            problem_.clear();
            ImGui::OpenPopup(kPopup);
        }
        const Theme& theme = context.theme;
        ImGui::SetNextWindowPos({(area.x0 + area.x1) / 2, (area.y0 + area.y1) / 2}, ImGuiCond_Always, {0.5F, 0.5F});
        ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(theme.px(16), theme.px(14)));
        const bool shown = ImGui::BeginPopup(kPopup, ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoNav);
        if (shown) {
            draw_field(context);
            if (!state.go_to) ImGui::CloseCurrentPopup();
            ImGui::EndPopup();
        }
        ImGui::PopStyleVar();
        if (shown && state.go_to) return;
        state.go_to = false;  // a click beside it closes it, too
        open_ = false;
    }

  private:
    void draw_field(const Context& context) {
        const Theme& theme = context.theme;
        const model::Trace& trace = context.session.run(context.state.selection.side()).trace;
        ImGui::PushFont(theme.fonts.bold);
        ImGui::TextUnformatted(
            fmt::format("Go to an event of {}", context.session.name(context.state.selection.side())).c_str());
        ImGui::PopFont();
        if (ImGui::IsWindowAppearing()) ImGui::SetKeyboardFocusHere();
        ImGui::SetNextItemWidth(theme.px(400));
        const bool entered = ImGui::InputTextWithHint("##moment", "48211, or @30653 on the net clock", text_.data(),
                                                      text_.size(), ImGuiInputTextFlags_EnterReturnsTrue);
        if (entered && go(context)) context.state.go_to = false;
        if (entered) ImGui::SetKeyboardFocusHere(-1);
        const std::string range = fmt::format("Events are 0 to {}. Enter goes there, Escape closes.",
                                              grouped(u64{trace.events().size() - 1}));
        ImGui::PushFont(theme.fonts.small);
        ImGui::PushStyleColor(ImGuiCol_Text, problem_.empty() ? theme.muted : theme.cause("trap_config").fill);
        ImGui::PushTextWrapPos(theme.px(410));
        ImGui::TextUnformatted(problem_.empty() ? range.c_str() : problem_.c_str());
        ImGui::PopTextWrapPos();
        ImGui::PopStyleColor();
        ImGui::PopFont();
    }

    /// True if it is a moment of the run, and is shown now.
    bool go(const Context& context) {
        State& state = context.state;
        try {
            const model::Moment moment =
                model::parse_moment(context.session.run(state.selection.side()).trace, text_.data());
            state.go_to_event(state.selection.side(), moment.event);
            return true;
        } catch (const model::MomentError& error) {
            problem_ = error.what();
            return false;
        }
    }

    std::array<char, 64> text_{};
    std::string problem_;
    bool open_ = false;
};

}  // namespace

std::unique_ptr<View> make_go_to_field() {
    return std::make_unique<GoToField>();
}

}  // namespace ws::view

// SPDX-License-Identifier: Apache-2.0
// What each thing costs in cycles: the profile, which can be edited. All modelled figures follow at once.
#include <fmt/format.h>

#include <array>
#include <cstring>
#include <map>

#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/view.hpp"

namespace ws::view {
namespace {

class CostModelView : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        const Theme& theme = context.theme;
        Canvas canvas(theme);
        Rect inside = canvas.panel(area);
        Rect row = canvas.heading(inside, "Cost model");
        if (context.session.two() && button(theme, "words", row.take_right(theme.px(72)), "in words")) {
            context.state.shows_costs = false;
        }
        canvas.text(row, "cycles each time; type another", theme.fonts.small, theme.muted);
        draw_choice(context, inside.take_top(theme.px(30)));
        if (!problem_.empty()) {
            canvas.text(inside.take_bottom(theme.px(18)), problem_, theme.fonts.small, theme.cause("trap_config").fill);
        }
        inside.x1 += theme.px(12);
        const ScrollArea scroll(theme, "costs", inside);
        Canvas rows(theme);
        for (const auto& [key, cost] : model::profile_costs(context.state.cost_model.profile)) {
            draw_cost(context, rows, inside.width() - theme.px(14), key, *cost);
        }
    }

  private:
    void draw_choice(const Context& context, Rect row) {
        const Theme& theme = context.theme;
        model::CostProfile& profile = context.state.cost_model.profile;
        row.y1 -= theme.px(6);
        const Rect copy = row.take_right(theme.px(52));
        row.take_right(theme.px(6));
        ImGui::SetCursorScreenPos({row.x0, row.y0});
        ImGui::SetNextItemWidth(row.width());
        ImGui::PushFont(theme.fonts.small);
        if (ImGui::BeginCombo("##profile", profile.told().c_str())) {
            if (context.state.close_lists) ImGui::CloseCurrentPopup();
            for (const std::string& name : model::profile_names()) {
                if (ImGui::Selectable(name.c_str(), name == profile.name)) load(profile, name);
            }
            ImGui::EndCombo();
        }
        if (ImGui::IsItemHovered()) {
            Tooltip tip(theme);
            tip.title(profile.machine);
            tip.text(profile.told());
            tip.text("Calibrated on: " + profile.calibrated_on + ". Choosing it again puts its own costs back.");
        }
        ImGui::PopFont();
        if (button(theme, "copy", copy, "copy")) ImGui::SetClipboardText(model::profile_text(profile).c_str());
        if (ImGui::IsItemHovered()) {
            Tooltip tip(theme);
            tip.text("The profile as a file's text, into the clipboard: for wstrace explain --profile FILE.");
        }
    }

    void load(model::CostProfile& profile, const std::string& name) {
        typed_.clear();
        try {
            profile = model::CostProfile::load(name);
            problem_.clear();
        } catch (const model::ProfileError& error) {
            problem_ = error.what();
        }
    }

    void draw_cost(const Context& context, Canvas& canvas, float width, const std::string& key, model::Cost& cost) {
        const Theme& theme = context.theme;
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float height = theme.px(22);
        Rect line{at.x, at.y, at.x + width, at.y + height};
        ImGui::PushID(key.c_str());
        const Rect field = line.take_right(theme.px(78));
        if (hit_area("cost", line)) {
            Tooltip tip(theme);
            tip.title(key);
            tip.text("Source: " + cost.source);
        }
        canvas.text(line, words_of(key), theme.fonts.small, cost.source == kTyped ? theme.link : theme.text);
        ImGui::SetCursorScreenPos({field.x0, field.y0 + theme.px(1)});
        ImGui::SetNextItemWidth(field.width());
        ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(theme.px(6), theme.px(1)));
        ImGui::PushStyleColor(ImGuiCol_FrameBg, theme.background);
        ImGui::PushFont(theme.fonts.small);
        const auto found = typed_.find(key);
        std::array<char, 24> text{};
        const std::string shown = found != typed_.end() ? found->second : model::cycles_text(cost.each);
        std::strncpy(text.data(), shown.c_str(), text.size() - 1);
        if (ImGui::InputText("##value", text.data(), text.size(), ImGuiInputTextFlags_AutoSelectAll))
            take(key, text.data(), cost);
        if (ImGui::IsItemDeactivated() && problem_.empty()) typed_.erase(key);
        ImGui::PopFont();
        ImGui::PopStyleColor();
        ImGui::PopStyleVar();
        ImGui::PopID();
        ImGui::SetCursorScreenPos({at.x, at.y + height});
    }

    /// A value counts as soon as it is one; until then the old one does.
    void take(const std::string& key, const std::string& text, model::Cost& cost) {
        typed_[key] = text;
        try {
            cost = {model::parse_cycles(text), kTyped};
            problem_.clear();
        } catch (const model::ProfileError& error) {
            problem_ = fmt::format("{} is {}", key, error.what());
        }
    }

    /// `el1.save` -> save an EL1 register
    static std::string words_of(const std::string& key) {
        const std::size_t point = key.find('.');
        if (point == std::string::npos) return words(key);
        return words(key.substr(0, point)) + ", " + key.substr(point + 1) + " one";
    }

    static constexpr const char* kTyped = "assumed, typed here";
    std::map<std::string, std::string> typed_;  ///< by key: what is being typed
    std::string problem_;
};

}  // namespace

std::unique_ptr<View> make_cost_model_view() { return std::make_unique<CostModelView>(); }

}  // namespace ws::view

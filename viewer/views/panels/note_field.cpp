// SPDX-License-Identifier: Apache-2.0
// The field for a note on the selected event. A click beside it does not close it, for what was typed would be lost:
// the rest of the window steps back.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/views/shared/event_words.hpp"
#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/view.hpp"

namespace ws::view {
namespace {

/// ImGui writes into a buffer of fixed size: it asks here for a larger one.
int grow(ImGuiInputTextCallbackData* data) {
    if (data->EventFlag == ImGuiInputTextFlags_CallbackResize) {
        auto& text = *static_cast<std::string*>(data->UserData);
        text.resize(static_cast<std::size_t>(data->BufTextLen));
        data->Buf = text.data();
    }
    return 0;
}

class NoteField : public View {
  public:
    void draw(const Context& context, const Rect& area) override {
        static constexpr const char* kPopup = "note";
        RunNotes& notes = context.state.notes;
        if (!notes.draft && !open_) return;
        if (notes.draft && !open_) {
            open_ = true;
            ImGui::OpenPopup(kPopup);
        }
        const Theme& theme = context.theme;
        ImGui::SetNextWindowPos({(area.x0 + area.x1) / 2, (area.y0 + area.y1) / 2}, ImGuiCond_Always, {0.5F, 0.5F});
        ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(theme.px(16), theme.px(14)));
        const ImGuiWindowFlags flags = ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize |
                                       ImGuiWindowFlags_NoMove | ImGuiWindowFlags_AlwaysAutoResize |
                                       ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav;
        if (ImGui::BeginPopupModal(kPopup, nullptr, flags)) {
            if (notes.draft) draw_field(context, notes);
            if (!notes.draft) ImGui::CloseCurrentPopup();
            ImGui::EndPopup();
        }
        ImGui::PopStyleVar();
        open_ = notes.draft.has_value();
    }

  private:
    static void draw_field(const Context& context, RunNotes& notes) {
        const Theme& theme = context.theme;
        NoteDraft& draft = *notes.draft;
        const model::Trace& trace = context.session.run(draft.side).trace;
        ImGui::PushFont(theme.fonts.bold);
        ImGui::TextUnformatted(fmt::format("Note on event {} of {}: {}", grouped(u64{draft.event}),
                                           context.session.name(draft.side),
                                           words(trace.event(draft.event).info().name))
                                   .c_str());
        ImGui::PopFont();
        // Letters are for the field alone as long as it is open.
        if (!ImGui::IsAnyItemActive() && !ImGui::IsMouseDown(0)) ImGui::SetKeyboardFocusHere();
        ImGui::SetNextItemWidth(theme.px(520));
        const bool entered = ImGui::InputTextWithHint(
            "##text", "what there is to say about it", draft.text.data(), draft.text.capacity() + 1,
            ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CallbackResize, grow, &draft.text);
        ImGui::PushFont(theme.fonts.small);
        ImGui::PushTextWrapPos(theme.px(536));
        if (!draft.problem.empty()) {
            ImGui::PushStyleColor(ImGuiCol_Text, theme.cause("trap_config").fill);
            ImGui::TextUnformatted(draft.problem.c_str());
            ImGui::PopStyleColor();
        }
        ImGui::PushStyleColor(ImGuiCol_Text, theme.muted);
        ImGui::TextUnformatted(fmt::format("Enter writes it into {}; {}Escape closes.", draft.file.string(),
                                           draft.before.empty() ? "" : "no text removes the note. ")
                                   .c_str());
        ImGui::PopStyleColor();
        ImGui::PopTextWrapPos();
        ImGui::PopFont();
        if (entered) notes.write_draft();
    }

    bool open_ = false;
};

}  // namespace

std::unique_ptr<View> make_note_field() {
    return std::make_unique<NoteField>();
}

}  // namespace ws::view

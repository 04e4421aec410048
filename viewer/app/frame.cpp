// SPDX-License-Identifier: Apache-2.0
#include "viewer/app/frame.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/views/text_forms.hpp"

namespace ws::app {
namespace {

/// The kind that has this name; where none has, the one whose name it is a part of.
u32 find_kind(const view::Session& session, const std::string& name) {
    const auto& rows = session.comparison().rows;
    std::vector<u32> parts;
    std::string all;
    for (u32 i = 0; i < rows.size(); ++i) {
        if (rows[i].kind == name) return i;
        if (rows[i].kind.find(name) != std::string::npos) parts.push_back(i);
        all += (all.empty() ? "" : "; ") + rows[i].kind;
    }
    if (parts.size() == 1) return parts[0];
    throw AppError(fmt::format("--kind {}: {} kind of operation has this name; there are: {}", name,
                               parts.empty() ? "no" : "more than one", all));
}

}  // namespace

float fitting_scale(const Options& options) {
    const float width = static_cast<float>(options.width) / static_cast<float>(kLeastWidth);
    const float height = static_cast<float>(options.height) / static_cast<float>(kLeastHeight);
    return std::max(0.4F, std::min({options.scale, width, height}));
}

Frame::Frame(const view::Session& session, const Options& options)
    : session_(session), state_(session, options.dark), theme_(options.dark, fitting_scale(options)) {
    choose(session, options, state_);
    IMGUI_CHECKVERSION();
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr;
    ImGui::GetIO().LogFilename = nullptr;
    theme_.fonts = view::load_fonts(theme_.scale);
    theme_.apply();
}

Frame::~Frame() {
    ImGui::DestroyContext();
}

void Frame::draw() {
    if (theme_.dark != state_.dark) {
        const view::Fonts fonts = theme_.fonts;
        theme_ = view::Theme(state_.dark, theme_.scale);
        theme_.fonts = fonts;
        theme_.apply();
    }
    ImGui::NewFrame();
    screen_.draw({session_, state_, theme_});
    ImGui::Render();
}

void choose(const view::Session& session, const Options& options, view::State& state) {
    if (!options.kind.empty()) state.select_kind(find_kind(session, options.kind));
    if (options.operation > state.stops()) {
        throw AppError(fmt::format("--operation {}: there are {} of the kind \"{}\"", options.operation,
                                   view::grouped(u64{state.stops()}), session.comparison().rows[state.kind()].kind));
    }
    if (options.operation != 0) {
        state.select_stop(options.operation - 1);
        state.fit();
    }
    if (options.event != 0) {
        const auto& events = session.run(state.side()).trace.events();
        if (options.event > events.size()) {
            throw AppError(
                fmt::format("--event {}: the trace has {} events", options.event, view::grouped(u64{events.size()})));
        }
        state.select_event(state.side(), static_cast<model::EventIndex>(options.event - 1));
    }
    if (options.whole_run) state.show_whole_run();
    for (const view::TabInfo& info : view::kTabs) {
        if (options.tab == info.name) state.tab = info.tab;
    }
    state.profile = model::Profile::load(options.profile);
    state.left_out = model::parse_parts(options.without);
}

}  // namespace ws::app

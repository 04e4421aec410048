// SPDX-License-Identifier: Apache-2.0
#include "viewer/app/settings_merge.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ws::app {
namespace {

void warn(const std::string& what) { fmt::print(stderr, "wsview: warning: {}\n", what); }

bool is_tab(const std::string& name) {
    return std::any_of(std::begin(view::kTabs), std::end(view::kTabs),
                       [&](const view::TabInfo& info) { return name == info.name; });
}

bool is_known_profile(const std::string& name) {
    const std::vector<std::string> names = model::profile_names();
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

void recall(const std::function<bool(const char*)>& given, Options& options) {
    model::Settings settings;
    const std::filesystem::path file = model::settings_file();
    if (file.empty()) return;
    try {
        settings = model::Settings::load(file);
    } catch (const model::SettingsError& error) {
        warn(fmt::format("{}; nothing of it is used", error.what()));
        return;
    }
    const auto take = [&given](const char* option, auto& to, const auto& from) {
        if (from && !given(option)) to = *from;
    };
    take("--theme", options.dark, settings.dark);
    take("--scale", options.scale, settings.scale);
    take("--size", options.width, settings.width);
    take("--size", options.height, settings.height);
    take("--line-up", options.lined_up, settings.lined_up);
    options.lanes_part = settings.lanes_part;
    options.events_part = settings.events_part;
    // These may be another version's.
    if (settings.tab && is_tab(*settings.tab)) take("--tab", options.tab, settings.tab);
    if (settings.profile && is_known_profile(*settings.profile)) take("--profile", options.profile, settings.profile);
}

model::Settings remembered(const view::State* state, const Options& options, int width, int height) {
    model::Settings settings;
    settings.scale = options.scale;
    settings.width = std::clamp(width, model::kLeastWindow[0], model::kMostWindow);
    settings.height = std::clamp(height, model::kLeastWindow[1], model::kMostWindow);
    settings.dark = state != nullptr ? state->dark : options.dark;
    settings.lined_up = state != nullptr ? state->lined_up : options.lined_up;
    settings.lanes_part = state != nullptr ? state->borders.lanes.wanted : options.lanes_part;
    settings.events_part = state != nullptr ? state->borders.events.wanted : options.events_part;
    std::string tab = options.tab;
    for (const view::TabInfo& info : view::kTabs) {
        if (state != nullptr && state->tab == info.tab) tab = info.name;
    }
    if (!tab.empty()) settings.tab = tab;
    const std::string profile = state != nullptr ? state->cost_model.profile.name : options.profile;
    if (is_known_profile(profile)) settings.profile = profile;
    return settings;
}

void remember(const model::Settings& settings) {
    const std::filesystem::path file = model::settings_file();
    if (file.empty()) return;
    try {
        settings.save(file);
    } catch (const model::SettingsError& error) {
        warn(error.what());
    }
}

}  // namespace ws::app

// SPDX-License-Identifier: Apache-2.0
// What the window remembers, between the file and the options: the command line wins, a broken file does no harm.
#pragma once

#include <functional>

#include "viewer/app/options.hpp"
#include "viewer/model/base/settings.hpp"
#include "viewer/views/shared/state.hpp"

namespace ws::app {

/// Fills in what the command line does not say; `given` tells whether it has an option. What cannot be used is one line
/// of warning.
void recall(const std::function<bool(const char*)>& given, Options& options);

/// What is to be remembered when a window is closed that showed this, or no runs at all.
model::Settings remembered(const view::State* state, const Options& options, int width, int height);

/// Writes it down; where that cannot be done, one line of warning.
void remember(const model::Settings& settings);

}  // namespace ws::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/app/options.hpp"
#include "viewer/model/base/settings.hpp"

namespace ws::app {

/// Opens a window, on the traces or on the start page, and stays until it is closed; returns what is to be remembered.
/// Throws AppError, and TraceError for a trace of the command line.
model::Settings show_window(Options options);

}  // namespace ws::app

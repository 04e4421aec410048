// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/app/options.hpp"

namespace ws::app {

/// Opens a window, on the traces or on the start page, and stays until it is closed. Throws AppError, and TraceError
/// for a trace of the command line.
void show_window(const Options& options);

}  // namespace ws::app

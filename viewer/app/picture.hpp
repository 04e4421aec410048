// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/app/frame.hpp"

namespace ws::app {

/// Draws the frame into a PNG file, without a display. Throws AppError.
void write_picture(const view::Session& session, view::OpenRuns& open_runs, const Options& options);

/// Writes all that the frame says into a text file: a line each, under a line with the view's name in brackets.
void write_texts(const view::Session& session, view::OpenRuns& open_runs, const Options& options);

}  // namespace ws::app

// SPDX-License-Identifier: Apache-2.0
// What somebody measured on the time line.
#pragma once

#include "viewer/model/operations/time_span.hpp"

namespace ws::view {

/// A stretch of one run's time that somebody measured.
struct MeasuredSpan {
    int side;
    model::TimeSpan span;
    model::SpanFigures figures;
};

}  // namespace ws::view

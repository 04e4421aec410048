// SPDX-License-Identifier: Apache-2.0
// What a step is and did, in sentences.
#pragma once

#include "viewer/views/view.hpp"

namespace ws::view {

/// A piece of an operation of the run `side`.
void segment_tooltip(const Context& context, int side, const model::Segment& segment);
/// `31 registers saved, 31 restored, 9 control registers written`; empty if nothing moved.
std::string moves_sentence(const model::Moves& moves);

}  // namespace ws::view

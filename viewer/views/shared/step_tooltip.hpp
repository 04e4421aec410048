// SPDX-License-Identifier: Apache-2.0
// What a step is and did, in sentences.
#pragma once

#include "viewer/model/registers/hardware_registers.hpp"
#include "viewer/views/shared/view.hpp"

namespace ws::view {

/// A piece of an operation of the run `side`.
void segment_tooltip(const Context& context, int side, const model::Segment& segment);
/// A step of the time line, or a stretch at one exception level; `origin` is the net time of the shown trap.
void phase_tooltip(const Context& context, int side, const model::Phase& phase, i64 origin);
void event_tooltip(const Context& context, int side, model::EventIndex event, i64 origin);
void stint_tooltip(const Context& context, int side, const model::Stint& stint, i64 origin);
void span_tooltip(const Context& context, int side, const model::Span& span, i64 origin);
/// `HCR_EL2: hypervisor configuration`
std::string register_words(model::RegisterPlace place);
/// `31 registers saved, 31 restored, 9 control registers written`; empty if nothing moved.
std::string moves_sentence(const model::Moves& moves);

}  // namespace ws::view

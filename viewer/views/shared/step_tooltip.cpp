// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/shared/step_tooltip.hpp"

#include <fmt/format.h>

#include "viewer/model/operations/idle.hpp"
#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/event_words.hpp"
#include "viewer/views/shared/notes_list.hpp"

namespace ws::view {
namespace {

/// A step's name, and its meaning as a sentence.
void explain(Tooltip& tip, const model::StepInfo& step) {
    tip.title(fmt::format("{}. {}", step.number, words(step.name)));
    std::string sentence = step.meaning;
    if (!sentence.empty() && sentence[0] >= 'a' && sentence[0] <= 'z') {
        sentence[0] = static_cast<char>(sentence[0] - 'a' + 'A');
    }
    tip.text(sentence + ".");
}

void note_times(Tooltip& tip, const Context& context, int side, i64 begin, i64 end) {
    tip.note(fmt::format("{}: {} to {} after the trap \u00b7 measured", context.session.name(side), grouped(begin),
                         grouped(end)));
}

}  // namespace

std::string register_words(model::RegisterPlace place) {
    const model::HardwareRegister& hardware = model::hardware_registers()[place];
    return hardware.name + ": " + hardware.meaning;
}

std::string moves_sentence(const model::Moves& moves) {
    std::string text;
    const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
    if (moves.saved() != 0) add(counted(moves.saved(), "register") + " saved");
    if (moves.restored() != 0) add(counted(moves.restored(), "register") + " restored");
    if (moves.written() != 0) add(counted(moves.written(), "control register") + " written");
    return text;
}

void segment_tooltip(const Context& context, int side, const model::Segment& segment) {
    Tooltip tip(context.theme);
    const model::StepInfo* step = segment.step == 0 ? nullptr : model::find_step(segment.step);
    const std::string where = model::world_name(segment.world);
    if (step != nullptr) {
        explain(tip, *step);
    } else {
        tip.title(cause_name(cause_of_segment(segment)));
        tip.text("Code at " + where + " that belongs to no numbered step.");
    }
    tip.text(counted(segment.net(), "instruction") + fmt::format(", at {}", where));
    if (const std::string moves = moves_sentence(segment.moves); !moves.empty()) tip.text(moves);
    tip.note(fmt::format("{}: {} to {} after the trap \u00b7 {} \u00b7 measured", context.session.name(side),
                         grouped(segment.begin), grouped(segment.end), cause_name(cause_of_segment(segment))));
}

void phase_tooltip(const Context& context, int side, const model::Phase& phase, i64 origin) {
    const model::StepInfo* step = model::find_step(static_cast<u8>(phase.step));
    Tooltip tip(context.theme);
    if (step != nullptr) {
        explain(tip, *step);
    } else {
        tip.title("unknown step");
    }
    const model::Run& run = context.session.run(side);
    tip.text(model::words_of_time(run, run.trace.event(phase.first).cpu(), {phase.begin, phase.end}));
    const std::string moves = moves_sentence(model::moves_between(run.trace, phase.first, phase.last));
    if (!moves.empty()) tip.text(moves);
    note_times(tip, context, side, phase.begin - origin, phase.end - origin);
}

void event_tooltip(const Context& context, int side, model::EventIndex index, i64 origin) {
    const model::Trace& trace = context.session.run(side).trace;
    const model::Event& event = trace.event(index);
    Tooltip tip(context.theme);
    const std::string words_of_it = brief(trace, event);
    tip.title(words(event.info().name) + (words_of_it.empty() ? "" : ": " + words_of_it));
    tip.text("CPU " + std::to_string(event.cpu()) + ": " + event.info().meaning);
    if (event.is(trace::EventId::register_move)) {
        const model::RegisterPlace place =
            model::place_of_sysreg(trace.as<trace::payload::register_move>(event).sysreg);
        if (place != model::kNoRegister) tip.text(register_words(place));
    }
    if (event.is(trace::EventId::control_write)) {
        const model::RegisterPlace place =
            model::place_of_sysreg(trace.as<trace::payload::control_write>(event).sysreg);
        if (place != model::kNoRegister) tip.text(register_words(place));
    }
    tell_notes(context, tip, side, index);
    tip.note(
        fmt::format("{}: {} after the trap \u00b7 measured", context.session.name(side), grouped(event.net - origin)));
}

void stint_tooltip(const Context& context, int side, const model::Stint& stint, i64 origin) {
    Tooltip tip(context.theme);
    const model::Trace& trace = context.session.run(side).trace;
    tip.title(stint.owner == trace::kHost ? "idle" : trace.owner_name(stint.owner));
    tip.text(stint.owner == trace::kHost ? "No thread to run: the CPU waits for an interrupt."
                                         : "The CPU is this vCPU's: its guest and the hypervisor's thread for it.");
    tip.text(model::words_of_time(context.session.run(side), trace.event(stint.first).cpu(), {stint.begin, stint.end}));
    note_times(tip, context, side, stint.begin - origin, stint.end - origin);
}

void span_tooltip(const Context& context, int side, const model::Span& span, i64 origin) {
    Tooltip tip(context.theme);
    tip.title(model::world_name(span.world));
    const model::Run& run = context.session.run(side);
    tip.text(model::words_of_time(run, run.trace.event(span.first).cpu(), {span.begin, span.end}));
    note_times(tip, context, side, span.begin - origin, span.end - origin);
}

}  // namespace ws::view

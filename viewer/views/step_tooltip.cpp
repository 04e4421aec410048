// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/step_tooltip.hpp"

#include <fmt/format.h>

#include "viewer/views/text_forms.hpp"

namespace ws::view {

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
        tip.title(fmt::format("{}. {}", step->number, words(step->name)));
        std::string sentence = step->meaning;
        if (!sentence.empty() && sentence[0] >= 'a' && sentence[0] <= 'z') sentence[0] = static_cast<char>(sentence[0] - 32);
        tip.text(sentence + ".");
    } else {
        tip.title("between steps");
        tip.text("Code at " + where + " that belongs to no numbered step.");
    }
    tip.text(counted(segment.net(), "instruction") + fmt::format(", at {}", where));
    if (const std::string moves = moves_sentence(segment.moves); !moves.empty()) tip.text(moves);
    tip.note(fmt::format("{}: {} to {} after the trap \u00b7 {} \u00b7 measured", context.session.name(side),
                         grouped(segment.begin), grouped(segment.end), cause_name(cause_of_step(segment.step))));
}

}  // namespace ws::view

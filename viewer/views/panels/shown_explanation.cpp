// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/panels/shown_explanation.hpp"

namespace ws::view {
namespace {

model::ComparedPath path_of(const model::Run& run, const model::Operation& operation) {
    return {static_cast<u32>(&operation - run.operations.all().data()), model::kNoEvent, {}};
}

}  // namespace

const model::Explanation* ShownExplanation::of(const Context& context) {
    const Session& session = context.session;
    const State& state = context.state;
    const int second = session.two() ? 1 : 0;
    const model::Operation* a = state.selection.shown(0).operation;
    const model::Operation* b = state.selection.shown(second).operation;
    if (a == nullptr || b == nullptr || !session.unexplainable().empty()) return nullptr;
    if (!a->measurable || !b->measurable) return nullptr;
    if (made_ && a == a_ && b == b_ && made_->profile == state.cost_model.profile) return &*made_;
    a_ = a;
    b_ = b;
    const model::Run& run_a = session.run(0);
    const model::Run& run_b = session.run(second);
    made_ = model::explain_pair(run_a, run_b, run_a.operations.kind(*a), {path_of(run_a, *a), path_of(run_b, *b)},
                                state.cost_model.profile);
    return &*made_;
}

void select_part(const Context& context, model::Part part) {
    for (int side = 0; side < context.session.count(); ++side) {
        for (const model::Segment& segment : context.state.selection.shown(side).parts.segments) {
            if (segment.part() != part) continue;
            return context.state.selection.select_segment(side, segment);
        }
    }
}

}  // namespace ws::view

// SPDX-License-Identifier: Apache-2.0
// The explanation of the shown operation, made anew when another one is shown or the cost model is changed.
#pragma once

#include <optional>

#include "viewer/model/explain/explanation.hpp"
#include "viewer/views/shared/view.hpp"

namespace ws::view {

class ShownExplanation {
  public:
    /// Null where there is nothing to explain: only one of the runs has the operation, of one no clock tells the time,
    /// or none has steps. With one run alone it is explained against itself.
    const model::Explanation* of(const Context& context);

  private:
    std::optional<model::Explanation> made_;
    const model::Operation* a_ = nullptr;
    const model::Operation* b_ = nullptr;
};

/// Selects the first piece of the shown operation that belongs to the part, in the first run that has one.
void select_part(const Context& context, model::Part part);

}  // namespace ws::view

// SPDX-License-Identifier: Apache-2.0
// Events counted by what one of their fields says.
#pragma once

#include <string>
#include <vector>

#include "viewer/model/find/find.hpp"

namespace ws::model {

/// Events that say the same.
struct Group {
    std::string value;  ///< in words, as wstrace dump has it
    u64 count;
    EventIndex first;  ///< of them
};

struct Groups {
    std::vector<Group> groups;  ///< by the largest count first, then by value
    u64 without = 0;            ///< events that have no such field, or a trap whose exception did not fill it
};

/// `by` is event, cpu, class (the exception class of a trap, the register class of what is moved or written), or a
/// field's name. Throws QueryError if there is no such field.
Groups count_by(const Trace& trace, const std::vector<EventIndex>& events, const std::string& by);

}  // namespace ws::model

// SPDX-License-Identifier: Apache-2.0
// What the terms of a query ask of an event.
#pragma once

#include "viewer/model/find/find.hpp"
#include "viewer/model/find/query.hpp"

namespace ws::model {

/// The condition of a term. `of_register`: the term that says which register a value is of, or null.
/// Throws QueryError for a key or a name that does not exist.
Condition make_condition(const Term& term, const Term* of_register);

}  // namespace ws::model

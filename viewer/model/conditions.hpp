// SPDX-License-Identifier: Apache-2.0
// What the terms of a query ask of an event.
#pragma once

#include <memory>

#include "viewer/model/query.hpp"

namespace ws::model {

class Condition {
  public:
    virtual ~Condition() = default;
    virtual bool holds(const Trace& trace, const Event& event) const = 0;
};

/// The condition of a term. `of_register`: the term that says which register a value is of, or null.
/// Throws QueryError for a key or a name that does not exist.
std::unique_ptr<Condition> make_condition(const Term& term, const Term* of_register);

}  // namespace ws::model

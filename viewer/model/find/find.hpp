// SPDX-License-Identifier: Apache-2.0
// Finding events: a small query language, and the events of a trace that a query holds for.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "viewer/model/trace/trace.hpp"

namespace ws::model {

/// A query that cannot be understood. `what()` is one line: the column, and what is wrong there.
class QueryError : public std::runtime_error {
  public:
    QueryError(std::size_t column, const std::string& message);
    std::size_t column() const { return column_; }  ///< from 1

  private:
    std::size_t column_;
};

/// The language in a few lines, for help texts.
extern const char* const kQueryHelp;

/// Does one term of a query hold for an event?
using Condition = std::function<bool(const Trace& trace, const Event& event)>;

class EventLocations;
struct Term;

class Query {
  public:
    /// Throws QueryError.
    static Query parse(const std::string& text);

    /// Does it ask for symbols, which only the images tell?
    bool needs_locations() const;
    /// `locations`: where events happened, if the query asks for it.
    bool holds(const Trace& trace, EventIndex index, const EventLocations* locations = nullptr) const;

  private:
    /// symbol=TEXT
    struct Symbol {
        std::string text;
        bool negated;
    };
    /// What stands between two `or`: all of it has to hold.
    struct Alternative {
        std::vector<Condition> conditions;
        std::vector<Symbol> symbols;

        bool holds(const Trace& trace, EventIndex index, const EventLocations* locations) const;
    };
    static Alternative alternative(const std::vector<Term>& terms);

    std::vector<Alternative> alternatives_;
};

/// All events that the query holds for, ascending. Throws QueryError if it asks for symbols and there are none to tell.
std::vector<EventIndex> find_events(const Trace& trace, const Query& query, const EventLocations* locations = nullptr);

/// Of found events the first one after, or the last one before, an event; kNoEvent if there is none.
EventIndex next_found(const std::vector<EventIndex>& found, EventIndex event);
EventIndex previous_found(const std::vector<EventIndex>& found, EventIndex event);

}  // namespace ws::model

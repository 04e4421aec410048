// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/find/find.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/model/code/event_location.hpp"
#include "viewer/model/find/query.hpp"
#include "viewer/model/find/query_terms.hpp"

namespace ws::model {

const char* const kQueryHelp =
    "A query is one or more terms with spaces between them; an event must meet all. ! or not before a term turns it "
    "round;\n"
    "or between terms begins another way to meet it: trap class=HVC64 or eret vcpu=0.\n"
    "  trap  registers_el1        events of this kind; registers_* all that begin so\n"
    "  class=HVC64                traps of this exception class\n"
    "  pc=0x40080fb0              traps and returns at this address\n"
    "  register=SCTLR_EL1         events that hold the register: saved, restored, written or filled\n"
    "  value=0x30d0198d           events with a field of this value; after register=, that register's\n"
    "  address=0x8000000..0x8010000  what is about these addresses: accesses, faults, mappings\n"
    "  vcpu=0  vcpu=host  vm=1    whose event it is\n"
    "  cpu=1                      on this CPU\n"
    "  net=1000..2000             at this time of the net clock\n"
    "  step=save_el1              a step of this name begins or ends\n"
    "  symbol=activate_traps      recorded in, trapped in or returning to a function with this in its name (needs the "
    "images)\n"
    "  text=\"CPU_ON\"              its line, as wstrace dump prints it, has this text\n"
    "Numbers are decimal or 0x...; each may be a range FIRST..LAST, both included.";

QueryError::QueryError(std::size_t column, const std::string& message)
    : std::runtime_error(fmt::format("query, column {}: {}", column, message)), column_(column) {}

Query::Alternative Query::alternative(const std::vector<Term>& terms) {
    Alternative made;
    const Term* reg = nullptr;
    for (const Term& term : terms) {
        if (term.key == "register") reg = &term;
        if (term.key == "symbol") {
            made.symbols.push_back({term.value, term.negated});
            continue;
        }
        made.conditions.push_back(make_condition(term, term.key == "value" ? reg : nullptr));
    }
    return made;
}

Query Query::parse(const std::string& text) {
    const std::vector<Term> terms = split_query(text);
    if (terms.empty()) throw QueryError(1, "it is empty; try trap, class=HVC64 or register=SCTLR_EL1");
    Query query;
    std::vector<Term> together;
    for (const Term& term : terms) {
        if (!term.is_or) {
            together.push_back(term);
            continue;
        }
        if (together.empty()) throw QueryError(term.column, "there is no term before or");
        query.alternatives_.push_back(alternative(together));
        together.clear();
    }
    if (together.empty()) throw QueryError(terms.back().column, "there is no term behind or");
    query.alternatives_.push_back(alternative(together));
    return query;
}

bool Query::needs_locations() const {
    return std::any_of(alternatives_.begin(), alternatives_.end(),
                       [](const Alternative& one) { return !one.symbols.empty(); });
}

bool Query::Alternative::holds(const Trace& trace, EventIndex index, const EventLocations* locations) const {
    const Event event = trace.event(index);
    return std::all_of(conditions.begin(), conditions.end(),
                       [&](const Condition& condition) { return condition(trace, event); }) &&
           std::all_of(symbols.begin(), symbols.end(), [&](const Symbol& symbol) {
               return locations != nullptr && locations->in_symbol(index, symbol.text) != symbol.negated;
           });
}

bool Query::holds(const Trace& trace, EventIndex index, const EventLocations* locations) const {
    return std::any_of(alternatives_.begin(), alternatives_.end(),
                       [&](const Alternative& one) { return one.holds(trace, index, locations); });
}

std::vector<EventIndex> find_events(const Trace& trace, const Query& query, const EventLocations* locations) {
    if (query.needs_locations() && (locations == nullptr || !locations->problem().empty())) {
        throw QueryError(1, "symbol= cannot be told: " +
                                (locations != nullptr ? locations->problem() : "the images are not read yet"));
    }
    std::vector<EventIndex> found;
    for (EventIndex index = 0; index < trace.events().size(); ++index) {
        if (query.holds(trace, index, locations)) found.push_back(index);
    }
    return found;
}

EventIndex next_found(const std::vector<EventIndex>& found, EventIndex event) {
    if (event == kNoEvent) return found.empty() ? kNoEvent : found.front();
    const auto next = std::upper_bound(found.begin(), found.end(), event);
    return next == found.end() ? kNoEvent : *next;
}

EventIndex previous_found(const std::vector<EventIndex>& found, EventIndex event) {
    const auto here = std::lower_bound(found.begin(), found.end(), event);
    return here == found.begin() ? kNoEvent : *(here - 1);
}

}  // namespace ws::model

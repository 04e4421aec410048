// SPDX-License-Identifier: Apache-2.0
// The trace's own laws: what holds in every trace of a sound hypervisor, whichever its design.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "viewer/model/trace/trace.hpp"

namespace ws::model {

struct LawReport {
    std::string law;      ///< its name, such as `traps_and_erets_alternate`
    std::string meaning;  ///< in a sentence
    u64 checked = 0;      ///< how often it could be tested
    u64 offences = 0;
    EventIndex first_event = kNoEvent;  ///< the first offence; none where no event stands for it
    std::string first_offence;          ///< in a sentence; empty if there is none
};

struct CheckReport {
    std::vector<LawReport> laws;
    std::vector<std::string> warnings;  ///< drops, a capture that did not end: no fault of the hypervisor
    u64 events_discarded = 0;

    bool holds() const;  ///< no law was broken
};

/// Tests all laws on a trace. That packets are whole the reader has seen to; what it had to leave out breaks that law.
/// Where events are missing, what has to do with neighbours starts anew.
CheckReport check(const Trace& trace);

/// One law: it is shown every event in the order of time, and told where a CPU's events are missing.
class Law {
  public:
    Law(const Trace& trace, std::string name, std::string meaning);
    virtual ~Law() = default;
    virtual void take(EventIndex index, const Event& event) = 0;
    virtual void gap(u32 /*cpu*/) {}
    const LawReport& report() const { return report_; }

  protected:
    const Trace& trace() const { return trace_; }
    /// Counts a test; where it fails, `offence()` makes the sentence.
    template <class Offence>
    void test(bool good, EventIndex index, Offence offence) {
        ++report_.checked;
        if (good) return;
        if (report_.offences++ != 0) return;
        report_.first_event = index;
        report_.first_offence = offence();
    }

  private:
    const Trace& trace_;
    LawReport report_;
};

/// The laws on traps, erets, phases, hypercalls and times (flow_laws.cpp), on the machine that guests see
/// (machine_laws.cpp), and on values (value_laws.cpp).
std::vector<std::unique_ptr<Law>> make_flow_laws(const Trace& trace);
std::vector<std::unique_ptr<Law>> make_machine_laws(const Trace& trace);
std::vector<std::unique_ptr<Law>> make_value_laws(const Trace& trace);

}  // namespace ws::model

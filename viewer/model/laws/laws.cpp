// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/laws/laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace ws::model {
namespace {

void add_warnings(const Trace& trace, CheckReport& report) {
    report.events_discarded = trace.discarded();
    for (const Gap& gap : trace.gaps()) {
        if (gap.discarded == 0) continue;  // damaged packets: a law of its own
        const std::string place = gap.before == kNoEvent ? "at its end" : fmt::format("before event {}", gap.before);
        report.warnings.push_back(
            fmt::format("CPU {}: {} events were dropped {}, since the ring was full", gap.cpu, gap.discarded, place));
    }
    if (!trace.complete())
        report.warnings.push_back("the capture did not end: events may be missing at the trace's end");
}

/// What the reader has tested already: it leaves out what breaks these.
std::vector<LawReport> reader_laws(const Trace& trace) {
    const std::vector<std::string> damage = trace.damage_told();
    LawReport packets;
    packets.law = "packets_are_whole";
    packets.meaning = "each packet has its checksum, its number and the run's UUID, and ends with a whole event";
    packets.checked = trace.packets().size() + damage.size();
    packets.offences = damage.size();
    if (!damage.empty()) packets.first_offence = damage.front();
    LawReport drops;
    drops.law = "drops_are_reported";
    drops.meaning = "what the recorder dropped is counted, CPU by CPU, and the count never runs back";
    drops.checked = trace.packets().size();
    return {packets, drops};
}

/// Other CPUs go on while one CPU's events are missing: what a law knows of that one is void from there on, not only
/// from its next event on.
class DamageAhead {
  public:
    explicit DamageAhead(const Trace& trace) : trace_(trace) {
        for (const Damage& damage : trace.damage()) {
            if (damage.events_missing()) ahead_.push_back(damage);
        }
        std::sort(ahead_.begin(), ahead_.end(), [](const Damage& a, const Damage& b) { return a.from < b.from; });
    }
    /// Calls `begins` for each CPU whose damage begins at or before this event.
    template <class Begins>
    void pass(EventIndex index, Begins begins) {
        for (; next_ < ahead_.size() && trace_.raw(index) >= ahead_[next_].from; ++next_) begins(ahead_[next_].cpu);
    }

  private:
    const Trace& trace_;
    std::vector<Damage> ahead_;
    std::size_t next_ = 0;
};

}  // namespace

Law::Law(const Trace& trace, std::string name, std::string meaning) : trace_(trace) {
    report_.law = std::move(name);
    report_.meaning = std::move(meaning);
}

bool CheckReport::holds() const {
    return std::all_of(laws.begin(), laws.end(), [](const LawReport& law) { return law.offences == 0; });
}

CheckReport check(const Trace& trace) {
    auto laws = make_flow_laws(trace);
    for (auto& more : {make_machine_laws, make_value_laws}) {
        auto part = more(trace);
        std::move(part.begin(), part.end(), std::back_inserter(laws));
    }
    DamageAhead damage(trace);
    for (EventIndex index = 0; index < trace.events().size(); ++index) {
        const Event event = trace.event(index);
        const bool gap = trace.after_gap(index);
        damage.pass(index, [&laws](u32 cpu) {
            for (const auto& law : laws) law->gap(cpu);
        });
        for (const auto& law : laws) {
            if (gap) law->gap(event.cpu());
            law->take(index, event);
        }
    }
    CheckReport report;
    for (const auto& law : laws) report.laws.push_back(law->report());
    for (LawReport& law : reader_laws(trace)) report.laws.push_back(std::move(law));
    add_warnings(trace, report);
    return report;
}

}  // namespace ws::model

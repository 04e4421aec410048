// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "viewer/model/trace/describe.hpp"
#include "viewer/model/export/export.hpp"

namespace ws::model {
namespace {

/// In quotes, with those inside doubled.
std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
    return result + "\"";
}

}  // namespace

void export_csv(const Trace& trace, const Sink& sink) {
    std::vector<Damage> damage = trace.damage();
    std::sort(damage.begin(), damage.end(), [](const Damage& a, const Damage& b) { return a.from < b.from; });
    sink("index,cpu,raw,net,event,fields\r\n");
    std::size_t told = 0;
    const auto tell_damage_before = [&](u64 raw) {
        for (; told < damage.size() && damage[told].from <= raw; ++told) {
            sink(fmt::format(",{},{},,missing,{}\r\n", damage[told].cpu, damage[told].from,
                             quoted(damage[told].text())));
        }
    };
    for (EventIndex index = 0; index < trace.events().size(); ++index) {
        const Event& event = trace.event(index);
        if (told < damage.size()) tell_damage_before(trace.raw(index) - (trace.raw(index) == 0 ? 0 : 1));
        sink(fmt::format("{},{},{},{},{},{}\r\n", index, event.cpu(), trace.raw(index), event.net, event.info().name,
                         quoted(one_line(trace, event))));
    }
    tell_damage_before(~u64{0});
}

}  // namespace ws::model

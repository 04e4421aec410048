// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "viewer/model/describe.hpp"
#include "viewer/model/export.hpp"

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
    sink("index,cpu,raw,net,event,fields\r\n");
    for (EventIndex index = 0; index < trace.events().size(); ++index) {
        const Event& event = trace.event(index);
        sink(fmt::format("{},{},{},{},{},{}\r\n", index, event.cpu(), trace.raw(index), event.net, event.info().name,
                         quoted(one_line(trace, event))));
    }
}

}  // namespace ws::model

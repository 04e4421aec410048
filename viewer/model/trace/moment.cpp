// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/trace/moment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace ws::model {
namespace {

std::string without_blanks_and_commas(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c != ' ' && c != ',') result += c;
    }
    return result;
}

i64 parse_number(const std::string& digits, const std::string& text) {
    i64 value = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, problem] = std::from_chars(digits.data(), end, value);
    if (problem == std::errc::result_out_of_range) throw MomentError(fmt::format("{} is too large a number", text));
    if (problem != std::errc() || stop != end) {
        throw MomentError(fmt::format("\"{}\" is neither an event's number nor @ and a time on the net clock", text));
    }
    return value;
}

}  // namespace

EventIndex nearest_event(const Trace& trace, i64 net) {
    EventIndex best = kNoEvent;
    const auto distance = [&](EventIndex event) {
        const i64 at = trace.net(event);
        return at < net ? net - at : at - net;
    };
    for (u32 cpu = 0; cpu < trace.cpus(); ++cpu) {
        const CpuEvents& events = trace.events_of(cpu);
        if (events.empty()) continue;
        const std::size_t after = trace.first_from(cpu, net);
        for (const std::size_t place : {after == 0 ? 0 : after - 1, std::min(after, events.size() - 1)}) {
            const EventIndex event = events[place];
            if (best == kNoEvent || distance(event) < distance(best)) best = event;
        }
    }
    return best;
}

Moment parse_moment(const Trace& trace, const std::string& text) {
    const std::string plain = without_blanks_and_commas(text);
    if (plain.empty()) throw MomentError("an event's number is wanted, or @ and a time on the net clock");
    if (trace.events().size() == 0) throw MomentError("the trace has no events");
    if (plain[0] != '@') {
        const i64 number = parse_number(plain, text);
        const u64 last = trace.events().size() - 1;
        if (number < 0 || static_cast<u64>(number) > last) {
            throw MomentError(fmt::format("there is no event {}: they are 0 to {}", number, last));
        }
        const auto event = static_cast<EventIndex>(number);
        return {trace.net(event), event};
    }
    const i64 net = parse_number(plain.substr(1), text);
    const auto last = static_cast<EventIndex>(trace.events().size() - 1);
    if (net < trace.net(0) || net > trace.net(last)) {
        throw MomentError(fmt::format("@{} is outside of the run, whose net clock goes from {} to {}", net,
                                      trace.net(0), trace.net(last)));
    }
    return {net, nearest_event(trace, net)};
}

}  // namespace ws::model

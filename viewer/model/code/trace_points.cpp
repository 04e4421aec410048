// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/code/trace_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <set>

#include "viewer/model/code/instruction_successors.hpp"

namespace ws::model {
namespace {

// A vector from here on is of an exception that came from the level below, to which an ERET went before.
constexpr u64 kFromBelow = 8;
constexpr std::size_t kLongestWindow =
    400;  // instructions from one reading of the clock to the one that ends its window

bool reads_clock(const std::string& text) {
    return text.rfind("mrs ", 0) == 0 && text.find(", pmccntr_el0") != std::string::npos;
}

/// The reading at a window's end: SUB follows at once (arch/hw/trace_clock.hpp).
bool closes_window(const Image& image, std::size_t row) {
    return row + 1 < image.size() && image.at(row + 1).text.rfind("sub ", 0) == 0;
}

/// Does an instruction put something into this general-purpose register? One that might counts as one that does.
bool writes_register(const std::string& text, unsigned number) {
    const std::string name = text.substr(0, text.find(' '));
    for (const char* other : {"cmp", "cmn", "tst", "ccmp", "ccmn", "cbz", "cbnz", "tbz", "tbnz", "msr"}) {
        if (name == other) return false;
    }
    if (name.rfind("st", 0) == 0) return false;
    const auto is_it = [number](const std::string& operand) {
        return operand == fmt::format("w{}", number) || operand == fmt::format("x{}", number);
    };
    const std::string operands = text.size() > name.size() ? text.substr(name.size() + 1) : "";
    const std::size_t first = operands.find(", ");
    if (is_it(operands.substr(0, first))) return true;
    if (name != "ldp" || first == std::string::npos) return false;
    return is_it(operands.substr(first + 2, operands.find(", ", first + 2) - first - 2));
}

/// The constant of `mov wN, #CONSTANT`.
std::optional<unsigned long> constant_moved(const std::string& text) {
    unsigned number = 0;
    unsigned long value = 0;
    return std::sscanf(text.c_str(), "mov w%u, #%lx", &number, &value) == 2 ? std::optional(value) : std::nullopt;
}

/// What stands between two texts.
std::optional<std::string> between(const std::string& text, const std::string& before, const std::string& after) {
    const std::size_t start = text.find(before);
    if (start == std::string::npos) return std::nullopt;
    const std::size_t begin = start + before.size();
    const std::size_t end = text.find_first_of(after, begin);
    return text.substr(begin, end == std::string::npos ? end : end - begin);
}

std::optional<SysregId> sysreg_called(const std::string& name) {
    for (std::size_t id = 0; id < kSysregCount; ++id) {
        if (name == kSysregs[id].name) return static_cast<SysregId>(id);
    }
    return std::nullopt;
}

u32 id_of(trace::EventId event) {
    return static_cast<u32>(event);
}

u32 id_of(RegisterClass block) {
    return trace::kFirstBlockId + static_cast<u32>(block);
}

}  // namespace

TracePoints::TracePoints(const Image& image) : image_(image) {
    find_points();
    for (const TracePoint& point : points_) next_.push_back(walk(point.row + 1));
    interrupted_.points.resize(points_.size(), false);
    const auto vectors = image_.address("kernel_vectors");
    for (u64 number = 0; vectors && number < kFromBelow; ++number) {
        if (number % 4 == 0) continue;  // synchronous: no interrupt
        const auto row = image_.find(*vectors + 0x80 * number);
        if (!row) continue;
        const Next next = walk(*row);
        interrupted_.anywhere |= next.anywhere;
        for (std::size_t i = 0; i < points_.size(); ++i) {
            if (next.points[i]) interrupted_.points[i] = true;
        }
    }
}

void TracePoints::find_points() {
    for (std::size_t row = 0; row < image_.size(); ++row) {
        if (!reads_clock(image_.at(row).text) || closes_window(image_, row)) continue;
        std::vector<Recorded> recorded = recorded_at(row);
        if (!recorded.empty()) points_.push_back({row, std::move(recorded)});
    }
}

/// The functions of trace/points.hpp that were inlined here have the kind of event in their types.
std::vector<Recorded> TracePoints::recorded_at(std::size_t row) const {
    std::optional<Recorded> found;
    for (const Frame& frame : image_.frames(row)) {
        if (const auto number = between(frame.function, "block<(ws::RegisterClass)", ">")) {
            found = Recorded{trace::kFirstBlockId + static_cast<u32>(std::strtoul(number->c_str(), nullptr, 10))};
        } else if (const auto reg = between(frame.function, "write_control<ws::reg::", ",>")) {
            found = Recorded{id_of(trace::EventId::control_write), {}, sysreg_called(*reg)};
        } else if (const auto name = between(frame.function, "payload::", ",>( ")) {
            const EventInfo* info = find_event(*name);
            if (info != nullptr) found = Recorded{info->id};
        }
    }
    if (!found) return recorded_by_assembly(row);
    if (found->event == id_of(trace::EventId::phase_begin) || found->event == id_of(trace::EventId::phase_end)) {
        found->detail = step_at(row);
    }
    return {*found};
}

/// guest_entry.S and host_vectors.S, by the symbols of arch/hw/trace_macros.h and by what they call.
std::vector<Recorded> TracePoints::recorded_by_assembly(std::size_t row) const {
    using trace::EventId;
    const std::string& symbol = image_.symbol(row);
    int vector = 0;
    if (std::sscanf(symbol.c_str(), "guest_vector_%d_clock", &vector) == 1) {
        return {{id_of(EventId::trap), static_cast<u8>(vector), {}, false},
                {id_of(EventId::phase_begin), static_cast<u8>(trace::Step::save_general_purpose)}};
    }
    if (symbol == "host_vectors") return {{id_of(EventId::trap), {}, {}, true}};
    for (std::size_t next = row + 1; next < std::min(image_.size(), row + 8); ++next) {
        const std::string text = image_.at(next).text;
        if (reads_clock(text)) break;
        if (text.find("<trace_record_guest_exit>") != std::string::npos) {
            return {{id_of(RegisterClass::general)},
                    {id_of(RegisterClass::callee_saved)},
                    {id_of(EventId::phase_end), static_cast<u8>(trace::Step::save_general_purpose)}};
        }
        if (text.find("<trace_record_guest_entry>") != std::string::npos) {
            return {{id_of(RegisterClass::general)},
                    {id_of(RegisterClass::callee_saved)},
                    {id_of(EventId::eret), {}, {}, false}};
        }
        if (text.find("<trace_record_host_eret>") != std::string::npos) return {{id_of(EventId::eret), {}, {}, true}};
    }
    return {};
}

/// The rows from a reading of the clock to the one that ends its window.
std::vector<std::size_t> TracePoints::window_of(std::size_t row) const {
    std::vector<std::size_t> rows;
    std::vector<CodePath> open = {CodePath{row + 1, {}}};
    while (!open.empty() && rows.size() < kLongestWindow) {
        const CodePath here = open.back();
        open.pop_back();
        if (reads_clock(image_.at(here.row).text)) continue;
        if (std::find(rows.begin(), rows.end(), here.row) != rows.end()) continue;
        rows.push_back(here.row);
        for (const CodePath& path : successors_of(image_, here).paths) open.push_back(path);
    }
    return rows;
}

/// What register W`number` holds in a window: a constant that is set there, or that the whole function keeps in it.
std::optional<unsigned long> TracePoints::constant_in(const std::vector<std::size_t>& window, unsigned number) const {
    std::vector<std::size_t> function;
    std::size_t row = window.front();
    while (row > 0 && image_.symbol(row - 1) == image_.symbol(window.front())) --row;
    for (; row < image_.size() && image_.symbol(row) == image_.symbol(window.front()); ++row) function.push_back(row);
    for (const auto* rows : {&window, static_cast<const std::vector<std::size_t>*>(&function)}) {
        std::set<std::optional<unsigned long>> values;
        for (const std::size_t one : *rows) {
            const std::string text = image_.at(one).text;
            // A function gives back its caller's value from its stack.
            if (writes_register(text, number) && text.find("[sp") == std::string::npos)
                values.insert(constant_moved(text));
        }
        if (!values.empty()) return values.size() == 1 ? *values.begin() : std::nullopt;
    }
    return std::nullopt;
}

/// The number that is stored behind the event's header, if the code stores a constant there.
std::optional<u8> TracePoints::step_at(std::size_t row) const {
    const std::vector<std::size_t> window = window_of(row);
    std::set<std::optional<unsigned long>> values;
    for (const std::size_t one : window) {
        unsigned number = 0;
        int end = 0;
        const std::string text = image_.at(one).text;
        if (std::sscanf(text.c_str(), "strb w%u, [x%*u, #8]%n", &number, &end) != 1 || end == 0) continue;
        values.insert(constant_in(window, number));
    }
    if (values.size() != 1 || !values.begin()->has_value()) return std::nullopt;
    return static_cast<u8>(**values.begin());
}

std::size_t TracePoints::point_at(std::size_t row) const {
    const auto found = std::lower_bound(points_.begin(), points_.end(), row,
                                        [](const TracePoint& point, std::size_t wanted) { return point.row < wanted; });
    return found != points_.end() && found->row == row ? static_cast<std::size_t>(found - points_.begin())
                                                       : points_.size();
}

TracePoints::Next TracePoints::walk(std::size_t row) const {
    static constexpr std::size_t kMost = 100'000;  // steps of a walk; beyond that it may lead anywhere
    Next next;
    next.points.resize(points_.size(), false);
    std::vector<CodePath> open = {CodePath{row, {}}};
    std::set<CodePath> seen(open.begin(), open.end());
    while (!open.empty()) {
        const CodePath here = open.back();
        open.pop_back();
        const std::size_t point = point_at(here.row);
        if (point < points_.size()) {
            next.points[point] = true;
            continue;
        }
        const Successors successors = successors_of(image_, here);
        next.anywhere |= successors.anywhere || seen.size() > kMost;
        if (next.anywhere) return next;  // nothing more can be said
        for (const CodePath& path : successors.paths) {
            if (seen.insert(path).second) open.push_back(path);
        }
    }
    return next;
}

bool TracePoints::records(std::size_t point, const Trace& trace, const Event& event) const {
    namespace payload = trace::payload;
    using trace::EventId;
    for (const Recorded& one : points_[point].recorded) {
        if (one.event != event.id()) continue;
        if (event.is(EventId::trap)) {
            const auto trap = trace.as<payload::trap>(event);
            if (one.of_host == (trap.owner == trace::kHost) && (!one.detail || *one.detail == trap.vector)) return true;
        } else if (event.is(EventId::eret)) {
            if (one.of_host == (trace.as<payload::eret>(event).owner == trace::kHost)) return true;
        } else if (event.is(EventId::phase_begin) || event.is(EventId::phase_end)) {
            const auto step = static_cast<u8>(trace.as<payload::phase_begin>(event).step);
            if (!one.detail || *one.detail == step) return true;
        } else if (event.is(EventId::control_write)) {
            if (!one.sysreg || *one.sysreg == trace.as<payload::control_write>(event).sysreg) return true;
        } else {
            return true;
        }
    }
    return false;
}

bool TracePoints::follows(std::size_t from, std::size_t to, bool same_time) const {
    if (same_time) return from == to;
    return next_[from].anywhere || next_[from].points[to] || interrupted_.anywhere || interrupted_.points[to];
}

}  // namespace ws::model

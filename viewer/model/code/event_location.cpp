// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/code/event_location.hpp"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <cstring>
#include <future>

#include "hyp/arch/syndrome.hpp"
#include "viewer/model/base/external_program.hpp"
#include "viewer/model/format/trap_registers.hpp"

namespace ws::model {
namespace {

using trace::EventId;
namespace payload = trace::payload;

constexpr std::size_t kFarthest = 256;  // events to each side that a place is derived from

EventLocations::Known load(const ImageFile& file) {
    try {
        return {load_image(file), ""};
    } catch (const SourceError& error) {
        return {nullptr, error.what()};
    }
}

/// Where ELR_EL2 points to for a trap: HVC and SVC return behind themselves, an interrupt comes before an instruction
/// (Arm ARM D1.3.4).
u64 trapped_address(const payload::trap& trap) {
    static constexpr u64 kBytes = 4;
    const auto ec = reg::ESR_EL2::EC.get(trap.ESR_EL2);
    const bool call = is_synchronous(trap) && (ec == static_cast<u64>(Ec::HVC64) || ec == static_cast<u64>(Ec::SVC64));
    return trap.ELR_EL2 - (call ? kBytes : 0);
}

}  // namespace

bool is_recorder(const Frame& frame) {
    return frame.file.find("/hyp/trace/") != std::string::npos || frame.file.find("/hyp/arch/") != std::string::npos;
}

const Frame* telling_frame(const std::vector<Frame>& frames) {
    const auto found = std::find_if_not(frames.begin(), frames.end(), is_recorder);
    if (found != frames.end()) return &*found;
    return frames.empty() ? nullptr : &frames.front();
}

bool one_line_of(const EventLocation& location) {
    std::vector<std::pair<std::string, u32>> lines;
    for (const std::size_t row : location.either) {
        const std::vector<Frame> frames = location.image->frames(row);
        const Frame* frame = telling_frame(frames);
        lines.emplace_back(frame != nullptr ? frame->file : "", frame != nullptr ? frame->line : 0);
    }
    return !lines.empty() && lines.front().second != 0 &&
           std::all_of(lines.begin(), lines.end(), [&](const auto& line) { return line == lines.front(); });
}

std::string shown_file(const std::string& file) {
    static const std::string kTop = std::string(WS_SOURCE) + "/";
    return file.rfind(kTop, 0) == 0 ? file.substr(kTop.size()) : file;
}

EventLocations::EventLocations(const Trace& trace) : trace_(trace) {
    if (trace.from_outside()) {
        hypervisor_.problem = fmt::format(
            "{} was recorded from outside, by a plugin of QEMU's: no source of it is here, and no line of code has "
            "recorded this event",
            trace.env(kHypervisorKey));
        // Its guests are ours.
        try {
            for (const ImageFile& file : find_run_files(trace.path()).guest_images) guests_.push_back(load(file));
        } catch (const SourceError& error) {
            guests_.assign(1, Known{nullptr, error.what()});
        }
        return;
    }
    try {
        files_ = find_run_files(trace.path());
    } catch (const SourceError& error) {
        hypervisor_.problem = error.what();
        return;
    }
    std::vector<std::future<Known>> guests;
    for (const ImageFile& file : files_->guest_images) guests.push_back(std::async(std::launch::async, load, file));
    hypervisor_ = load(files_->hypervisor);
    for (auto& guest : guests) guests_.push_back(guest.get());
    find_points();
}

EventLocations::EventLocations(const Trace& trace, Known hypervisor, std::vector<Known> guests)
    : trace_(trace), hypervisor_(std::move(hypervisor)), guests_(std::move(guests)) {
    find_points();
}

void EventLocations::find_points() {
    if (hypervisor_.image) points_ = std::make_unique<const TracePoints>(*hypervisor_.image);
}

std::vector<std::size_t> EventLocations::candidates(EventIndex index) const {
    const Event event = trace_.event(index);
    std::vector<std::size_t> found;
    for (std::size_t point = 0; point < points_->size(); ++point) {
        if (points_->records(point, trace_, event)) found.push_back(point);
    }
    return found;
}

/// Of the points that can have recorded an event, those that fit to its neighbours on one side (`way`: -1 before, 1
/// after) up to the nearest that only one point can have recorded.
std::vector<std::size_t> EventLocations::fitting(EventIndex index, std::vector<std::size_t> here, int way) const {
    const u32 cpu = trace_.event(index).cpu();
    const CpuEvents& events = trace_.events_of(cpu);
    const auto number = std::lower_bound(events.begin(), events.end(), index) - events.begin();
    std::vector<EventIndex> chain = {index};
    std::vector<std::vector<std::size_t>> points = {std::move(here)};
    while (points.back().size() > 1 && chain.size() < kFarthest) {
        const auto next = number + way * static_cast<std::ptrdiff_t>(chain.size());
        if (next < 0 || next >= static_cast<std::ptrdiff_t>(events.size())) break;
        const EventIndex neighbour = events[static_cast<std::size_t>(next)];
        if (trace_.after_gap(way < 0 ? chain.back() : neighbour)) break;
        std::vector<std::size_t> theirs = candidates(neighbour);
        if (theirs.empty()) break;  // it tells nothing
        chain.push_back(neighbour);
        points.push_back(std::move(theirs));
    }
    for (std::size_t i = chain.size() - 1; i-- > 0;) {
        const bool same_time = trace_.raw(chain[i]) == trace_.raw(chain[i + 1]);
        const auto stands_alone = [&](std::size_t point) {
            return std::none_of(points[i + 1].begin(), points[i + 1].end(), [&](std::size_t other) {
                return way < 0 ? points_->follows(other, point, same_time) : points_->follows(point, other, same_time);
            });
        };
        points[i].erase(std::remove_if(points[i].begin(), points[i].end(), stands_alone), points[i].end());
    }
    return points.front();
}

std::vector<std::size_t> EventLocations::points_of(EventIndex index) const {
    std::vector<std::size_t> points = candidates(index);
    for (const int way : {-1, 1}) {
        if (points.size() > 1) points = fitting(index, std::move(points), way);
    }
    return points;
}

EventLocation EventLocations::of_hypervisor(EventIndex index) const {
    EventLocation location{
        "the hypervisor's instruction that read the clock for it", hypervisor_.image, {}, {}, hypervisor_.problem, {}};
    if (trace_.from_outside()) location.what = "the hypervisor's code";
    if (!hypervisor_.image) return location;
    const Event event = trace_.event(index);
    const bool is_trap = event.is(EventId::trap);
    const bool is_eret = event.is(EventId::eret);
    if (is_trap) location.what = "the first instruction at EL2";
    if (is_eret) location.what = "the return from EL2";
    for (const std::size_t point : points_of(index)) {
        std::size_t row = (*points_)[point].row;
        // A vector's first instructions come before the reading of the clock.
        if (is_trap) row -= std::min<std::size_t>(row, trace_.as<payload::trap>(event).lead);
        while (is_eret && row + 1 < hypervisor_.image->size() && hypervisor_.image->at(row).text != "eret") ++row;
        location.either.push_back(row);
    }
    if (location.either.size() == 1) {
        location.row = location.either.front();
        location.address = hypervisor_.image->at(*location.row).address;
        location.either.clear();
    } else if (location.either.empty()) {
        location.problem = fmt::format("{} has no place that records such an event", hypervisor_.image->name());
    } else {
        location.problem = fmt::format("one of {} {}", location.either.size(),
                                       one_line_of(location) ? "copies that the compiler made of the line"
                                                             : "places, and the trace does not tell which");
    }
    return location;
}

/// The instruction in the world that trapped or that is returned to.
EventLocation EventLocations::below(trace::Owner owner, u64 address, u64 spsr, const std::string& what) const {
    static constexpr u64 kExceptionLevel = 3 << 2;
    EventLocation location{what, nullptr, address, {}, "", {}};
    const Known* known = &hypervisor_;
    if (owner != trace::kHost) {
        const u32 vm = trace_.vm_of(owner);
        known = vm >= 1 && vm <= guests_.size() ? &guests_[vm - 1] : nullptr;
    } else if ((spsr & kExceptionLevel) == 0) {
        location.problem = "it is in a VMM, whose image is not looked at";
        return location;
    }
    if (known == nullptr || !known->image) {
        location.problem = known == nullptr ? "the run's description does not have this guest" : known->problem;
        return location;
    }
    location.image = known->image;
    location.row = known->image->find(address);
    if (!location.row) location.problem = fmt::format("{} has no instruction at {:#x}", known->image->name(), address);
    return location;
}

std::vector<EventLocation> EventLocations::of(EventIndex index) const {
    std::vector<EventLocation> locations = {of_hypervisor(index)};
    const Event event = trace_.event(index);
    if (event.is(EventId::trap)) {
        const auto trap = trace_.as<payload::trap>(event);
        const bool interrupt = (trap.vector & 3) != 0;
        locations.push_back(below(trap.owner, trapped_address(trap), trap.SPSR_EL2,
                                  interrupt ? "the instruction before which it came" : "the instruction that trapped"));
    } else if (event.is(EventId::eret)) {
        const auto eret = trace_.as<payload::eret>(event);
        locations.push_back(below(eret.owner, eret.ELR_EL2, eret.SPSR_EL2, "the instruction that continues"));
    }
    return locations;
}

bool EventLocations::in_symbol(EventIndex index, const std::string& text) const {
    const auto has = [&](const std::string& name) { return ::strcasestr(name.c_str(), text.c_str()) != nullptr; };
    const auto row_has = [&](const Image& image, std::size_t row) {
        const std::vector<Frame> frames = image.frames(row);
        return has(image.symbol(row)) || std::any_of(frames.begin(), frames.end(), [&](const Frame& frame) {
                   return !is_recorder(frame) && has(frame.function);
               });
    };
    const std::vector<EventLocation> locations = of(index);
    return std::any_of(locations.begin(), locations.end(), [&](const EventLocation& location) {
        if (location.row) return row_has(*location.image, *location.row);
        return !location.either.empty() && std::all_of(location.either.begin(), location.either.end(),
                                                       [&](std::size_t row) { return row_has(*location.image, row); });
    });
}

}  // namespace ws::model

// SPDX-License-Identifier: Apache-2.0
// Where an event happened: the instruction in the hypervisor's image and, for traps and returns, the one in the world
// below. `hyp goto EVENT` (scripts/gdb) comes to the same instructions.
#pragma once

#include <map>

#include "viewer/model/code/run_images.hpp"
#include "viewer/model/code/trace_points.hpp"

namespace ws::model {

/// An instruction that has to do with an event.
struct EventLocation {
    std::string what;                    ///< in a few words: `the trapped instruction`
    std::shared_ptr<const Image> image;  ///< null where there is none to look at
    std::optional<u64> address;          ///< where it is known
    std::optional<std::size_t> row;      ///< in the image
    std::string problem;                 ///< why the image or the row is not known, in a sentence; else empty
    std::vector<std::size_t> either;     ///< rows of the image, where it is one of several
};

/// Is a frame the recorder's, or a wrapper of an instruction, which says nothing of where an event comes from?
bool is_recorder(const Frame& frame);
/// The line that stands for an instruction: the innermost frame that is none of the recorder's. Null where none is
/// known.
const Frame* telling_frame(const std::vector<Frame>& frames);
/// Is a place, though not known to the instruction, known to the line?
bool one_line_of(const EventLocation& location);
/// The file as a person would call it: from the top of the sources on.
std::string shown_file(const std::string& file);

class EventLocations {
  public:
    /// Reads the run's images. What cannot be read is told by the places that are in it.
    explicit EventLocations(const Trace& trace);
    /// The same with images that are there already. A null image has a problem.
    struct Known {
        std::shared_ptr<const Image> image;
        std::string problem;
    };
    EventLocations(const Trace& trace, Known hypervisor, std::vector<Known> guests);

    /// The hypervisor's instruction first.
    std::vector<EventLocation> of(EventIndex index) const;
    /// Does a function or a symbol of one of its places have this text in its name? Letters' case does not count.
    bool in_symbol(EventIndex index, const std::string& text) const;
    /// Why no event's place can be told, in a sentence; empty if the hypervisor's image is there.
    const std::string& problem() const { return hypervisor_.problem; }
    /// The run's files, if its run.json is there.
    const std::optional<RunFiles>& files() const { return files_; }

  private:
    void find_points();
    std::vector<std::size_t> candidates(EventIndex index) const;
    std::vector<std::size_t> fitting(EventIndex index, std::vector<std::size_t> here, int way) const;
    std::vector<std::size_t> points_of(EventIndex index) const;
    EventLocation of_hypervisor(EventIndex index) const;
    EventLocation below(trace::Owner owner, u64 address, u64 spsr, const std::string& what) const;

    const Trace& trace_;
    std::optional<RunFiles> files_;
    Known hypervisor_;
    std::vector<Known> guests_;  ///< by VM
    std::unique_ptr<const TracePoints> points_;
};

}  // namespace ws::model

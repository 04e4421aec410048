// SPDX-License-Identifier: Apache-2.0
// How a run ended, by the run.json that `ws run` leaves beside its trace: a trace of a run that crashed looks like any
// other.
#pragma once

#include <filesystem>
#include <string>

namespace ws::model {

struct RunEnd {
    enum class How : unsigned char {
        succeeded,
        otherwise,   ///< it failed, crashed, was killed, took too long ...
        no_verdict,  ///< run.json is there and has none: the run goes on, or `ws run` itself was killed
        unknown      ///< there is no run.json of this trace
    };
    How how = How::unknown;
    std::string verdict;  ///< run.json's word: success, guest_crashed ...; empty where it has none
    std::string words;    ///< in a few words, whatever is known
    bool goes_on = false;
    /// The verdict in two words, for where there is little room; empty where all is well or nobody knows.
    std::string brief() const;
    /// Is it something that a reader must know before they believe the figures?
    bool bad() const { return how == How::otherwise || (how == How::no_verdict && !goes_on); }
};

/// That of the run whose trace folder this is. Never throws: what cannot be read is unknown.
RunEnd run_end(const std::filesystem::path& trace_folder);

}  // namespace ws::model

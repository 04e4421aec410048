// SPDX-License-Identifier: Apache-2.0
// What the command line asks for.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "viewer/model/explain/cost_profile.hpp"

namespace ws::app {

struct Options {
    static constexpr u64 kNone = ~u64{0};
    std::vector<std::string> traces;
    std::string png;
    std::string text;  ///< file for all that is written in the frame
    int width = 1600;
    int height = 1000;
    std::string kind;
    u64 operation = 0;  ///< from 1; 0 for a typical one
    u64 event = kNone;  ///< its number in the trace; kNone for the operation's trap
    float scale = 1;
    bool dark = false;
    bool whole_run = false;
    bool lined_up = false;
    std::optional<float> lanes_part;  ///< of the room, where the person left the borders between the panels
    std::optional<float> events_part;
    std::string profile = model::kDefaultProfile;
    std::string tab;      ///< empty: as it is
    std::string without;  ///< parts for what if, with commas
    std::string find;     ///< a query for Find
    std::string tour;     ///< a tour's name or file
};

/// The scale at which everything has room: the one that is asked for, or the largest that fits the size.
float fitting_scale(const Options& options);
inline constexpr int kLeastWidth = 1180;  ///< at scale 1
inline constexpr int kLeastHeight = 860;

/// What the program says when it cannot go on: one line.
class AppError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace ws::app

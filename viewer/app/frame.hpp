// SPDX-License-Identifier: Apache-2.0
// One frame of the program, the same in a window and in a picture.
#pragma once

#include "viewer/views/screen.hpp"

namespace ws::app {

/// What the command line asks for.
struct Options {
    std::vector<std::string> traces;
    std::string png;
    int width = 1600;
    int height = 1000;
    std::string kind;
    u64 operation = 0;  ///< from 1; 0 for a typical one
    u64 event = 0;      ///< its number in the trace, from 1; 0 for the operation's trap
    float scale = 1;
    bool dark = false;
    bool whole_run = false;
    std::string profile = model::kDefaultProfile;
    std::string tab;      ///< empty: as it is
    std::string without;  ///< parts for what if, with commas
};

/// The scale at which everything has room: the one that is asked for, or the largest that fits the size.
float fitting_scale(const Options& options);
inline constexpr int kLeastWidth = 1180;  ///< at scale 1
inline constexpr int kLeastHeight = 760;

/// What the program says when it cannot go on: one line.
class AppError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// ImGui's context, and what is drawn in it.
class Frame {
  public:
    Frame(const view::Session& session, const Options& options);
    ~Frame();
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;

    /// Between the backends' NewFrame and RenderDrawData.
    void draw();
    view::State& state() { return state_; }
    ImU32 background() const { return theme_.background; }

  private:
    const view::Session& session_;
    view::State state_;
    view::Theme theme_;
    view::Screen screen_;
};

/// Chooses what the command line asks for. Throws AppError if it is not there.
void choose(const view::Session& session, const Options& options, view::State& state);

}  // namespace ws::app

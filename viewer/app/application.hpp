// SPDX-License-Identifier: Apache-2.0
// What the window shows at the time: the start page, how far a load is, or runs side by side; and the way from one to
// another.
#pragma once

#include "viewer/app/debuggers.hpp"
#include "viewer/app/frame.hpp"
#include "viewer/app/growing_traces.hpp"
#include "viewer/app/run_now.hpp"
#include "viewer/model/base/background.hpp"
#include "viewer/views/frame/start_page.hpp"

namespace ws::app {

class Application {
  public:
    /// `wake` makes the window draw; it is called on any thread.
    Application(const Options& options, std::function<void()> wake);

    /// Opens runs: beside those that are open, and to be compared with A.
    void open(std::vector<std::filesystem::path> folders);
    /// Asks for a comparison of A with the next of the open runs.
    void compare_next();
    void ask(view::Request request) { requests_.ask(std::move(request)); }
    /// Gives up what goes on; if nothing does, goes back from the start page.
    void escape();

    /// Does what has come up since: a request, a load that ended, a run that went on. True if there is something to
    /// draw. Throws what is wrong with the traces of the command line.
    bool update();
    /// Is something going on that update() is to look at soon?
    bool waits() const {
        return run_now_.going_on() || growing_traces_.any() || load_ != nullptr || reads_images_ ||
               debuggers_.going_on();
    }
    /// Between ImGui::NewFrame and ImGui::Render.
    void draw();

    const view::Session& session() const { return *session_; }
    /// What keys are for: the runs, the start page, or neither while there is nothing but a load.
    view::State* state() { return frame_ && !on_start_page_ && !loads_alone() ? &frame_->state() : nullptr; }
    view::StartPage* start_page() { return on_start_page_ && !loads_alone() ? &start_page_ : nullptr; }
    /// Null while no runs were opened.
    const view::State* runs_shown() { return frame_ ? &frame_->state() : nullptr; }
    bool quit() const { return quit_; }
    /// Is the next frame to be exported? Tells it once.
    bool take_export() { return std::exchange(export_, false); }
    ImU32 background() const { return gui_.theme().background; }
    std::string title() const;

  private:
    /// What a load comes to.
    struct Opened {
        view::OpenRuns runs;
        std::unique_ptr<view::Session> session;
    };
    using Load = model::Background<Opened>;
    enum class Shown { with_progress, quietly };  ///< how a load goes on

    bool loads_alone() const { return load_ && shown_ == Shown::with_progress; }
    /// Loads folders beside `runs` and compares; `chosen` are the folders that are to be A and B, or none.
    void start_load(view::OpenRuns runs, std::vector<std::filesystem::path> folders,
                    std::vector<std::filesystem::path> chosen, Shown shown);
    void end_load();
    void show(Opened opened);
    void begin_tour();
    void failed(const std::string& problem);
    void grant(const view::Request& request);
    void compare(int a, int b);
    void show_start_page();
    void close(int run);
    void start_run(const view::Request& request);
    void debug();
    void take_runs_made();
    void read_what_is_live();

    Options options_;
    std::function<void()> wake_;
    Gui gui_;
    view::Requests requests_;
    view::OpenRuns open_runs_;
    std::unique_ptr<view::Session> session_;
    std::unique_ptr<Frame> frame_;
    bool reads_images_ = false;  ///< the session did when it was last looked at
    view::StartPage start_page_;
    bool on_start_page_ = false;
    bool export_ = false;
    bool quit_ = false;
    bool first_ = true;  ///< nothing was shown yet: the command line's traces are awaited
    std::unique_ptr<Load> load_;
    Shown shown_ = Shown::with_progress;
    std::string loading_;                       ///< what is loaded, in words
    bool brings_new_ = false;                   ///< the load is of other runs, not of more of the same
    GrowingTraces::Clock::time_point began_{};  ///< the load
    GrowingTraces growing_traces_;
    RunNow run_now_;
    Debuggers debuggers_;
    std::string tour_;                            ///< the file of the tour that is to begin, if one is
    std::vector<std::filesystem::path> made_;     ///< the folders of the runs that are being made, A first
    std::vector<std::filesystem::path> waiting_;  ///< runs that have ended and are to be read
};

}  // namespace ws::app

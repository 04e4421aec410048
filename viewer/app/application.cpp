// SPDX-License-Identifier: Apache-2.0
#include "viewer/app/application.hpp"

#include <algorithm>
#include <utility>

#include "viewer/model/format/capture_lock.hpp"
#include "viewer/model/operations/run_names.hpp"
#include "viewer/views/frame/loading_page.hpp"

namespace ws::app {

namespace fs = std::filesystem;

namespace {

bool goes_on(const model::Run& run) { return !run.trace.complete() && model::CaptureLock::held(run.trace.path()); }

std::vector<fs::path> absolute(const std::vector<fs::path>& folders) {
    std::vector<fs::path> paths;
    for (const fs::path& folder : folders) {
        fs::path path = fs::absolute(folder).lexically_normal();
        paths.push_back(path.filename().empty() ? path.parent_path() : path);  // without a slash at its end
    }
    return paths;
}

std::string names_of(const std::vector<fs::path>& folders) {
    std::string names;
    for (const fs::path& folder : folders) names += (names.empty() ? "" : ", ") + folder.string();
    return names;
}

/// The command line's choice of an operation is for what it opens, not for what comes later.
Options later(Options options) {
    options.kind.clear();
    options.operation = 0;
    options.event = Options::kNone;
    options.find.clear();
    options.tour.clear();
    options.whole_run = false;
    return options;
}

}  // namespace

Application::Application(const Options& options, std::function<void()> wake)
    : options_(options),
      wake_(std::move(wake)),
      gui_(options.dark, fitting_scale(options)),
      start_page_(model::Checkout::here(), requests_) {
    if (options.traces.empty()) {
        first_ = false;
        on_start_page_ = true;
    } else {
        open({options.traces.begin(), options.traces.end()});
    }
}

std::string Application::title() const {
    if (!session_) return "Worldswitch";
    std::vector<const model::Run*> runs;
    std::vector<std::string> titles;
    for (int side = 0; side < session_->count(); ++side) {
        runs.push_back(&session_->run(side));
        titles.push_back(session_->run(side).title());
    }
    const std::vector<std::string> apart = model::names_apart(runs, titles);
    std::string title = "Worldswitch: ";
    for (std::size_t side = 0; side < runs.size(); ++side) {
        const std::string end = runs[side]->end.brief();
        title += (side == 0 ? "" : " / ") + titles[side] + apart[side] + view::Session::size_of(*runs[side]) +
                 (end.empty() ? "" : " \u00b7 " + end);
    }
    const auto& open = open_runs_.all;
    const bool live = std::any_of(open.begin(), open.end(), [](const view::OpenRun& run) { return run.live; });
    return live ? title + " (live)" : title;
}

void Application::open(std::vector<fs::path> folders) {
    folders = absolute(folders);
    std::vector<fs::path> chosen = folders;
    if (open_runs_.count() != 0) chosen.insert(chosen.begin(), open_runs_[open_runs_.a].trace.path());
    start_load(open_runs_, std::move(folders), std::move(chosen), Shown::with_progress);
}

void Application::start_load(view::OpenRuns runs, std::vector<fs::path> folders, std::vector<fs::path> chosen,
                             Shown shown) {
    load_.reset();  // what was under way is given up
    shown_ = shown;
    loading_ = folders.empty() ? "what is compared" : names_of(folders);
    brings_new_ = !chosen.empty();
    began_ = GrowingTraces::Clock::now();
    const auto work = [runs = std::move(runs), folders = std::move(folders),
                       chosen = std::move(chosen)](const model::Progress& progress) {
        static constexpr double kReading = 0.75;  // of the whole; the rest is to compare them
        Opened opened{runs, nullptr};
        if (!folders.empty()) {
            const auto part = model::part_of(progress, 0, kReading);
            for (model::SharedRun& run : model::Run::load_all(folders, part)) opened.runs.put({run, goes_on(*run)});
        }
        opened.runs.choose(chosen);
        opened.session = std::make_unique<view::Session>(opened.runs.compared(),
                                                         model::part_of(progress, folders.empty() ? 0 : kReading, 1));
        return opened;
    };
    load_ = std::make_unique<Load>(work, wake_);
}

bool Application::update() {
    bool changed = run_now_.poll();
    if (load_ && load_->ended()) {
        end_load();
        changed = true;
    }
    for (const view::Request& request : requests_.take()) {
        grant(request);
        changed = true;
    }
    if (frame_ && debuggers_.follow(*session_, frame_->state())) changed = true;
    take_runs_made();
    read_what_is_live();
    const bool reads = session_ && session_->reads_images();
    changed |= reads_images_ && !reads;
    reads_images_ = reads;
    return changed;
}

void Application::end_load() {
    const std::unique_ptr<Load> load = std::move(load_);
    growing_traces_.rest_after(GrowingTraces::Clock::now() - began_);
    try {
        show(load->take());
    } catch (const model::Cancelled&) {
        first_ = false;
        if (!frame_) on_start_page_ = true;
    } catch (const std::bad_alloc&) {
        if (first_) throw;
        failed("not enough memory for " + loading_);
    } catch (const std::exception& error) {
        if (first_) throw;
        // What is still being written may be cut off in the middle: it is read again when more has come.
        if (shown_ == Shown::with_progress) failed(error.what());
    }
}

void Application::show(Opened opened) {
    auto frame =
        std::make_unique<Frame>(*opened.session, first_ ? options_ : later(options_), open_runs_, requests_, gui_);
    if (frame_) frame->carry_over(*session_, frame_->state());
    open_runs_ = std::move(opened.runs);
    frame_ = std::move(frame);
    session_ = std::move(opened.session);
    first_ = false;
    if (brings_new_) on_start_page_ = false;
    begin_tour();
    for (const view::OpenRun& run : open_runs_.all) {
        if (run.live) growing_traces_.watch(run.run->trace.path());
    }
}

/// The tour that was asked for on the start page, once the runs that are shown are those that it is for.
void Application::begin_tour() {
    view::State& state = frame_->state();
    for (const model::Tour& tour : state.tours) {
        if (tour.file != tour_) continue;
        tour_.clear();
        return state.take_tour(tour);
    }
    if (tour_.empty() || !session_->two() || run_now_.going_on()) return;
    state.notice = "The tour " + std::exchange(tour_, {}) + " is for other runs than these.";
}

void Application::failed(const std::string& problem) {
    tour_.clear();
    start_page_.problem = problem;
    start_page_.refresh();
    on_start_page_ = true;
}

void Application::draw() {
    if (loads_alone()) {
        if (view::draw_loading_page(gui_.theme(), loading_, load_->progress())) escape();
    } else if (on_start_page_ || !frame_) {
        start_page_.draw(gui_.theme(), {run_now_.going_on(), &run_now_.lines(), frame_ != nullptr});
    } else {
        frame_->draw();
    }
}

void Application::escape() {
    if (loads_alone()) return load_->cancel();
    if (run_now_.going_on()) return run_now_.cancel();
    if (frame_) on_start_page_ = false;
}

void Application::grant(const view::Request& request) {
    using What = view::Request::What;
    switch (request.what) {
        case What::compare: return compare(request.a, request.b);
        case What::close: return close(request.a);
        case What::start_page: return show_start_page();
        case What::open:
            start_page_.problem.clear();
            tour_ = request.tour;
            return start_load(open_runs_, absolute(request.folders), absolute(request.folders), Shown::with_progress);
        case What::run: return start_run(request);
        case What::escape: return escape();
        case What::debug: return debug();
        case What::export_files: export_ = true; return;
        case What::quit: quit_ = true; return;
    }
}

void Application::compare(int a, int b) {
    view::OpenRuns runs = open_runs_;
    runs.a = a;
    runs.b = b;
    start_load(std::move(runs), {}, {}, Shown::with_progress);
}

void Application::compare_next() {
    const int next = open_runs_.after_b();
    if (next >= 0) ask({view::Request::What::compare, open_runs_.a, next});
}

void Application::show_start_page() {
    start_page_.problem.clear();
    start_page_.refresh();
    on_start_page_ = true;
}

void Application::debug() {
    if (frame_) debuggers_.go_to(*session_, frame_->state());
}

void Application::close(int run) {
    growing_traces_.forget(open_runs_[run].trace.path());
    open_runs_.close(run);
    if (open_runs_.count() != 0) return start_load(open_runs_, {}, {}, Shown::with_progress);
    load_.reset();
    frame_.reset();
    session_.reset();
    show_start_page();
}

void Application::start_run(const view::Request& request) {
    start_page_.problem.clear();
    tour_ = request.tour;
    made_.clear();
    for (const std::string& design : request.designs) {
        made_.push_back(start_page_.checkout().run_folder(design, request.guest));
    }
    try {
        run_now_.start(start_page_.checkout(), request.guest, request.designs);
    } catch (const AppError& error) {
        failed(error.what());
    }
}

/// Opens a run that is being made as soon as something of it can be read, and once more when it has ended.
void Application::take_runs_made() {
    for (fs::path& folder : run_now_.take_ended()) waiting_.push_back(std::move(folder));
    if (const std::string problem = run_now_.take_problem(); !problem.empty()) failed(problem);
    const fs::path trace = run_now_.folder() / "trace";
    if (run_now_.going_on() && model::CaptureLock::held(trace)) growing_traces_.watch(trace);
    if (load_ || waiting_.empty()) return;
    growing_traces_.forget(waiting_.front() / "trace");
    start_load(open_runs_, {waiting_.front()}, made_, Shown::quietly);
    waiting_.erase(waiting_.begin());
}

void Application::read_what_is_live() {
    if (load_) return;
    const fs::path grown = growing_traces_.grown();
    if (grown.empty()) return;
    const bool is_open = open_runs_.find(grown) >= 0;
    start_load(open_runs_, {grown}, is_open ? std::vector<fs::path>{} : made_, Shown::quietly);
}

}  // namespace ws::app

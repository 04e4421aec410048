// SPDX-License-Identifier: Apache-2.0
// wsview: two runs side by side in a window, or in a picture.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "viewer/app/picture.hpp"
#include "viewer/app/settings_merge.hpp"
#include "viewer/app/window.hpp"
#include "viewer/cli/arguments.hpp"
#include "viewer/model/base/atomic_file.hpp"
#include "viewer/model/notes_and_tours/tour.hpp"
#include "viewer/views/shared/tabs.hpp"

namespace ws::app {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongUse = 2;

void take_size(const std::string& text, Options& options) {
    int end = 0;
    const int count = std::sscanf(text.c_str(), "%5dx%5d%n", &options.width, &options.height, &end);
    const bool whole = count == 2 && static_cast<std::size_t>(end) == text.size();
    if (!whole || options.width < 320 || options.height < 240 || options.width > 16384 || options.height > 16384) {
        throw CLI::ValidationError("--size", "WIDTHxHEIGHT is wanted, from 320x240 to 16384x16384, not " + text);
    }
}

std::vector<std::string> tab_names() {
    std::vector<std::string> names;
    for (const view::TabInfo& info : view::kTabs) names.emplace_back(info.name);
    return names;
}

void describe_options(CLI::App& app, Options& options) {
    app.add_option(
           "traces", options.traces,
           "Runs: a run's folder, or the trace folder in it; the first two are compared. Without one the window starts "
           "with the runs that are there")
        ->expected(0, -1)
        ->option_text("[A [B ...]]");
    app.add_option("--png", options.png, "Draw into FILE, without a display")
        ->option_text("FILE")
        ->check(cli::file_name);
    app.add_option("--text", options.text, "Write into FILE all that the frame says, view by view, without a display")
        ->option_text("FILE")
        ->check(cli::file_name);
    app.add_option_function<std::string>(
           "--size", [&options](const std::string& text) { take_size(text, options); },
           "Pixels of the window or picture (1600x1000)")
        ->option_text("WxH");
    app.add_option("--kind", options.kind, "Kind of operation to show: its name, or a part of it that no other has")
        ->option_text("NAME");
    app.add_option("--operation", options.operation, "Which one of that kind, from 1 (a typical one)")
        ->check(cli::whole_number)
        ->check(CLI::Range(u64{1}, ~u64{0}))
        ->option_text("N");
    app.add_option("--event", options.event,
                   "Event of A to select, by its number as wstrace prints it (the operation's trap)")
        ->check(cli::whole_number)
        ->option_text("N");
    app.add_option("--scale", options.scale,
                   "Size of everything, for fine screens and projectors (1); less where --size has no room for it")
        ->check(CLI::Range(0.5F, 4.0F))
        ->check([](const std::string& text) {
            return std::isnan(std::strtof(text.c_str(), nullptr)) ? "'" + text + "' is no number" : "";
        })
        ->option_text("FACTOR");
    app.add_option_function<std::string>(
           "--theme", [&options](const std::string& name) { options.dark = name == "dark"; },
           "light (as it is) or dark")
        ->check(CLI::IsMember({"light", "dark"}))
        ->option_text("NAME");
    app.add_option("--tab", options.tab, "What the lower part shows")
        ->check(CLI::IsMember(tab_names()))
        ->option_text("NAME");
    app.add_option("--find", options.find, "Find events and show them: a query, as for wstrace find")
        ->option_text("QUERY");
    app.add_option("--tour", options.tour, "Be led through the two runs: a name of labs/tours, or a file")
        ->option_text("NAME|FILE");
    app.add_option("--profile", options.profile, "The costs in cycles: a name of viewer/profiles, or a file")
        ->capture_default_str()
        ->option_text("NAME|FILE");
    app.add_option("--without", options.without, "What if these parts were not there: fp, el1, vgic, ...")
        ->option_text("PARTS");
    app.add_flag("--line-up,!--true-scale", options.lined_up,
                 "Line up the same steps of the two strips, or (as it is) draw them to true scale");
    app.add_flag("--whole-run", options.whole_run, "Show the whole run on the time line, not one operation");
}

int fail(const std::string& what) {
    fmt::print(stderr, "wsview: {}\n", what);
    return kFailed;
}

int run(const Options& options) {
    if (!options.tour.empty())
        model::Tour::load(options.tour, view::kTabNames);  // a mistake in it is told before a window opens
    if (!options.tour.empty() && options.traces.size() < 2) {
        throw AppError(fmt::format("--tour {0} needs two runs: wsview A B --tour {0}", options.tour));
    }
    if (options.png.empty() && options.text.empty()) {
        remember(show_window(options));
        return 0;
    }
    if (options.traces.empty()) {
        const char* option = options.png.empty() ? "--text" : "--png";
        throw AppError(fmt::format("{0} needs a run to draw: wsview A [B] {0} FILE", option));
    }
    view::OpenRuns open_runs;
    for (const std::string& trace : options.traces) {
        open_runs.put({std::make_shared<const model::Run>(model::Run::load(trace))});
        for (const std::string& damage : open_runs.all.back().run->trace.damage_told()) {
            fmt::print(stderr, "wsview: warning: {}: damaged: {}\n", trace, damage);
        }
    }
    for (const std::string& file : {options.png, options.text}) {
        if (file.empty()) continue;
        for (const view::OpenRun& open : open_runs.all) model::spare_run_files(file, open.run->trace.path());
    }
    open_runs.choose({options.traces.begin(), options.traces.end()});
    const view::Session session(open_runs.compared());
    if (!options.png.empty()) write_picture(session, open_runs, options);
    if (!options.text.empty()) write_texts(session, open_runs, options);
    return 0;
}

}  // namespace
}  // namespace ws::app

int main(int argc, char** argv) {
    using namespace ws::app;
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is told as what it is
    CLI::App app("Shows what a world switch costs, and why: one trace, or two side by side.", "wsview");
    Options options;
    describe_options(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
        fail(fmt::format("{} (wsview --help tells more)", error.what()));
        return kWrongUse;
    }
    // A picture is the same for everyone.
    if (options.png.empty() && options.text.empty()) {
        recall([&app](const char* option) { return app.count(option) != 0; }, options);
    }
    try {
        return run(options);
    } catch (const std::bad_alloc&) {
        return fail("not enough memory for these traces");
    } catch (const std::exception& error) {
        return fail(error.what());
    }
}

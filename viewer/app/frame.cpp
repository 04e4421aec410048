// SPDX-License-Identifier: Apache-2.0
#include "viewer/app/frame.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/model/find/query.hpp"
#include "viewer/model/operations/kind_name.hpp"
#include "viewer/views/draw/text_format.hpp"
#include "viewer/views/shared/tabs.hpp"

namespace ws::app {
namespace {

u32 find_kind(const view::Session& session, const std::string& name) {
    try {
        return model::find_row(session.comparison(), name);
    } catch (const model::KindError& error) {
        throw AppError(fmt::format("--kind {}: {}", name, error.what()));
    }
}

/// Opens the tour that the command line asks for, at its first step.
void begin_tour(const view::Session& session, const std::string& name, view::State& state) {
    if (!session.two()) throw AppError(fmt::format("--tour {0} needs two runs: wsview A B --tour {0}", name));
    state.tour.emplace(session, model::Tour::load(name, view::kTabNames));
    state.go_to_step(0);
}

}  // namespace

float fitting_scale(const Options& options) {
    const float width = static_cast<float>(options.width) / static_cast<float>(kLeastWidth);
    const float height = static_cast<float>(options.height) / static_cast<float>(kLeastHeight);
    return std::max(0.4F, std::min({options.scale, width, height}));
}

Frame::Frame(const view::Session& session, const Options& options, view::OpenRuns& open_runs, view::Requests& requests,
             Gui& gui)
    : session_(session), open_runs_(open_runs), requests_(requests), gui_(gui), state_(session, options.dark) {
    choose(session, options, state_);
}

void Frame::draw(std::string* texts) {
    gui_.set_dark(state_.dark);
    screen_.draw({session_, state_, gui_.theme(), open_runs_, requests_}, texts);
}

void Frame::carry_over(const view::Session& session_before, const view::State& before) {
    state_.dark = before.dark;
    state_.tab = before.tab;
    state_.lined_up = before.lined_up && session_.two();
    state_.borders = before.borders;
    state_.cost_model.profile = before.cost_model.profile;
    state_.cost_model.left_out = before.cost_model.left_out;
    state_.notes.carry_over(before.notes);
    if (before.tour && session_.two()) state_.tour.emplace(session_, *before.tour);
    if (before.folded_tour && session_.two()) state_.folded_tour.emplace(session_, *before.folded_tour);
    const std::string& kind = session_before.comparison().rows[before.selection.kind()].kind;
    const auto& rows = session_.comparison().rows;
    for (u32 row = 0; row < rows.size(); ++row) {
        if (rows[row].kind != kind) continue;
        state_.select_kind(row);
        const bool was_last = before.selection.stop() + 1 == before.selection.stops();
        state_.selection.select_stop(was_last ? ~u64{0} : before.selection.stop());
        state_.window.from = before.window.from;
        state_.window.to = before.window.to;
    }
}

void choose(const view::Session& session, const Options& options, view::State& state) {
    if (!options.kind.empty()) state.select_kind(find_kind(session, options.kind));
    if (options.operation > state.selection.stops()) {
        throw AppError(fmt::format("--operation {}: there are {} of the kind \"{}\"", options.operation,
                                   view::grouped(u64{state.selection.stops()}),
                                   session.comparison().rows[state.selection.kind()].kind));
    }
    if (options.operation != 0) {
        state.selection.select_stop(options.operation - 1);
        state.window.fit();
    }
    if (options.event != Options::kNone) {
        const auto& events = session.run(state.selection.side()).trace.events();
        if (options.event >= events.size()) {
            throw AppError(fmt::format("--event {}: the trace has {} events, numbered from 0", options.event,
                                       view::grouped(u64{events.size()})));
        }
        const auto event = static_cast<model::EventIndex>(options.event);
        state.select_event(state.selection.side(), event);
        state.window.fit();
        state.go_to_event(state.selection.side(), event);  // it may be in no operation
    }
    if (!options.find.empty()) {
        model::Query::parse(options.find);  // a mistake in it is told here and now
        state.search.query = options.find;
        state.tab = view::Tab::find;
    }
    state.lined_up = options.lined_up && session.two();
    state.borders.lanes.wanted = options.lanes_part;
    state.borders.events.wanted = options.events_part;
    if (!options.tour.empty()) begin_tour(session, options.tour, state);
    if (options.whole_run) state.window.show_whole_run();
    for (const view::TabInfo& info : view::kTabs) {
        if (options.tab == info.name) state.tab = info.tab;
    }
    state.cost_model.profile = model::CostProfile::load(options.profile);
    state.cost_model.left_out = model::parse_parts(options.without);
}

}  // namespace ws::app

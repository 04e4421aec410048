// SPDX-License-Identifier: Apache-2.0
#include "viewer/app/debuggers.hpp"

#include <algorithm>

#include "viewer/app/options.hpp"
#include "viewer/model/base/checkout.hpp"
#include "viewer/model/code/source_text.hpp"

namespace ws::app {
namespace {

/// Where a run's folder is on screen; -1 if it is not shown.
int side_of(const view::Session& session, const std::filesystem::path& run) {
    for (int side = 0; side < session.count(); ++side) {
        const model::EventLocations* locations = session.locations(side);
        if (locations != nullptr && locations->files() && locations->files()->folder == run) return side;
    }
    return -1;
}

}  // namespace

DebugSession& Debuggers::session_of(const std::filesystem::path& run) {
    for (const auto& session : sessions_) {
        if (session->run() == run) return *session;
    }
    return *sessions_.emplace_back(std::make_unique<DebugSession>(run));
}

void Debuggers::go_to(const view::Session& session, view::State& state) {
    const model::EventLocations* locations = session.locations(state.selection.side());
    if (locations == nullptr || !locations->files() || !locations->files()->recorded) return;
    try {
        state.debugger_said =
            session_of(locations->files()->folder)
                .go_to(state.selection.event(), model::replay_arguments(*locations->files(), state.selection.event()),
                       model::Checkout::here().root);
    } catch (const AppError& error) {
        state.debugger_said = error.what();
    }
}

bool Debuggers::follow(const view::Session& session, view::State& state) {
    bool changed = false;
    for (const auto& debugger : sessions_) {
        const auto news = debugger->poll();
        if (!news) continue;
        const int side = side_of(session, debugger->run());
        if (side < 0) continue;
        changed = true;
        if (!news->problem.empty()) state.debugger_said = news->problem;
        if (!news->stopped || *news->stopped >= session.run(side).trace.events().size()) continue;
        const auto event = static_cast<model::EventIndex>(*news->stopped);
        if (side == state.selection.side() && event == state.selection.event()) continue;
        state.go_to_event(side, event);
    }
    return changed;
}

bool Debuggers::going_on() const {
    return std::any_of(sessions_.begin(), sessions_.end(), [](const auto& session) { return session->going_on(); });
}

}  // namespace ws::app

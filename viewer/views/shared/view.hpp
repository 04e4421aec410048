// SPDX-License-Identifier: Apache-2.0
// A view draws one part of the screen from the constant session; what it changes is the state that all views share.
#pragma once

#include <memory>
#include <vector>

#include "viewer/views/draw/canvas.hpp"
#include "viewer/views/shared/open_runs.hpp"
#include "viewer/views/shared/request.hpp"
#include "viewer/views/shared/state.hpp"

namespace ws::view {

/// What a view draws with and from.
struct Context {
    const Session& session;
    State& state;
    const Theme& theme;
    OpenRuns& open_runs;
    Requests& requests;
};

class View {
  public:
    virtual ~View() = default;
    virtual void draw(const Context& context, const Rect& area) = 0;
};

std::unique_ptr<View> make_top_bar();
std::unique_ptr<View> make_operation_bar();
std::unique_ptr<View> make_tab_bar();
std::unique_ptr<View> make_strips_view();
std::unique_ptr<View> make_lanes_view();
std::unique_ptr<View> make_why_view();
std::unique_ptr<View> make_causes_view();
std::unique_ptr<View> make_cost_model_view();
std::unique_ptr<View> make_comparison_view();
std::unique_ptr<View> make_ledger_view();
std::unique_ptr<View> make_registers_view();
std::unique_ptr<View> make_machine_view();
std::unique_ptr<View> make_find_view();
std::unique_ptr<View> make_statistics_view();
std::unique_ptr<View> make_source_view();
std::unique_ptr<View> make_event_list_view();
std::unique_ptr<View> make_event_view();
std::unique_ptr<View> make_go_to_field();
std::unique_ptr<View> make_note_field();
std::unique_ptr<View> make_tour_view();

}  // namespace ws::view

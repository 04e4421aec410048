// SPDX-License-Identifier: Apache-2.0
// What a key or a button does to what is shown.
#pragma once

#include <cstddef>

#include "hyp/arch/types.hpp"

namespace ws::view {

enum class Action : u8 {
    next_operation,
    previous_operation,
    first_operation,
    last_operation,
    next_event,
    previous_event,
    zoom_in,
    zoom_out,
    zoom_in_at_mouse,
    zoom_out_at_mouse,
    pan_left,
    pan_right,
    fit_operation,
    whole_run,
    toggle_lined_up,
    go_to,
    find,
    next_found,
    previous_found,
    write_note,
    next_note,
    previous_note,
    back,
    forward,
    next_step,
    previous_step,
    show_answer,
    toggle_tour,
    border_up,
    border_down,
    border_left,
    border_right,
    toggle_theme,
    toggle_help
};

inline constexpr std::size_t kActions = static_cast<std::size_t>(Action::toggle_help) + 1;

}  // namespace ws::view

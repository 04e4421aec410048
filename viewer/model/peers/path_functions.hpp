// SPDX-License-Identifier: Apache-2.0
// path_functions.def at run time.
#pragma once

#include <optional>
#include <string_view>

#include "hyp/trace/format/events.hpp"

namespace ws::model {

/// Of whom a recording from outside is.
enum class Peer : u8 { nvhe, vhe, xen };

/// The name of the design that a recording is of: kvm-nvhe, kvm-vhe, xen.
const char* design_name(Peer peer);
/// The reverse; nothing for a design of this project's.
std::optional<Peer> peer_of_design(std::string_view design);

/// A step's number, or 0 for none.
enum class PathStep : u8 {
    none = 0,
#define STEP(number, name, part, meaning) name = number,
#include "hyp/trace/format/steps.def"
#undef STEP
};

enum class Callees : u8 { covers, each };

struct PathFunction {
    std::string_view function;
    Callees callees;
    PathStep guest;
    PathStep host;

    PathStep step(bool for_host) const { return for_host ? host : guest; }
};

/// What comes after a call within a function.
struct AfterCall {
    PathStep step;
    std::optional<SysregId> until;  ///< once this was written,
    PathStep then;                  ///< this step runs
};

/// The row of a function, or null.
const PathFunction* find_path_function(Peer peer, std::string_view function);

/// What comes after `callee` has returned to `function`, or nothing in particular.
std::optional<AfterCall> after_call(Peer peer, std::string_view function, std::string_view callee, bool for_host);

/// Which of X0 and X1 is the vCPU when the function is entered.
std::optional<unsigned> vcpu_argument(Peer peer, std::string_view function);

/// Which of X0 and X1 is the context when the function is entered.
unsigned context_argument(Peer peer, std::string_view function);

/// The registers of the host's of which X29 and X30 are the last, where they are stored or loaded in the function.
std::optional<RegisterClass> caller_kept(Peer peer, std::string_view function, trace::Operation operation);

/// The function that is first in the table for a step: where the step's code is.
std::string_view function_of_step(Peer peer, u8 step);

}  // namespace ws::model

// SPDX-License-Identifier: Apache-2.0
// How much this image records. The build defines WS_TRACE_LEVEL (off, traps or full) for those sources alone that it
// compiles once for each level (hyp/CMakeLists.txt).
#pragma once

#include "format/layout.hpp"

namespace ws::trace {

inline constexpr Level kLevel = Level::WS_TRACE_LEVEL;

}  // namespace ws::trace

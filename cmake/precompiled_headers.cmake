# SPDX-License-Identifier: Apache-2.0
# The headers that most host programs include are parsed once for all of them. Those of CLI11, nlohmann-json and Catch2
# are not among them: they cost every file more than they save.
#
# A file includes what it needs all the same. The fuzzers' build has no precompiled headers and sees to that for the
# model; for the rest: cmake --preset debug -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON.
add_library(ws_precompiled OBJECT cmake/precompiled.cpp)
target_link_libraries(ws_precompiled PRIVATE ws_warnings fmt::fmt)
target_precompile_headers(ws_precompiled PRIVATE
  <fmt/format.h>
  <algorithm> <array> <cmath> <cstring> <filesystem> <fstream> <functional> <map> <memory> <optional> <span> <sstream>
  <stdexcept> <string> <string_view> <utility> <vector>)

# Of strings that it inlines from a precompiled header, GCC 12 warns of what is not so, and does not warn where the same
# header was parsed. The debug build, which inlines less, keeps these warnings.
set(wrong_when_inlined -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
foreach(target IN ITEMS ws_model ws_report ws_views wstrace wsview
                        unit_tests window_model_test synthetic_trace large_trace frame_tour)
  target_precompile_headers(${target} REUSE_FROM ws_precompiled)
  target_compile_options(${target} PRIVATE "$<$<CONFIG:RelWithDebInfo>:${wrong_when_inlined}>")
endforeach()

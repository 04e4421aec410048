# SPDX-License-Identifier: Apache-2.0
# The headers that most host programs include are parsed once for all of them, and once with Catch2 for the unit tests.
# Those of CLI11 and nlohmann-json are not among them: they cost every file more than they save.
#
# A file includes what it needs all the same. The fuzzers' build has no precompiled headers and sees to that for the
# model; for the rest: cmake --preset debug -DCMAKE_UNITY_BUILD=OFF -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON.
set(common_headers
  <fmt/format.h>
  <algorithm> <array> <cmath> <cstring> <filesystem> <fstream> <functional> <map> <memory> <optional> <span> <sstream>
  <stdexcept> <string> <string_view> <utility> <vector>)
add_library(ws_precompiled OBJECT cmake/precompiled.cpp)
target_link_libraries(ws_precompiled PRIVATE ws_warnings fmt::fmt)
target_precompile_headers(ws_precompiled PRIVATE ${common_headers})
add_library(ws_precompiled_tests OBJECT cmake/precompiled.cpp)
target_link_libraries(ws_precompiled_tests PRIVATE ws_warnings fmt::fmt ws_tables catch_main)
target_precompile_headers(ws_precompiled_tests PRIVATE ${common_headers} "tests/unit/catch.hpp")

set(with_common_headers ws_model ws_report ws_views wstrace wsview synthetic_trace large_trace frame_tour)
set(with_catch_too unit_tests window_model_test)
foreach(target IN LISTS with_common_headers)
  target_precompile_headers(${target} REUSE_FROM ws_precompiled)
endforeach()
foreach(target IN LISTS with_catch_too)
  target_precompile_headers(${target} REUSE_FROM ws_precompiled_tests)
endforeach()

# Of strings that it inlines from a precompiled header, GCC 12 warns of what is not so, and does not warn where the same
# header was parsed. The debug build, which inlines less, keeps these warnings.
set(wrong_when_inlined -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
foreach(target IN LISTS with_common_headers with_catch_too)
  target_compile_options(${target} PRIVATE "$<$<CONFIG:RelWithDebInfo>:${wrong_when_inlined}>")
endforeach()

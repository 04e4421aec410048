# SPDX-License-Identifier: Apache-2.0
# Compilers are called through ccache where it is installed. CMAKE_CXX_COMPILER_LAUNCHER, given to CMake or in the
# environment, takes its place; an empty one turns it off.
if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(WS_CCACHE ccache)
  if(WS_CCACHE)
    # What ccache's manual asks for with precompiled headers.
    set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros ${WS_CCACHE})
  endif()
endif()

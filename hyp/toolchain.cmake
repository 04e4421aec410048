# SPDX-License-Identifier: Apache-2.0
# The cross compiler: Arm's own aarch64-none-elf where it is installed, else Debian's aarch64-linux-gnu used
# freestanding.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR aarch64)

find_program(WS_CROSS_CXX NAMES aarch64-none-elf-g++ aarch64-linux-gnu-g++)
if(NOT WS_CROSS_CXX)
  message(FATAL_ERROR "no cross compiler: neither aarch64-none-elf-g++ nor aarch64-linux-gnu-g++ is in PATH. "
                      "On Debian: apt-get install g++-aarch64-linux-gnu")
endif()
string(REGEX REPLACE "g\\+\\+$" "" WS_CROSS_PREFIX "${WS_CROSS_CXX}")
set(CMAKE_CXX_COMPILER "${WS_CROSS_CXX}")
set(CMAKE_ASM_COMPILER "${WS_CROSS_CXX}")
set(CMAKE_OBJCOPY "${WS_CROSS_PREFIX}objcopy" CACHE FILEPATH "")
set(CMAKE_NM "${WS_CROSS_PREFIX}nm" CACHE FILEPATH "")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

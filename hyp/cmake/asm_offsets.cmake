# SPDX-License-Identifier: Apache-2.0
# cmake -DIN=asm_offsets.s -DOUT=asm_offsets.h -P asm_offsets.cmake
# Turns the lines "->NAME value" of compiled asm_offsets.cpp into #defines.
file(STRINGS "${IN}" lines REGEX "^->")
set(text "// Made from run/asm_offsets.cpp.\n")
foreach(line IN LISTS lines)
  string(REGEX REPLACE "^->([A-Z0-9_]+) #?([0-9]+)$" "#define \\1 \\2" define "${line}")
  string(APPEND text "${define}\n")
endforeach()
file(WRITE "${OUT}" "${text}")

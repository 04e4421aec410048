# SPDX-License-Identifier: Apache-2.0
# cmake -DNM=nm -DIN=image.elf -DOUT=symbols.S -P symbols.cmake
# Makes the table that kernel/symbols.cpp searches from an image's text symbols. Without IN, an empty table: for the
# first link.
set(rows "")
set(names "")
set(count 0)
if(IN)
  execute_process(COMMAND "${NM}" --numeric-sort --demangle --defined-only "${IN}"
                  OUTPUT_VARIABLE listing COMMAND_ERROR_IS_FATAL ANY)
  # Square brackets and semicolons mean something to CMake's lists.
  string(REPLACE ";" "," listing "${listing}")
  string(REPLACE "[" "<" listing "${listing}")
  string(REPLACE "]" ">" listing "${listing}")
  string(REGEX MATCHALL "[0-9a-f]+ [tTwW] [^\n]+" lines "${listing}")
  foreach(line IN LISTS lines)
    string(REGEX MATCH "^([0-9a-f]+) [tTwW] (.+)$" _ "${line}")
    set(address "${CMAKE_MATCH_1}")
    set(name "${CMAKE_MATCH_2}")
    if(name MATCHES "^(\\$|\\.L)")
      continue()
    endif()
    string(REGEX REPLACE "\\(anonymous namespace\\)::" "" name "${name}")
    string(REPLACE "\"" "'" name "${name}")
    string(REPLACE "\\" "/" name "${name}")
    string(APPEND rows "    .quad 0x${address}, name_${count}\n")
    string(APPEND names "name_${count}: .asciz \"${name}\"\n")
    math(EXPR count "${count} + 1")
  endforeach()
endif()
file(WRITE "${OUT}" "// Made from the image's own symbols.
    .section .symbols, \"a\"
    .balign 8
    .global symbol_count
symbol_count: .quad ${count}
    .global symbol_table
symbol_table:
${rows}${names}")

# SPDX-License-Identifier: Apache-2.0
# Host programs are compiled several files at a time (CMAKE_UNITY_BUILD, CMakePresets.json): headers are parsed and
# templates are made once for a group. Which group a file is in depends on its name alone, so a new file leaves all
# other groups as they were, and a name that is there twice is one of the new file's own.
function(ws_compile_together target groups)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME)
    string(MD5 hash ${name})
    string(SUBSTRING ${hash} 0 6 hash)
    math(EXPR group "0x${hash} % ${groups}")
    set_source_files_properties(${source} TARGET_DIRECTORY ${target} PROPERTIES UNITY_GROUP group${group})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
endfunction()

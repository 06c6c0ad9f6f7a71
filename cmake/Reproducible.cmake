# The same source gives the same bytes, whatever folder it is built in: no path of this machine in the results, no times in
# archives. Debug builds keep the paths, because debuggers look for the source there.
include(CheckCCompilerFlag)
check_c_compiler_flag(-ffile-prefix-map=from=to AIM_HAS_FILE_PREFIX_MAP)
if(AIM_HAS_FILE_PREFIX_MAP)
  # The build folder may lie inside of the source: the later map wins.
  foreach(folder ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_BINARY_DIR})
    target_compile_options(aim_flags INTERFACE $<$<NOT:$<CONFIG:Debug>>:-ffile-prefix-map=${folder}=.>)
  endforeach()
endif()

# "D" is the default of some binutils and not of others.
if(CMAKE_C_COMPILER_ID MATCHES "GNU|Clang" AND NOT APPLE)
  set(CMAKE_C_ARCHIVE_CREATE "<CMAKE_AR> qcD <TARGET> <LINK_FLAGS> <OBJECTS>")
  set(CMAKE_C_ARCHIVE_APPEND "<CMAKE_AR> qD <TARGET> <LINK_FLAGS> <OBJECTS>")
  set(CMAKE_C_ARCHIVE_FINISH "<CMAKE_RANLIB> -D <TARGET>")
endif()

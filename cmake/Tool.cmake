# The command-line tool: aim, its second name as a plugin of kubectl, and the completion scripts that it prints itself.
file(GLOB AIM_TOOL_SOURCES CONFIGURE_DEPENDS tools/aim/*.c)
add_executable(aim ${AIM_TOOL_SOURCES})
# With the static library inside, the tool is one file that runs from anywhere.
if(static IN_LIST AIM_KINDS)
  set(kind static)
else()
  set(kind shared)
endif()
target_link_libraries(aim PRIVATE aim_${kind})
# A live cluster: what a server answers is read with json-c, right before something of it is deleted.
if(AIM_BUILD_CURL)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(AIM_ANSWERS IMPORTED_TARGET json-c>=0.15)
  if(NOT AIM_ANSWERS_FOUND)
    message(FATAL_ERROR "aim needs json-c for a live cluster: install libjson-c-dev (Debian, Ubuntu) or json-c-devel (Fedora, RHEL), or build without: -DAIM_BUILD_CURL=OFF")
  endif()
  file(GLOB AIM_SERVER_SOURCES CONFIGURE_DEPENDS tools/aim/server/*.c)
  target_sources(aim PRIVATE ${AIM_SERVER_SOURCES})
  target_link_libraries(aim PRIVATE aim_curl_${kind} PkgConfig::AIM_ANSWERS)
  target_compile_definitions(aim PRIVATE AIM_TOOL_LIVE)
endif()

# aim controller, which serves health and metrics.
include(CMakeDependentOption)
cmake_dependent_option(AIM_BUILD_CONTROLLER "Build aim controller into the tool" ON AIM_BUILD_CURL OFF)
if(AIM_BUILD_CONTROLLER)
  pkg_check_modules(AIM_CONTROLLER IMPORTED_TARGET libmicrohttpd>=0.9.62)
  if(NOT AIM_CONTROLLER_FOUND)
    message(FATAL_ERROR "aim controller needs libmicrohttpd: install libmicrohttpd-dev (Debian, Ubuntu) or libmicrohttpd-devel (Fedora, RHEL), or switch it off with -DAIM_BUILD_CONTROLLER=OFF")
  endif()
  file(GLOB AIM_CONTROLLER_SOURCES CONFIGURE_DEPENDS tools/aim/controller/*.c)
  target_sources(aim PRIVATE ${AIM_CONTROLLER_SOURCES})
  target_compile_definitions(aim PRIVATE AIM_TOOL_CONTROLLER)
  target_link_libraries(aim PRIVATE PkgConfig::AIM_CONTROLLER)
endif()
target_link_libraries(aim PRIVATE aim_flags)
target_compile_definitions(aim PRIVATE _POSIX_C_SOURCE=200809L _DEFAULT_SOURCE _FILE_OFFSET_BITS=64)
set_target_properties(aim PROPERTIES POSITION_INDEPENDENT_CODE ON)

# Not through CheckPIESupported: it would change how a project around us links its own programs. Of -static and -pie
# together a compiler makes a program that does not start.
if(AIM_HARDENING AND NOT CMAKE_EXE_LINKER_FLAGS MATCHES "(^| )-(static|no-pie)( |$)")
  check_linker_flag(C -pie AIM_HAS_PIE)
  if(AIM_HAS_PIE)
    target_link_options(aim PRIVATE -pie)
  endif()
endif()

file(CREATE_LINK aim ${CMAKE_CURRENT_BINARY_DIR}/kubectl-aim SYMBOLIC)

# A tool for another machine needs an emulator (CMAKE_CROSSCOMPILING_EMULATOR) to print them.
if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
  message(STATUS "libaim: no shell completions: the tool cannot run here (set CMAKE_CROSSCOMPILING_EMULATOR)")
else()
  set(AIM_COMPLETIONS ${CMAKE_CURRENT_BINARY_DIR}/completions)
  file(MAKE_DIRECTORY ${AIM_COMPLETIONS})
  foreach(shell bash zsh fish)
    add_custom_command(OUTPUT ${AIM_COMPLETIONS}/aim.${shell}
      COMMAND aim completion ${shell} > ${AIM_COMPLETIONS}/aim.${shell} DEPENDS aim VERBATIM)
  endforeach()
  add_custom_target(aim_completions ALL
    DEPENDS ${AIM_COMPLETIONS}/aim.bash ${AIM_COMPLETIONS}/aim.zsh ${AIM_COMPLETIONS}/aim.fish)
endif()

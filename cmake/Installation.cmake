# What is installed, where, and in which component: runtime (the shared library), development (what a compiler needs), tools
# (aim and what belongs to it), documentation. tests/packaging/installed.txt is the list that results.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(AIM_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/aim)

# --- the library, and the CMake package: one file of targets for each kind, so that one may be missing ---
foreach(kind IN LISTS AIM_KINDS)
  install(TARGETS aim_${kind} EXPORT aim-${kind}-targets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT aim-${kind}-targets NAMESPACE aim:: DESTINATION ${AIM_CMAKE_DIR} COMPONENT development)
endforeach()
if(AIM_BUILD_CURL)
  foreach(kind IN LISTS AIM_KINDS)
    install(TARGETS aim_curl_${kind} EXPORT aim-curl-${kind}-targets
      LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development
      ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
      INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
    install(EXPORT aim-curl-${kind}-targets NAMESPACE aim:: DESTINATION ${AIM_CMAKE_DIR} COMPONENT development)
  endforeach()
endif()
configure_file(cmake/aim-config.cmake.in aim-config.cmake @ONLY)
write_basic_package_version_file(aim-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/aim-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/aim-config-version.cmake
  cmake/FindLibYAML.cmake DESTINATION ${AIM_CMAKE_DIR} COMPONENT development)

# --- pkg-config ---
# Relative to the .pc file, so that an installed prefix may be moved; a folder that was given as an absolute path stays one.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(AIM_PC_PREFIX ${CMAKE_INSTALL_PREFIX})
  set(AIM_PC_LIBDIR ${CMAKE_INSTALL_LIBDIR})
else()
  file(RELATIVE_PATH up /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
  string(REGEX REPLACE "/$" "" AIM_PC_PREFIX "\${pcfiledir}/${up}")
  set(AIM_PC_LIBDIR "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
endif()
if(IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(AIM_PC_INCLUDEDIR ${CMAKE_INSTALL_INCLUDEDIR})
else()
  set(AIM_PC_INCLUDEDIR "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
# Without a shared library everybody links the static one, also those who do not say --static.
if(AIM_KINDS STREQUAL "static")
  set(AIM_PC_LIBS "-laim -lyaml -lm")
  set(AIM_PC_LIBS_PRIVATE "")
else()
  set(AIM_PC_LIBS "-laim")
  set(AIM_PC_LIBS_PRIVATE "-lyaml -lm")
endif()
configure_file(pkgconfig/libaim.pc.in libaim.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/libaim.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
if(AIM_BUILD_CURL)
  string(STRIP "-lcurl ${CMAKE_THREAD_LIBS_INIT}" needed)
  if(AIM_KINDS STREQUAL "static")
    set(AIM_CURL_PC_LIBS "-laim-curl ${needed}")
    set(AIM_CURL_PC_LIBS_PRIVATE "")
  else()
    set(AIM_CURL_PC_LIBS "-laim-curl")
    set(AIM_CURL_PC_LIBS_PRIVATE "${needed}")
  endif()
  configure_file(pkgconfig/libaim-curl.pc.in libaim-curl.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/libaim-curl.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
endif()

# --- headers, schemas, documentation ---
# curl.h goes with its library.
if(AIM_BUILD_CURL)
  set(absent)
else()
  set(absent PATTERN "curl.h" EXCLUDE)
endif()
install(DIRECTORY include/aim DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development
  FILES_MATCHING PATTERN "*.h" ${absent})
file(GLOB AIM_SCHEMAS CONFIGURE_DEPENDS schemas/*.json)
install(FILES ${AIM_SCHEMAS} DESTINATION ${CMAKE_INSTALL_DATADIR}/libaim/schemas COMPONENT development)
install(FILES docs/man/libaim.3 DESTINATION ${CMAKE_INSTALL_MANDIR}/man3 COMPONENT development)
install(FILES docs/man/libaim-concepts.7 DESTINATION ${CMAKE_INSTALL_MANDIR}/man7 COMPONENT documentation)
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT documentation)

# --- the tool ---
if(AIM_BUILD_TOOL)
  install(TARGETS aim RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/kubectl-aim DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
  file(GLOB AIM_MAN_PAGES CONFIGURE_DEPENDS docs/man/aim*.1)
  install(FILES ${AIM_MAN_PAGES} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT tools)
endif()
if(AIM_COMPLETIONS)
  # bash and fish look for a file with the name of the command, and it has two; kubectl runs a program.
  foreach(name aim kubectl-aim)
    install(FILES ${AIM_COMPLETIONS}/aim.bash RENAME ${name}
      DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT tools)
    install(FILES ${AIM_COMPLETIONS}/aim.fish RENAME ${name}.fish
      DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT tools)
  endforeach()
  install(FILES ${AIM_COMPLETIONS}/aim.zsh RENAME _aim
    DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT tools)
  install(PROGRAMS ${AIM_COMPLETIONS}/aim.bash RENAME kubectl_complete-aim DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
endif()

# Finds libyaml, for the build of libaim and, installed beside aim-config.cmake, for programs that link libaim.a.
#
#   LibYAML::LibYAML   the library, with the folder of yaml.h
#   LibYAML_VERSION    as pkg-config knows it; empty where there is no pkg-config, for yaml.h does not say it
#
# pkg-config only gives hints: LibYAML_ROOT and CMAKE_PREFIX_PATH come first, and a machine without it is served too.
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(LibYAML_PC QUIET yaml-0.1)
endif()
find_path(LibYAML_INCLUDE_DIR yaml.h HINTS ${LibYAML_PC_INCLUDE_DIRS} ${LibYAML_PC_INCLUDEDIR})
find_library(LibYAML_LIBRARY NAMES yaml HINTS ${LibYAML_PC_LIBRARY_DIRS} ${LibYAML_PC_LIBDIR})
mark_as_advanced(LibYAML_INCLUDE_DIR LibYAML_LIBRARY)
set(LibYAML_VERSION ${LibYAML_PC_VERSION})

# A version that nobody can tell is not held against the library: 0.2.2 is from 2019.
if(LibYAML_FIND_VERSION AND NOT LibYAML_VERSION)
  unset(LibYAML_FIND_VERSION)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibYAML REQUIRED_VARS LibYAML_LIBRARY LibYAML_INCLUDE_DIR VERSION_VAR LibYAML_VERSION
  REASON_FAILURE_MESSAGE "libaim needs libyaml 0.2.2 or later, with its headers: install libyaml-dev (Debian, Ubuntu), libyaml-devel (Fedora, RHEL) or yaml-dev (Alpine), or set LibYAML_ROOT to its prefix")

if(LibYAML_FOUND AND NOT TARGET LibYAML::LibYAML)
  add_library(LibYAML::LibYAML UNKNOWN IMPORTED)
  set_target_properties(LibYAML::LibYAML PROPERTIES IMPORTED_LOCATION ${LibYAML_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${LibYAML_INCLUDE_DIR})
endif()

# libaim-curl: the transport on libcurl, a library of its own beside libaim, so that programs without a network need no
# libcurl. It shares private code with libaim: the shared library compiles what it needs of it again, hidden; the static one
# holds lib/curl alone and takes the rest from libaim.a.
find_package(CURL 7.87.0)
if(NOT CURL_FOUND)
  message(FATAL_ERROR "libaim-curl needs libcurl 7.87.0 or later, built with OpenSSL: install libcurl4-openssl-dev (Debian, Ubuntu), libcurl-devel (Fedora, RHEL) or curl-dev (Alpine), or switch it off with -DAIM_BUILD_CURL=OFF")
endif()
find_package(Threads REQUIRED)

file(GLOB AIM_CURL_SOURCES CONFIGURE_DEPENDS lib/curl/*.c)
file(GLOB AIM_CURL_SHARED_CODE CONFIGURE_DEPENDS lib/base/*.c lib/doc/*.c lib/cluster/report.c)

# What both libraries and the tests compile alike. GNU names: pipe2, explicit_bzero, closing what a plugin must not inherit.
function(aim_curl_objects name)
  add_library(${name} OBJECT ${ARGN})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/lib)
  target_compile_definitions(${name} PRIVATE _GNU_SOURCE _FILE_OFFSET_BITS=64 AIM_LIBYAML_VERSION="${LibYAML_VERSION}")
  target_link_libraries(${name} PRIVATE aim_flags LibYAML::LibYAML CURL::libcurl Threads::Threads)
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden EXCLUDE_FROM_ALL ON)
endfunction()
aim_curl_objects(aim_curl_objects ${AIM_CURL_SOURCES})
aim_curl_objects(aim_curl_shared_code ${AIM_CURL_SHARED_CODE})

add_library(aim_curl_shared SHARED $<TARGET_OBJECTS:aim_curl_objects> $<TARGET_OBJECTS:aim_curl_shared_code>)
add_library(aim_curl_static STATIC $<TARGET_OBJECTS:aim_curl_objects>)
target_link_libraries(aim_curl_shared PUBLIC aim_shared PRIVATE aim_flags LibYAML::LibYAML CURL::libcurl Threads::Threads m)
target_link_libraries(aim_curl_static PUBLIC aim_static PRIVATE CURL::libcurl Threads::Threads)

foreach(kind shared static)
  target_include_directories(aim_curl_${kind} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>)
  set_target_properties(aim_curl_${kind} PROPERTIES OUTPUT_NAME aim-curl EXPORT_NAME curl_${kind})
  if(kind IN_LIST AIM_KINDS)
    add_library(aim::curl_${kind} ALIAS aim_curl_${kind})
  endif()
  if(NOT kind IN_LIST AIM_KINDS OR NOT (PROJECT_IS_TOP_LEVEL OR AIM_INSTALL))
    set_target_properties(aim_curl_${kind} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
endforeach()
# The path of the build to libaim.so goes when it is installed, but would leave its length in the file.
set_target_properties(aim_curl_shared PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${AIM_SOVERSION} BUILD_RPATH_USE_ORIGIN ON
  LINK_DEPENDS ${PROJECT_SOURCE_DIR}/lib/aim-curl.map)
target_link_options(aim_curl_shared PRIVATE -Wl,--version-script=${PROJECT_SOURCE_DIR}/lib/aim-curl.map)
if(NOT AIM_SANITIZE) # clang leaves the functions of a sanitizer to the program
  target_link_options(aim_curl_shared PRIVATE -Wl,-z,defs)
endif()

# The same kind as aim::aim: private code is shared between the two.
if(AIM_KINDS STREQUAL "static" OR (NOT PROJECT_IS_TOP_LEVEL AND NOT BUILD_SHARED_LIBS))
  add_library(aim::curl ALIAS aim_curl_static)
else()
  add_library(aim::curl ALIAS aim_curl_shared)
endif()

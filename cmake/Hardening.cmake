# What makes a memory error harder to exploit, for all that links aim_flags. Each flag is asked of the compiler or linker
# first, so that other targets and older toolchains just get less. AIM_HARDENING=OFF leaves all of it to CFLAGS and LDFLAGS.
include(CheckCCompilerFlag)
include(CheckCSourceCompiles)
include(CheckLinkerFlag)

set(CMAKE_REQUIRED_FLAGS -Werror) # clang only warns of flags that are for other targets
foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection -mbranch-protection=standard)
  string(MAKE_C_IDENTIFIER "AIM_HAS${flag}" known)
  check_c_compiler_flag(${flag} ${known})
  if(${known})
    target_compile_options(aim_flags INTERFACE ${flag})
  endif()
endforeach()
unset(CMAKE_REQUIRED_FLAGS)

foreach(flag -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
  string(MAKE_C_IDENTIFIER "AIM_HAS${flag}" known)
  check_linker_flag(C ${flag} ${known})
  if(${known})
    target_link_options(aim_flags INTERFACE ${flag})
  endif()
endforeach()

# The highest level of _FORTIFY_SOURCE for a configuration, 0 for none. The compiler is asked, with the user's own flags: it
# knows whether it optimises, whether the macro is there already, and what the C library makes of it. Flags may have changed
# since the last time, so the answer is not kept.
function(aim_fortify_level config out)
  set(${out} 0 PARENT_SCOPE)
  get_directory_property(around COMPILE_DEFINITIONS)
  get_directory_property(options COMPILE_OPTIONS)
  if(AIM_SANITIZE OR "${around};${options}" MATCHES "_FORTIFY_SOURCE" OR "${options} ${CMAKE_C_FLAGS}" MATCHES "-fsanitize=")
    return()
  endif()
  set(CMAKE_TRY_COMPILE_CONFIGURATION "${config}")
  set(CMAKE_REQUIRED_QUIET ON)
  foreach(level 3 2)
    unset(AIM_CAN_FORTIFY CACHE)
    check_c_source_compiles("
      #if !defined __OPTIMIZE__ || defined _FORTIFY_SOURCE
      #error not here
      #endif
      #define _FORTIFY_SOURCE ${level}
      #include <string.h>
      #if defined __GLIBC__ && __USE_FORTIFY_LEVEL < ${level}
      #error not supported
      #endif
      int main(void) { return 0; }" AIM_CAN_FORTIFY)
    if(AIM_CAN_FORTIFY)
      set(${out} ${level} PARENT_SCOPE)
      break()
    endif()
  endforeach()
  unset(AIM_CAN_FORTIFY CACHE)
endfunction()

if(CMAKE_CONFIGURATION_TYPES)
  set(AIM_CONFIGS ${CMAKE_CONFIGURATION_TYPES})
else()
  set(AIM_CONFIGS "${CMAKE_BUILD_TYPE}")
endif()
foreach(config IN LISTS AIM_CONFIGS)
  aim_fortify_level("${config}" level)
  if(level)
    target_compile_definitions(aim_flags INTERFACE $<$<CONFIG:${config}>:_FORTIFY_SOURCE=${level}>)
  endif()
endforeach()

# 64-bit ARM with the cross compiler of Debian and Ubuntu (package gcc-aarch64-linux-gnu, libraries from libyaml-dev:arm64).
# Where qemu is installed, what was built runs through it.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
# The .pc files of the build machine would name its own libraries.
if(NOT DEFINED ENV{PKG_CONFIG_LIBDIR})
  set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig)
endif()
find_program(AIM_EMULATOR NAMES qemu-aarch64-static qemu-aarch64)
if(AIM_EMULATOR)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${AIM_EMULATOR})
endif()

# 32-bit x86 with the cross compiler of Debian and Ubuntu (package gcc-i686-linux-gnu, libraries from libyaml-dev:i386; unlike
# gcc-multilib it lives beside other cross compilers). Where qemu is installed, what was built runs through it.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR i686)
set(CMAKE_C_COMPILER i686-linux-gnu-gcc)
set(CMAKE_LIBRARY_ARCHITECTURE i386-linux-gnu)
# The .pc files of the build machine would name its own libraries.
if(NOT DEFINED ENV{PKG_CONFIG_LIBDIR})
  set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/i386-linux-gnu/pkgconfig:/usr/share/pkgconfig)
endif()
find_program(AIM_EMULATOR NAMES qemu-i386-static qemu-i386)
if(AIM_EMULATOR)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${AIM_EMULATOR})
endif()

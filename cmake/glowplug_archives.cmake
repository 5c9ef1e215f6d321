# fmt, simdjson and prometheus-cpp as archives, where scripts/archives.sh built them, else Debian's shared libraries. With the archives
# glowplug-handler has libstdc++ inside too: it needs of a machine glibc and libgcc only, and loading libraries was a third of its start.
set(GLOWPLUG_ARCHIVES "${CMAKE_SOURCE_DIR}/third_party/archives" CACHE PATH "where scripts/archives.sh puts what it builds")
if(EXISTS "${GLOWPLUG_ARCHIVES}/built")
  foreach(package fmt simdjson prometheus-cpp)  # said outright: a build folder from before remembers Debian's
    set(${package}_DIR "${GLOWPLUG_ARCHIVES}/lib/cmake/${package}" CACHE PATH "" FORCE)
  endforeach()
endif()
find_package(fmt 9 REQUIRED)
find_package(simdjson 3 REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_library(GLOWPLUG_ZLIB_ARCHIVE NAMES libz.a REQUIRED)

# Whether programs may have libstdc++ inside: sanitizers want the shared one.
get_target_property(fmt_kind fmt::fmt TYPE)
set(GLOWPLUG_STATIC_LIBSTDCXX OFF)
if(fmt_kind STREQUAL "STATIC_LIBRARY" AND NOT GLOWPLUG_SANITIZE)
  set(GLOWPLUG_STATIC_LIBSTDCXX ON)
endif()
message(STATUS "libstdc++ inside glowplug-handler: ${GLOWPLUG_STATIC_LIBSTDCXX}")

function(glowplug_static_libstdcxx target)
  if(GLOWPLUG_STATIC_LIBSTDCXX)
    # libgcc stays shared: an exception that crosses libraries needs one unwinder.
    target_link_options(${target} PRIVATE -static-libstdc++)
  endif()
endfunction()

# The parts that run for every request come before all others: of an inline function that several parts have, the linker keeps the first copy,
# which must not be one that was compiled for size.
set(GLOWPLUG_HOT_PARTS front_http front_oip front front_inline engine_native instances_ring base)
function(glowplug_hot_parts_first target)
  foreach(part IN LISTS GLOWPLUG_HOT_PARTS)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:glowplug_${part}>)
  endforeach()
endfunction()

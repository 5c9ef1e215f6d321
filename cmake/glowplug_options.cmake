# Flags that every target of ours takes, and the switches that presets set.
set(GLOWPLUG_SANITIZE "" CACHE STRING "sanitizers of this build, e.g. address,undefined or thread")
option(GLOWPLUG_FUZZ "build the fuzzers with libFuzzer (clang)" OFF)
set(GLOWPLUG_ORT_LIBRARY "${CMAKE_SOURCE_DIR}/third_party/onnxruntime/libonnxruntime.so.1.28.0"
    CACHE FILEPATH "ONNX Runtime's library: opened at run time, never linked")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

find_program(GLOWPLUG_CCACHE ccache)
if(GLOWPLUG_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${GLOWPLUG_CCACHE}")
endif()

add_library(glowplug_flags INTERFACE)
target_include_directories(glowplug_flags INTERFACE "${CMAKE_SOURCE_DIR}/src" "${CMAKE_BINARY_DIR}/generated")
target_compile_options(glowplug_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -ffunction-sections -fdata-sections)
target_link_options(glowplug_flags INTERFACE -Wl,--gc-sections -Wl,--as-needed)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(glowplug_flags INTERFACE -Wthread-safety -Wno-unused-command-line-argument
    -Wno-deprecated-declarations)  # std::stable_sort of GCC 12 calls what GCC 12 marks so
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # Says of "text" + std::string that it overlaps itself: https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105651
  target_compile_options(glowplug_flags INTERFACE -Wno-restrict)
endif()
if(GLOWPLUG_SANITIZE)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(glowplug_flags INTERFACE -Wno-maybe-uninitialized)  # GCC 12 says it of std::regex under sanitizers
  endif()
  target_compile_options(glowplug_flags INTERFACE
    -fsanitize=${GLOWPLUG_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if(GLOWPLUG_SANITIZE MATCHES "undefined")
    # Its check of virtual calls asks the kernel by a pipe whether memory can be read: not inside our sandbox, not without descriptors.
    target_compile_options(glowplug_flags INTERFACE -fno-sanitize=vptr)
  endif()
  target_link_options(glowplug_flags INTERFACE -fsanitize=${GLOWPLUG_SANITIZE})
  if(GLOWPLUG_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Boost.Asio's headers have fences, which this sanitizer does not see.
    target_compile_options(glowplug_flags INTERFACE -Wno-tsan)
  endif()
endif()
if(GLOWPLUG_FUZZ)
  target_compile_options(glowplug_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# One folder of src/ is one part: a library, the parts it may include, and its unit tests.
#
#   glowplug_part(store [HOT|COLD]         # a release compiles it with -O3, -Os; without a word -O2. HOT: runs for every request
#     DEPENDS base model bundle          # parts; tests/part_dependencies_test compares them with the #include lines
#     LIBRARIES SQLite::SQLite3          # foreign libraries
#     SOURCES store.cpp
#     TESTS store_test.cpp               # one program, store_test, registered with ctest
#     TEST_DEPENDS engine                # parts that only the tests need
#     TEST_LABELS threads)               # labels of every test in it; `threads`: also run under ThreadSanitizer, built by target threads_tests
add_custom_target(threads_tests)
function(glowplug_part name)
  cmake_parse_arguments(PART "HOT;COLD" "" "DEPENDS;LIBRARIES;SOURCES;TESTS;TEST_DEPENDS;TEST_LIBRARIES;TEST_LABELS" ${ARGN})
  set(target glowplug_${name})
  if(PART_SOURCES)
    add_library(${target} STATIC ${PART_SOURCES})
    set(visibility PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(visibility INTERFACE)
  endif()
  if(PART_HOT AND PART_SOURCES)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O3>)
  elseif(PART_COLD)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-Os>)
  endif()
  list(TRANSFORM PART_DEPENDS PREPEND glowplug_ OUTPUT_VARIABLE depends)
  target_link_libraries(${target} ${visibility} ${depends} glowplug_flags ${PART_LIBRARIES})
  string(REPLACE "_" "/" folder "${name}")
  set_property(GLOBAL APPEND_STRING PROPERTY GLOWPLUG_PARTS "${CMAKE_CURRENT_SOURCE_DIR}: ${PART_DEPENDS}\n")
  if(PART_TESTS AND BUILD_TESTING)
    add_executable(${name}_test ${PART_TESTS})
    list(TRANSFORM PART_TEST_DEPENDS PREPEND glowplug_ OUTPUT_VARIABLE test_depends)
    target_link_libraries(${name}_test PRIVATE ${target} ${test_depends} ${PART_TEST_LIBRARIES} GTest::gtest GTest::gtest_main)
    # clang-tidy takes minutes for one file of GoogleTest macros; the tests are compiled by clang and formatted all the same.
    set_target_properties(${name}_test PROPERTIES CXX_CLANG_TIDY "")
    # One word: gtest_discover_tests would take a second one for the name of the next property. ctest -L looks for a part of it.
    string(JOIN "-" label unit ${PART_TEST_LABELS})
    gtest_discover_tests(${name}_test TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
      PROPERTIES LABELS "${label}" TIMEOUT 120)
    if("threads" IN_LIST PART_TEST_LABELS)
      add_dependencies(threads_tests ${name}_test)
    endif()
  endif()
endfunction()

# A fuzzer of one parser: fuzz/NAME_fuzz.cpp defines LLVMFuzzerTestOneInput. The `fuzz` preset builds it with libFuzzer; every other build
# makes a program that replays fuzz/corpus/NAME/ and registers it with ctest.
#
#   glowplug_fuzzer(manifest DEPENDS bundle)
if(GLOWPLUG_FUZZ)
  add_custom_target(fuzzers)
endif()
function(glowplug_fuzzer name)
  cmake_parse_arguments(FUZZ "" "" "DEPENDS;LIBRARIES" ${ARGN})
  list(TRANSFORM FUZZ_DEPENDS PREPEND glowplug_ OUTPUT_VARIABLE depends)
  set(source "${CMAKE_SOURCE_DIR}/fuzz/${name}_fuzz.cpp")
  if(GLOWPLUG_FUZZ)
    add_executable(${name}_fuzz ${source})
    target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzzers ${name}_fuzz)
    target_link_libraries(${name}_fuzz PRIVATE ${depends} ${FUZZ_LIBRARIES} glowplug_flags)
  elseif(BUILD_TESTING)
    add_executable(${name}_fuzz_replay ${source} "${CMAKE_SOURCE_DIR}/fuzz/replay_main.cpp")
    target_link_libraries(${name}_fuzz_replay PRIVATE ${depends} ${FUZZ_LIBRARIES} glowplug_flags)
    add_test(NAME fuzz.${name} COMMAND ${name}_fuzz_replay "${CMAKE_SOURCE_DIR}/fuzz/corpus/${name}")
    set_tests_properties(fuzz.${name} PROPERTIES LABELS "unit;fuzz" TIMEOUT 120)
  endif()
endfunction()

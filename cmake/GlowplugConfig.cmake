# find_package(Glowplug): Glowplug::handler, what a C++ handler is built with. Headers only.
if(NOT TARGET Glowplug::handler)
  get_filename_component(glowplug_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
  add_library(Glowplug::handler INTERFACE IMPORTED)
  set_target_properties(Glowplug::handler PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${glowplug_prefix}/include" INTERFACE_COMPILE_FEATURES cxx_std_17)
endif()

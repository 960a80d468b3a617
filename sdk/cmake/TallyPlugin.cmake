# tally_add_plugin(NAME SOURCES file... [LIBRARIES target...] [STATIC_LIBRARY])
#
# Build libtally_NAME.so the way a plugin must be built: one exported symbol, nothing left undefined, symbols bound at
# load, never unloaded. With STATIC_LIBRARY also libtally_NAME_static.a (target tally_plugin_NAME_static), whose entry is
# called tally_plugin_entry_v1_NAME, for programs that link the backend in.
set(TALLY_PLUGIN_MAP ${CMAKE_CURRENT_LIST_DIR}/plugin.map CACHE INTERNAL "")

function(tally_add_plugin name)
  cmake_parse_arguments(ARG "STATIC_LIBRARY" "" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT name MATCHES "^[a-z][a-z0-9_]*$")
    message(FATAL_ERROR "tally_add_plugin: '${name}' is no plugin name; use lower-case letters, digits and '_'")
  endif()
  set(target tally_plugin_${name})
  add_library(${target} MODULE ${ARG_SOURCES})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME tally_${name}
    PREFIX lib
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/tally/plugins
    LINK_DEPENDS ${TALLY_PLUGIN_MAP})
  # Unique symbols would be shared with other plugins in spite of RTLD_LOCAL; only g++ makes them.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  target_link_options(${target} PRIVATE
    -Wl,--version-script=${TALLY_PLUGIN_MAP} -Wl,--exclude-libs,ALL -Wl,--as-needed
    -Wl,-z,now -Wl,-z,relro -Wl,-z,nodelete)
  if(NOT TALLY_SANITIZE)  # a sanitizer's own symbols come from the executable
    target_link_options(${target} PRIVATE -Wl,-z,defs)
  endif()
  target_link_libraries(${target} PRIVATE tally::sdk ${ARG_LIBRARIES})
  if(ARG_STATIC_LIBRARY)
    add_library(${target}_static STATIC ${ARG_SOURCES})
    target_compile_definitions(${target}_static PRIVATE TALLY_STATIC_PLUGIN=${name})
    target_link_libraries(${target}_static PUBLIC tally::sdk ${ARG_LIBRARIES})
  endif()
endfunction()

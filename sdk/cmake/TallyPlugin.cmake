# Building, testing and installing a plugin.
#
# tally_add_plugin(NAME SOURCES file... [LIBRARIES target...] [STATIC_LIBRARY])
#   Build libtally_NAME.so (target tally_plugin_NAME) the way a plugin must be built: one exported symbol, nothing left
#   undefined, symbols bound at load, never unloaded. With STATIC_LIBRARY also libtally_NAME_static.a (target
#   tally_plugin_NAME_static), whose entry is called tally_plugin_entry_v1_NAME, for programs that link the backend in.
#
# tally_install_plugin(NAME)
#   Install it where a host of the same prefix looks for plugins, as the component plugin-NAME.
#
# tally_package_plugin(NAME CONTACT "you <you@example.org>" [SUMMARY text])
#   Let cpack pack what the project installs, by its version; once a project, at its end. In a build that is configured
#   with -DCMAKE_INSTALL_PREFIX=/usr that is the Debian package tally-plugin-NAME, which depends on a host that can load
#   the plugin and on the libraries that the plugin needs. Elsewhere it is a tarball, to be unpacked below /usr/local.
#
# tally_test_plugin(NAME [FILE path] [CONFIG tally.yaml] [ARGS argument...] [NO_SERVICE])
#   CTest cases for it, or for a plugin in FILE that something else than CMake has built: NAME.exports, that it exports
#   one symbol; NAME.inspect, that a host can read who it is; NAME.loads, that a host opens it and gets an answer;
#   NAME.conformance, that it keeps the contract, with ARGS for tally-conformance. CONFIG holds its options; it may be
#   left out where none is required. NO_SERVICE leaves out the last two, where what the backend talks to is not there.
#   Without tally or tally-conformance the cases that need it are there, but disabled: CTest lists them as not run.
include(GNUInstallDirs)

function(tally_add_plugin name)
  cmake_parse_arguments(ARG "STATIC_LIBRARY" "" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT name MATCHES "^[a-z][a-z0-9_]*$")
    message(FATAL_ERROR "tally_add_plugin: '${name}' is no plugin name; use lower-case letters, digits and '_'")
  endif()
  set(target tally_plugin_${name})
  set(map ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.map)
  set(output ${PROJECT_BINARY_DIR}/plugins)
  if(CMAKE_LIBRARY_OUTPUT_DIRECTORY)
    set(output ${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/tally/plugins)
  endif()
  add_library(${target} MODULE ${ARG_SOURCES})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME tally_${name}
    PREFIX lib
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${output}
    LINK_DEPENDS ${map})
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if(CXX IN_LIST languages)
    target_compile_features(${target} PRIVATE cxx_std_17)
  endif()
  # Unique symbols would be shared with other plugins in spite of RTLD_LOCAL; only g++ makes them.
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
  target_link_options(${target} PRIVATE
    -Wl,--version-script=${map} -Wl,--exclude-libs,ALL -Wl,--as-needed -Wl,-z,now -Wl,-z,relro -Wl,-z,nodelete)
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

function(tally_install_plugin name)
  if(DEFINED TALLY_INSTALL AND NOT TALLY_INSTALL)
    return()
  endif()
  install(TARGETS tally_plugin_${name} LIBRARY
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/tally/plugins COMPONENT plugin-${name})
  set_property(GLOBAL APPEND PROPERTY TALLY_INSTALLED_PLUGINS ${name})
endfunction()

function(tally_package_plugin name)
  cmake_parse_arguments(ARG "" "CONTACT;SUMMARY" "" ${ARGN})
  if(NOT ARG_CONTACT)
    message(FATAL_ERROR "tally_package_plugin: say who answers for ${name}: CONTACT \"you <you@example.org>\"")
  endif()
  if(NOT ARG_SUMMARY)
    set(ARG_SUMMARY "Tally backend ${name}")
  endif()
  set(CPACK_GENERATOR TGZ)
  if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
    set(CPACK_GENERATOR DEB)
  endif()
  string(REPLACE "_" "-" CPACK_PACKAGE_NAME tally-plugin-${name})
  set(CPACK_PACKAGE_CONTACT ${ARG_CONTACT})
  set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${ARG_SUMMARY})
  set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
  set(CPACK_STRIP_FILES ON)
  set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS  # a host refuses plugins that others could have written
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_PACKAGE_DEPENDS tally-plugin-abi-1)
  set(CPACK_DEBIAN_PACKAGE_ENHANCES tally)
  set(CPACK_DEBIAN_PACKAGE_SECTION libs)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
  include(CPack)
endfunction()

# A case that runs what find_program() has found under a name in the variable `found`; disabled where that is nothing.
function(tally_add_program_test name program found)
  if(${found})
    add_test(NAME ${name} COMMAND ${${found}} ${ARGN})
    return()
  endif()
  add_test(NAME ${name} COMMAND ${program} ${ARGN})
  set_tests_properties(${name} PROPERTIES DISABLED TRUE)
  message(WARNING "${name} is disabled, as it needs the program ${program}: install the package ${program}, or set "
    "${found}")
endfunction()

function(tally_test_plugin name)
  cmake_parse_arguments(ARG "NO_SERVICE" "FILE;CONFIG" "ARGS" ${ARGN})
  if(NOT ARG_FILE)
    set(ARG_FILE $<TARGET_FILE:tally_plugin_${name}>)
  endif()
  set(config)
  if(ARG_CONFIG)
    get_filename_component(config_file ${ARG_CONFIG} ABSOLUTE)
    set(config --config ${config_file})
  endif()
  add_test(NAME ${name}.exports COMMAND ${CMAKE_COMMAND}
    -DNM=${CMAKE_NM} -DPLUGIN=${ARG_FILE} -P ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/check_exports.cmake)
  find_program(TALLY_PROGRAM tally HINTS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../../bin)
  find_program(TALLY_CONFORMANCE_PROGRAM tally-conformance HINTS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../../bin)
  tally_add_program_test(${name}.inspect tally TALLY_PROGRAM plugins inspect ${ARG_FILE})
  if(ARG_NO_SERVICE)
    return()
  endif()
  tally_add_program_test(${name}.loads tally TALLY_PROGRAM ${config}
    --set storage.backend=${name} --set storage.plugin.path=${ARG_FILE} plugins doctor)
  tally_add_program_test(${name}.conformance tally-conformance TALLY_CONFORMANCE_PROGRAM
    ${ARG_FILE} ${config} ${ARG_ARGS})
endfunction()

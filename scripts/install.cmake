# How the parts are installed. Each part is a component, so that it can be a package of its own:
#
#   core         the shared library that applications need at run time
#   dev          what it takes to build applications: find_package(Tally), pkg-config tally
#   sdk          what it takes to build plugins: find_package(TallySdk), pkg-config tally-sdk; no machine code
#   conformance  the kit: find_package(TallyConformance), tally-conformance
#   cli          the command
#   plugin-NAME  one backend each, by tally_install_plugin() of the SDK
#
# Everything can be moved after the installation: no file holds the prefix.
include(CMakePackageConfigHelpers)

option(TALLY_INSTALL "Make rules for the installation" ${PROJECT_IS_TOP_LEVEL})

# tally_install_package(NAME COMPONENT DIR [ARCH_INDEPENDENT]): the CMake package NAME in DIR/cmake/NAME, from the export
# set NAMETargets and the file cmake/NAMEConfig.cmake.in.
function(tally_install_package name component dir)
  if(NOT TALLY_INSTALL)
    return()
  endif()
  set(place ${dir}/cmake/${name})
  set(made ${CMAKE_CURRENT_BINARY_DIR}/${name})
  install(EXPORT ${name}Targets NAMESPACE tally:: DESTINATION ${place} COMPONENT ${component})
  configure_package_config_file(cmake/${name}Config.cmake.in ${made}Config.cmake INSTALL_DESTINATION ${place})
  # Before 1.0 a new minor version may change anything.
  write_basic_package_version_file(${made}ConfigVersion.cmake COMPATIBILITY SameMinorVersion ${ARGN})
  install(FILES ${made}Config.cmake ${made}ConfigVersion.cmake DESTINATION ${place} COMPONENT ${component})
endfunction()

# tally_install_pc(NAME COMPONENT DIR): DIR/pkgconfig/NAME.pc from cmake/NAME.pc.in, with the way to the prefix in it.
function(tally_install_pc name component dir)
  if(NOT TALLY_INSTALL)
    return()
  endif()
  file(RELATIVE_PATH TALLY_TO_PREFIX /${dir}/pkgconfig /)
  configure_file(cmake/${name}.pc.in ${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc DESTINATION ${dir}/pkgconfig COMPONENT ${component})
endfunction()

# tally_install_target(TARGET [install(TARGETS) argument...])
function(tally_install_target target)
  if(TALLY_INSTALL)
    install(TARGETS ${target} ${ARGN})
  endif()
endfunction()

# tally_install_program(TARGET COMPONENT): into bin, where it finds the core library without help.
function(tally_install_program target component)
  file(RELATIVE_PATH to_lib ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN/${to_lib}")
  tally_install_target(${target} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${component})
endfunction()

# tally_install_manual(TARGET COMPONENT SUMMARY): the manual page of a program, made from its help. Only where what was
# built can be run as it is.
function(tally_install_manual target component summary)
  if(NOT TALLY_INSTALL OR TALLY_SANITIZE OR CMAKE_CROSSCOMPILING)
    return()
  endif()
  get_target_property(name ${target} OUTPUT_NAME)
  set(page ${CMAKE_CURRENT_BINARY_DIR}/${name}.1)
  set(script ${PROJECT_SOURCE_DIR}/scripts/manual_page.cmake)
  add_custom_command(OUTPUT ${page}.gz
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${target}> -DSUMMARY=${summary} -DVERSION=${PROJECT_VERSION}
      -DOUTPUT=${page} -P ${script}
    COMMAND gzip -9nf ${page}
    DEPENDS ${target} ${script} VERBATIM)
  add_custom_target(${target}_manual ALL DEPENDS ${page}.gz)
  install(FILES ${page}.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT ${component})
endfunction()

# tally_install_headers(COMPONENT DIR file...): files into include/DIR.
function(tally_install_headers component dir)
  if(TALLY_INSTALL)
    install(FILES ${ARGN} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/${dir} COMPONENT ${component})
  endif()
endfunction()

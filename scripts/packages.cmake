# Debian packages, each component of the installation one; 'scripts/packages' goes the whole way to them.
#
# Only in a build for /usr, where Debian's libraries lie and where the core finds the plugins beside itself. The library's
# package is called by its soname, as Debian does. Plugins depend on what they need of a host, the major version of the
# interface, which the core's package provides: whoever installs 'tally-plugin-mine' gets a host that can load it.
if(NOT TALLY_INSTALL OR NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr" OR NOT EXISTS /etc/debian_version)
  return()
endif()

cmake_host_system_information(RESULT distribution QUERY DISTRIB_INFO)
set(TALLY_MAINTAINER "The Tally authors <tally@example.org>" CACHE STRING "Who answers for the Debian packages")
# Smaller than Debian's own, and growing with the release.
set(TALLY_DEBIAN_REVISION "0~deb${distribution_VERSION_ID}" CACHE STRING "What follows the version of the packages")
set(version ${PROJECT_VERSION}-${TALLY_DEBIAN_REVISION})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT ${TALLY_MAINTAINER})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_OUTPUT_FILE_PREFIX ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/scripts/staged.cmake)
set(CPACK_STRIP_FILES ON)
set(CPACK_THREADS 0)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SOURCE tally)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${TALLY_DEBIAN_REVISION})
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_LIBRARY_OUTPUT_DIRECTORY}) # our core, named in the table

# The same pages for all packages: what changed, for Debian and for everybody.
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
set(made ${CMAKE_CURRENT_BINARY_DIR}/debian)
file(CONFIGURE OUTPUT ${made}/changelog.Debian CONTENT
"tally (${version}) unstable; urgency=medium

  * The packages of version ${PROJECT_VERSION}; changelog.gz says what is new.

 -- ${TALLY_MAINTAINER}  ${now}
")
file(COPY_FILE CHANGELOG.md ${made}/changelog)
execute_process(COMMAND gzip -9nf changelog.Debian changelog WORKING_DIRECTORY ${made} COMMAND_ERROR_IS_FATAL ANY)

# tally_copyright(PACKAGE [library package...]): our licence, and those of the code that is compiled into the package.
function(tally_copyright package)
  file(READ LICENSE text)
  foreach(library ${ARGN})
    if(EXISTS /usr/share/doc/${library}/copyright)
      file(READ /usr/share/doc/${library}/copyright terms)
      string(APPEND text "\n${package} holds code of the Debian package ${library}, whose terms are:\n\n${terms}")
    endif()
  endforeach()
  file(WRITE ${made}/${package}/copyright "${text}")
endfunction()

# tally_package(COMPONENT PACKAGE SECTION SUMMARY [DESCRIPTION text...] [INSIDE library package...]
#               [ARCHITECTURE all] [MULTIARCH same|foreign] [DEPENDS|RECOMMENDS|SUGGESTS|PROVIDES|ENHANCES relation...])
# INSIDE: whose code is in its machine code. CMake knows MULTIARCH from 3.31 on.
function(tally_package component package section summary)
  set(relations DEPENDS RECOMMENDS SUGGESTS PROVIDES ENHANCES)
  cmake_parse_arguments(ARG "" "ARCHITECTURE;MULTIARCH" "DESCRIPTION;INSIDE;${relations}" ${ARGN})
  tally_copyright(${package} ${ARG_INSIDE})
  install(FILES ${made}/${package}/copyright ${made}/changelog.gz ${made}/changelog.Debian.gz
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component} EXCLUDE_FROM_ALL)
  string(TOUPPER ${component} COMPONENT)
  list(JOIN ARG_DESCRIPTION "\n" description)
  set(CPACK_DEBIAN_${COMPONENT}_PACKAGE_NAME ${package} PARENT_SCOPE)
  set(CPACK_DEBIAN_${COMPONENT}_PACKAGE_SECTION ${section} PARENT_SCOPE)
  set(CPACK_DEBIAN_${COMPONENT}_DESCRIPTION "${summary}\n${description}" PARENT_SCOPE)
  foreach(field ARCHITECTURE MULTIARCH)
    set(CPACK_DEBIAN_${COMPONENT}_PACKAGE_${field} ${ARG_${field}} PARENT_SCOPE)
  endforeach()
  foreach(relation ${relations})
    list(JOIN ARG_${relation} ", " list)
    set(CPACK_DEBIAN_${COMPONENT}_PACKAGE_${relation} "${list}" PARENT_SCOPE)
  endforeach()
  set(CPACK_COMPONENTS_ALL ${CPACK_COMPONENTS_ALL} ${component} PARENT_SCOPE)
endfunction()

file(STRINGS core/include/tally/plugin_abi.h abi REGEX "define TALLY_ABI_M[AI][JN]OR ")
string(REGEX REPLACE "[^0-9;]*([0-9]+)u?" "\\1" abi "${abi}")
list(GET abi 0 abi_major)
list(GET abi 1 abi_minor)
get_target_property(soversion tally_core SOVERSION)
set(core libtally-core${soversion})

set(CPACK_COMPONENTS_ALL)
tally_package(core ${core} libs "storage runtime for conversations of language models (library)"
  DESCRIPTION
    "Tally keeps conversations of language-model agents and the runs made over"
    "them. Programs use it through this library; where the bytes live is a line of"
    "configuration, and each backend is a plugin."
    "."
    "This package has the library and the helper that tries a plugin before its"
    "first load. It needs one of the packages tally-plugin-*, or a plugin from"
    "elsewhere."
  MULTIARCH same
  RECOMMENDS tally-plugin-local
  SUGGESTS tally-plugin-redis tally-plugin-s2
  PROVIDES "tally-plugin-abi-${abi_major} (= ${abi_major}.${abi_minor})"
  INSIDE nlohmann-json3-dev libsimdjson-dev)
file(WRITE ${made}/shlibs "libtally_core ${soversion} ${core} (>= ${PROJECT_VERSION}~)\n")
file(WRITE ${made}/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_CORE_PACKAGE_CONTROL_EXTRA ${made}/shlibs ${made}/triggers)

tally_package(dev libtally-dev libdevel "storage runtime for conversations of language models (development)"
  DESCRIPTION
    "What it takes to build programs that use Tally: headers, the CMake package"
    "Tally and the pkg-config module tally."
  MULTIARCH same
  DEPENDS "${core} (= ${version})" "tally-sdk (= ${version})" nlohmann-json3-dev)

tally_package(cli tally utils "storage runtime for conversations of language models (command)"
  DESCRIPTION
    "The command tally makes stores, brings conversations in and out, shows them"
    "and their evaluation reports, checks configurations, and looks at plugins."
    "."
    "With it comes the backend that keeps a store in a folder of files, unless"
    "recommended packages are left out."
  MULTIARCH foreign
  DEPENDS "${core} (= ${version})"
  RECOMMENDS tally-plugin-local
  INSIDE nlohmann-json3-dev libcli11-dev)

set(plugin_text "A backend for Tally, loaded where a configuration names it.")
tally_package(plugin-local tally-plugin-local libs "Tally backend that keeps a store in a folder of files"
  DESCRIPTION ${plugin_text} "This one needs no server and is the one used by default."
  MULTIARCH same
  DEPENDS tally-plugin-abi-${abi_major}
  ENHANCES tally)
tally_package(plugin-redis tally-plugin-redis libs "Tally backend on Redis Streams"
  DESCRIPTION ${plugin_text} "This one keeps a store on a Redis server or a Redis Cluster."
  MULTIARCH same
  DEPENDS tally-plugin-abi-${abi_major}
  SUGGESTS redis-server
  ENHANCES tally
  INSIDE libhiredis-dev)
tally_package(plugin-s2 tally-plugin-s2 libs "Tally backend on streams of S2"
  DESCRIPTION ${plugin_text} "This one keeps a store in S2, in the cloud or on a server of one's own."
  MULTIARCH same
  DEPENDS tally-plugin-abi-${abi_major} ca-certificates
  ENHANCES tally
  INSIDE libprotozero-dev nlohmann-json3-dev)

tally_package(sdk tally-sdk libdevel "kit for writing backends of Tally"
  DESCRIPTION
    "Headers, the CMake package TallySdk and the pkg-config module tally-sdk: what"
    "it takes to write a plugin in C++17 upwards, C11 or Rust. There is no machine"
    "code in it; plugins link no library of Tally."
  ARCHITECTURE all MULTIARCH foreign
  RECOMMENDS tally tally-conformance
  SUGGESTS cmake)
tally_package(conformance tally-conformance devel "tests whether a backend of Tally keeps the contract"
  DESCRIPTION
    "The program tally-conformance tries to break each promise of the contract"
    "between Tally and its backends, on any plugin's file. The same cases are here"
    "as a library, for authors who write a test program of their own."
  DEPENDS "${core} (= ${version})" "tally-sdk (= ${version})"
  SUGGESTS libtally-dev
  INSIDE nlohmann-json3-dev libcli11-dev)

foreach(name local redis s2)
  if(NOT TARGET tally_plugin_${name})
    list(REMOVE_ITEM CPACK_COMPONENTS_ALL plugin-${name})
  endif()
endforeach()
include(CPack)

# Make plugin_templates.cpp: the files of each language's project as text.
#
# tally_template(LANGUAGE FOLDER file...): files of a folder below sdk, by their paths in the new project.
set(tally_template_rows)

function(tally_template language folder)
  foreach(path ${ARGN})
    set(file ${PROJECT_SOURCE_DIR}/sdk/${folder}/${path})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} text)
    set(executable false)
    if(path STREQUAL "check")
      set(executable true)
    endif()
    string(APPEND tally_template_rows "    {\"${language}\", \"${path}\", R\"tally(${text})tally\", ${executable}},\n")
  endforeach()
  set(tally_template_rows "${tally_template_rows}" PARENT_SCOPE)
endfunction()

set(frame README.md .gitignore .github/workflows/ci.yml)
tally_template(c++ templates/c++ CMakeLists.txt plugin.cpp storage.cpp storage.hpp ${frame})
tally_template(c templates/c ${frame})
tally_template(c examples/c CMakeLists.txt plugin.c store.c store.h)
tally_template(rust templates/rust ${frame})
tally_template(rust examples/rust Cargo.toml check src/abi.rs src/bridge.rs src/lib.rs src/memory.rs)

file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/plugin_templates.cpp @ONLY CONTENT
[[// Made by plugin_templates.cmake.
#include "plugin_template.hpp"

namespace tally::cli {

const std::vector<TemplateFile>& templateFiles() {
  static const std::vector<TemplateFile> kFiles = {
@tally_template_rows@  };
  return kFiles;
}

}  // namespace tally::cli
]])

#pragma once
// The projects that `tally plugins new` writes: the files of sdk/templates and sdk/examples, compiled in.

#include <string>
#include <string_view>
#include <vector>

namespace tally::cli {

struct TemplateFile {
  std::string_view language;  ///< "c++", "c" or "rust"
  std::string_view path;      ///< in the new project
  std::string_view text;
  bool executable = false;
};

/// All files of all languages. Made by plugin_templates.cmake.
const std::vector<TemplateFile>& templateFiles();

/// What a text of a template becomes in a project called `name`: the template's own name is replaced, also where it
/// stands as the name of a class.
std::string instantiated(std::string_view language, std::string_view text, std::string_view name);

}  // namespace tally::cli

#include "plugin_template.hpp"

#include <cctype>

namespace tally::cli {
namespace {

/// "my_store" as "MyStore".
std::string classNameOf(std::string_view name) {
  std::string out;
  bool up = true;
  for (const char c : name) {
    if (c != '_') out += up ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    up = c == '_';
  }
  return out;
}

void replaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

std::string instantiated(std::string_view language, std::string_view text, std::string_view name) {
  std::string out(text);
  if (language == "c++") {
    replaceAll(out, "MyStore", classNameOf(name));
    replaceAll(out, "mystore", name);
  } else {
    replaceAll(out, language == "c" ? "c_memory" : "rust_memory", name);
  }
  return out;
}

}  // namespace tally::cli

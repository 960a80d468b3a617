// The sentence of every refusal, whole, beside its code. TALLY_UPDATE_GOLDEN=1 writes data/refusals.txt anew.

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <set>

#include "plugins/plugin_copy.hpp"
#include "support/doctest.hpp"
#include "tally/create_storage.hpp"

using namespace tally;
using namespace tally::test;

namespace {

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = 0; !what.empty() && (at = text.find(what, at)) != text.npos; at += by.size()) {
    text.replace(at, what.size(), by);
  }
  return text;
}

// Hashes and sizes differ from build to build.
std::string withoutNumbers(std::string text) {
  std::string result, digits;
  const auto flush = [&] {
    result += digits.size() >= 64                                                           ? "<sha256>"
              : digits.size() >= 4 && digits.find_first_not_of("0123456789") == digits.npos ? "<n>"
                                                                                            : digits;
    digits.clear();
  };
  for (const char c : text) {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) {
      digits += c;
      continue;
    }
    flush();
    result += c;
  }
  flush();
  return result;
}

struct Sample {
  std::string folder;
  std::function<void(PluginCopy&)> spoil;
};

std::vector<Sample> samples() {
  std::vector<Sample> all;
  for (const char* folder : {"no_note", "note_not_json", "other_name", "next_major", "newer_host", "musl", "no_entry",
                             "entry_is_data", "undefined", "null_descriptor", "descriptor_size_3", "note_disagrees",
                             "no_factory", "init_fails", "null_slot", "ops_size", "executable_stack", "no_dlopen"}) {
    all.push_back({folder, [](PluginCopy&) {}});
  }
  const auto bytes = [](auto change) {
    return [change](PluginCopy& copy) {
      auto text = bytesOf(copy.file);
      change(text);
      writeBytes(copy.file, text);
    };
  };
  all.push_back({"good", bytes([](std::string& text) { text.resize(2048); })});
  all.push_back({"good", bytes([](std::string& text) { text = "#!/bin/sh\n"; })});
  all.push_back({"good", bytes([](std::string& text) { text[18] = 0x28; })});
  all.push_back({"good", [](PluginCopy& copy) { ::chmod(copy.file.c_str(), 0666); }});
  all.push_back({"good", [](PluginCopy& copy) {
                   std::filesystem::remove(copy.file);
                   std::filesystem::create_directory(copy.file);
                 }});
  all.push_back({"good", [](PluginCopy& copy) { copy.config.plugins.sha256["fixture"] = std::string(64, '0'); }});
  all.push_back({"good", [](PluginCopy& copy) { copy.config.plugins.pin = PluginsConfig::Pin::Strict; }});
  all.push_back(
      {"good", [](PluginCopy& copy) { writeBytes(copy.manifest(), "disabled: true\nreason: broken disk\n"); }});
  all.push_back({"good", [](PluginCopy& copy) { writeBytes(copy.manifest(), "disabled: perhaps\n"); }});
  all.push_back({"good", [](PluginCopy& copy) { copy.config.plugins.probe = PluginsConfig::Probe::Always; }});
  return all;
}

}  // namespace

TEST_CASE("messages: each refusal says what, where, why and what to do next") {
  constexpr const char* kSteps[] = {"ask ",  "Ask ",     "upgrade ", "get ", "build ", "Name ", "Copy ",
                                    "Take ", "Install ", "restart",  "set ", "Mend ",  "put ",  "link it "};
  std::string table;
  std::set<ErrorCode> codes;
  for (const auto& sample : samples()) {
    PluginCopy copy(sample.folder);
    sample.spoil(copy);
    try {
      createStorage(copy.config);
      FAIL_CHECK("nothing refused " << sample.folder);
    } catch (const Error& error) {
      codes.insert(error.code());
      const std::string message = error.message();
      CHECK_MESSAGE(std::any_of(std::begin(kSteps), std::end(kSteps),
                                [&](const char* step) { return message.find(step) != message.npos; }),
                    "no next step: " << error.what());
      CHECK_MESSAGE(std::string(error.what()).find(copy.file.string()) != std::string::npos, error.what());
      auto text = replaced(error.what(), copy.dir.path().string(), "<folder>");
      // The helper is missing beside this program, and that is the sample.
      text = replaced(text, std::filesystem::canonical("/proc/self/exe").parent_path().string(), "<core>");
      text = replaced(text, std::filesystem::read_symlink("/proc/self/exe").parent_path().string(), "<core>");
      table += std::string(nameOf(error.code())) + "\n  " + withoutNumbers(text) + "\n";
    }
  }
  const auto golden = std::filesystem::path(TALLY_TEST_DATA) / "refusals.txt";
  if (std::getenv("TALLY_UPDATE_GOLDEN") != nullptr) writeBytes(golden, table);
  CHECK(table == bytesOf(golden));
  // All but PluginNotFound, whose message lists the places of this machine and has tests of its own.
  for (int code = -219; code <= -201; ++code) {
    CAPTURE(code);
    CHECK(codes.count(static_cast<ErrorCode>(code)) == 1);
  }
}

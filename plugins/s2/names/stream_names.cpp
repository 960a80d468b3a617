#include "s2/names/stream_names.hpp"

#include "tally/error.hpp"
#include "tally/path.hpp"
#include "tally/sdk/physical_names.hpp"

namespace tally::s2 {
namespace {

bool endsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

std::string folderPrefix(std::string_view prefix) {
  if (endsWith(prefix, "/")) prefix.remove_suffix(1);
  if (prefix.empty()) return {};
  if (const auto why = path::problem(prefix); !why.empty()) {
    throw Error(ErrorCode::InvalidConfig, "the prefix '" + std::string(prefix) + "' can't be a folder: " +
                                              std::string(why) + "; set 's2.prefix' to a path such as team/tally");
  }
  return std::string(prefix) + '/';
}

}  // namespace

std::optional<std::string> logicalName(std::string_view physical) {
  std::string logical = sdk::logicalName(physical);
  // Others may use names that our rule never makes, "x.json" for instance; no key reaches them.
  if (!path::problem(logical).empty() || sdk::physicalName(logical) != physical) return std::nullopt;
  return logical;
}

StreamNames::StreamNames(std::string_view prefix) : prefix_(folderPrefix(prefix)) {}

std::string StreamNames::streamOf(std::string_view key) const {
  std::string stream = folderOf(path::parent(key)) + sdk::physicalName(path::basename(key));
  if (stream.size() > kMaxStreamNameBytes) {
    throw Error(ErrorCode::InvalidArgument,
                "the stream name of this key would have " + std::to_string(stream.size()) +
                    " bytes, with the prefix; the service allows 512: use a shorter key or prefix");
  }
  return stream;
}

std::string StreamNames::folderOf(std::string_view directory) const {
  std::string folder = prefix_;
  if (!directory.empty()) folder.append(directory) += '/';
  return folder;
}

}  // namespace tally::s2

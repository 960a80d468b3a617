#include "redis/names/key_names.hpp"

#include <algorithm>

#include "redis/servers/cluster_slot.hpp"
#include "tally/error.hpp"
#include "tally/path.hpp"
#include "tally/sdk/physical_names.hpp"

namespace tally::redis {
namespace {

void appendEscaped(std::string& out, std::string_view segment) {
  for (const char c : segment) {
    if (c == '%') {
      out += "%25";
    } else if (c == ':') {
      out += "%3A";
    } else {
      out += c;
    }
  }
}

// Nothing for a '%' that appendEscaped() never writes.
std::optional<std::string> unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    const std::string_view code = text.substr(i, 3);
    if (code != "%25" && code != "%3A") return std::nullopt;
    plain += code == "%25" ? '%' : ':';
    i += 2;
  }
  return plain;
}

void checkPrefix(const std::string& prefix) {
  const auto refuse = [&](const char* why) {
    throw Error(ErrorCode::InvalidConfig, "the option 'keyPrefix' is '" + prefix + "', " + why);
  };
  if (!prefix.empty() && prefix.back() != ':') {
    refuse("which is also how longer prefixes begin; end it with ':'");
  }
  const auto open = prefix.find('{'), close = prefix.find('}');
  if (open == prefix.npos && close == prefix.npos) return;
  if (open == prefix.npos || close == prefix.npos || close < open + 2) {
    refuse("whose braces are no hash tag; write '{name}:', or use no braces");
  }
}

}  // namespace

std::string physicalName(std::string_view segment) { return sdk::physicalName(segment); }

std::string logicalName(std::string_view name) { return sdk::logicalName(name); }

KeyNames::KeyNames(std::string prefix) : prefix_(std::move(prefix)) {
  checkPrefix(prefix_);
  std::string tag = prefix_;
  if (tag.find('{') != tag.npos) {
    index_root_ = prefix_ + "%index";  // the prefix has a tag already, and all of the store is in its slot
  } else {
    index_root_ = prefix_ + "%{" + tag + "index}";
  }
  doubts_ = index_root_ + "%doubts";
  index_root_ += ':';
}

std::string KeyNames::stream(std::string_view key) const {
  std::string name;
  name.reserve(prefix_.size() + key.size() + 8);
  name += prefix_;
  for (std::size_t slash = key.find('/'); slash != key.npos; slash = key.find('/')) {
    appendEscaped(name, key.substr(0, slash));
    name += ':';
    key.remove_prefix(slash + 1);
  }
  appendEscaped(name, physicalName(key));
  return name;
}

std::optional<std::string> KeyNames::key(std::string_view stream) const {
  if (stream.substr(0, prefix_.size()) != prefix_) return std::nullopt;
  std::string_view rest = stream.substr(prefix_.size());
  std::string key;
  for (std::size_t colon = rest.find(':'); colon != rest.npos; colon = rest.find(':')) {
    const auto segment = unescaped(rest.substr(0, colon));
    if (!segment) return std::nullopt;
    key.append(*segment) += '/';
    rest.remove_prefix(colon + 1);
  }
  const auto last = unescaped(rest);
  if (!last) return std::nullopt;
  key += logicalName(*last);
  if (!path::problem(key).empty() || this->stream(key) != stream) return std::nullopt;
  return key;
}

std::string KeyNames::tokens(std::string_view stream) const {
  if (prefix_.find('{') != prefix_.npos) return std::string(prefix_).append("%landed:").append(stream);
  const std::string_view hashed = hashedPart(stream);
  const bool plain = hashed.find('}') == hashed.npos;
  const std::string tag = plain ? std::string(hashed) : tagOfSlot(slotOf(stream));
  std::string name = prefix_ + "%landed{" + tag + '}';
  return tag == stream ? name : name.append(":").append(stream);
}

}  // namespace tally::redis

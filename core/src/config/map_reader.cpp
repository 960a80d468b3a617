#include "config/map_reader.hpp"

#include "config/fail.hpp"
#include "config/names.hpp"
#include "config/scalar.hpp"
#include "text/number_text.hpp"

namespace tally::config {
namespace {

using Kind = YamlNode::Kind;

std::string describe(const YamlNode& value) {
  switch (value.kind) {
    case Kind::Null: return "empty";
    case Kind::List: return "a list";
    case Kind::Map: return "a map";
    case Kind::Scalar: break;
  }
  const bool only_looks_right = value.quoted && !std::holds_alternative<std::string>(typedValue(value.text));
  return shownValue(value.key, value.text) + (only_looks_right ? " in quotes, which make it text" : "");
}

}  // namespace

MapReader::MapReader(const YamlNode* node, std::string path, Origins& origins)
    : node_(node), path_(std::move(path)), origins_(origins) {
  if (node_ == nullptr) return;
  for (const YamlNode& child : node_->children) entries_.emplace(child.key, &child);
}

std::string MapReader::pathOf(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

void MapReader::refuse(const YamlNode& value, std::string_view expected) const {
  const std::string name = value.key.empty() ? path_ : pathOf(printable(value.key));
  fail(ErrorCode::InvalidConfig, value.origin, name + " is " + describe(value) + ", expected " + std::string(expected));
}

const YamlNode* MapReader::any(std::string_view key) {
  known_.emplace(key);
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second->kind == Kind::Null) return nullptr;
  if (found->second->kind != Kind::Map) origins_[pathOf(key)] = found->second->origin;
  return found->second;
}

const YamlNode* MapReader::scalar(std::string_view key, std::string_view expected) {
  const YamlNode* node = any(key);
  if (node != nullptr && node->kind != Kind::Scalar) refuse(*node, expected);
  return node;
}

const YamlNode* MapReader::flag(std::string_view key, bool& target) {
  constexpr std::string_view kExpected = "true or false";
  const YamlNode* node = scalar(key, kExpected);
  if (node == nullptr) return nullptr;
  const auto value = typedValue(*node);
  const bool* flag = std::get_if<bool>(&value);
  if (flag == nullptr) refuse(*node, kExpected);
  target = *flag;
  return node;
}

const YamlNode* MapReader::integer(std::string_view key, std::int64_t minimum, std::int64_t& target) {
  const std::string expected = "a whole number from " + std::to_string(minimum);
  const YamlNode* node = scalar(key, expected);
  if (node == nullptr) return nullptr;
  const auto value = typedValue(*node);
  const auto* whole = std::get_if<std::int64_t>(&value);
  if (whole == nullptr || *whole < minimum) refuse(*node, expected);
  target = *whole;
  return node;
}

const YamlNode* MapReader::number(std::string_view key, double minimum, double maximum, double& target) {
  const std::string expected = "a number from " + detail::numberText(minimum) + " to " + detail::numberText(maximum);
  const YamlNode* node = scalar(key, expected);
  if (node == nullptr) return nullptr;
  const auto value = typedValue(*node);
  const auto* whole = std::get_if<std::int64_t>(&value);
  const auto* real = std::get_if<double>(&value);
  if (whole == nullptr && real == nullptr) refuse(*node, expected);
  const double found = whole != nullptr ? static_cast<double>(*whole) : *real;
  if (!(found >= minimum && found <= maximum)) refuse(*node, expected);  // not a number fails too
  target = found;
  return node;
}

MapReader MapReader::map(std::string_view key) {
  const YamlNode* node = any(key);
  if (node != nullptr && node->kind != Kind::Map) refuse(*node, "a map");
  return {node, pathOf(key), origins_};
}

std::vector<const YamlNode*> MapReader::others() const {
  std::vector<const YamlNode*> entries;
  if (node_ == nullptr) return entries;
  for (const YamlNode& child : node_->children)
    if (known_.find(child.key) == known_.end()) entries.push_back(&child);
  return entries;
}

void MapReader::refuseOthers(std::string_view also) const {
  const auto entries = others();
  if (!entries.empty()) refuseKey(*entries.front(), also);
}

void MapReader::refuseKey(const YamlNode& entry, std::string_view also) const {
  std::string message = "unknown key '" + pathOf(printable(entry.key)) + "'";
  const std::string nearest = nearestName(entry.key, {known_.begin(), known_.end()});
  if (!nearest.empty()) message += "; did you mean '" + nearest + "'?";
  std::string names;
  for (const std::string& name : known_) names += (names.empty() ? "" : ", ") + name;
  message += (nearest.empty() ? "; known here: " : " Known here: ") + names;
  if (!also.empty()) message += ", " + std::string(also);
  fail(ErrorCode::ConfigUnknownKey, entry.key_origin, message);
}

}  // namespace tally::config

// Built on the parser's events and not on its document type, which would drop duplicate keys and hide line numbers.

#include "config/yaml_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>

#include "config/fail.hpp"
#include "config/names.hpp"
#include "config/text.hpp"

namespace tally::config {
namespace {

using Kind = YamlNode::Kind;

constexpr std::size_t kMaxNodes = 100'000;
constexpr std::size_t kMaxCopiedBytes = 16 * kMaxFileBytes;

std::size_t countOf(const YamlNode& node) {
  std::size_t count = 1;
  for (const YamlNode& child : node.children) count += countOf(child);
  return count;
}

std::size_t bytesOf(const YamlNode& node) {
  std::size_t bytes = node.key.size() + node.text.size();
  for (const YamlNode& child : node.children) bytes += bytesOf(child);
  return bytes;
}

std::size_t heightOf(const YamlNode& node) {
  std::size_t height = 0;
  for (const YamlNode& child : node.children) height = std::max(height, heightOf(child));
  return node.kind == Kind::Map || node.kind == Kind::List ? height + 1 : height;
}

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string file_name) : file_name_(std::move(file_name)) {}

  YamlNode takeTree() { return std::move(tree_); }
  Origin originOf(const YAML::Mark& mark) const { return {file_name_, mark.line + 1, mark.column + 1}; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1)
      fail(ErrorCode::ConfigSyntax, originOf(mark), "a second document begins here; a configuration is one document");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(nodeAt(mark, Kind::Null), anchor); }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node = nodeAt(mark, Kind::Scalar);
    const bool plain = tag.empty() || tag == "?";
    if (!plain && tag != "!" && tag != "tag:yaml.org,2002:str") refuseTag(mark);
    node.text = value;
    node.quoted = !plain;
    add(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto anchored = anchors_.find(anchor);
    if (anchored == anchors_.end())
      fail(ErrorCode::ConfigSyntax, originOf(mark), "this alias stands inside the value that it repeats");
    nodes_ += countOf(anchored->second);
    copied_bytes_ += bytesOf(anchored->second);
    checkLimits(mark, heightOf(anchored->second));
    YamlNode copy = anchored->second;
    add(std::move(copy), YAML::NullAnchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Kind::List);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Kind::Map);
  }
  void OnMapEnd() override {
    mergeInto(open_.back());
    close();
  }

 private:
  // A map or list whose end has not been met yet.
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor = YAML::NullAnchor;
    std::optional<YamlNode> key;      // met, its value not yet
    std::map<std::string, int> keys;  // and their lines
    std::vector<YamlNode> merged;     // values of `<<`
  };

  YamlNode nodeAt(const YAML::Mark& mark, Kind kind) {
    ++nodes_;
    checkLimits(mark, 0);
    YamlNode node;
    node.kind = kind;
    node.origin = originOf(mark);
    return node;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Kind kind) {
    if (tag != "?" && tag != "!" && !tag.empty()) refuseTag(mark);
    checkLimits(mark, 1);
    Open opened;
    opened.node = nodeAt(mark, kind);
    opened.anchor = anchor;
    open_.push_back(std::move(opened));
  }

  void close() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    add(std::move(closed.node), closed.anchor);
  }

  void add(YamlNode node, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    if (open_.empty()) {
      tree_ = std::move(node);
    } else if (Open& top = open_.back(); top.node.kind == Kind::List) {
      top.node.children.push_back(std::move(node));
    } else if (!top.key) {
      if (node.kind != Kind::Scalar) fail(ErrorCode::ConfigSyntax, node.origin, "a key must be a single word or text");
      top.key = std::move(node);
    } else {
      addEntry(top, std::move(node));
    }
  }

  void addEntry(Open& map, YamlNode node) {
    const YamlNode key = *std::exchange(map.key, std::nullopt);
    if (key.text == "<<" && !key.quoted) {
      map.merged.push_back(std::move(node));
      return;
    }
    const auto [known, is_new] = map.keys.emplace(key.text, key.origin.line);
    if (!is_new)
      fail(ErrorCode::ConfigSyntax, key.origin,
           "'" + printable(key.text) + "' is given twice in this map; first in line " + std::to_string(known->second));
    node.key = key.text;
    node.key_origin = key.origin;
    map.node.children.push_back(std::move(node));
  }

  // What a map says itself wins over what it merges, and an earlier merged map over a later one.
  void mergeInto(Open& map) {
    for (YamlNode& source : map.merged) {
      if (source.kind == Kind::List)
        for (YamlNode& item : source.children) mergeMap(map, item);
      else
        mergeMap(map, source);
    }
  }

  void mergeMap(Open& map, YamlNode& source) {
    if (source.kind != Kind::Map) fail(ErrorCode::ConfigSyntax, source.origin, "'<<' takes a map, or a list of maps");
    for (YamlNode& entry : source.children)
      if (map.keys.emplace(entry.key, entry.key_origin.line).second) map.node.children.push_back(std::move(entry));
  }

  void checkLimits(const YAML::Mark& mark, std::size_t height) const {
    if (nodes_ > kMaxNodes)
      fail(ErrorCode::ConfigSyntax, originOf(mark),
           "more than " + std::to_string(kMaxNodes) + " values, counting what aliases repeat");
    if (copied_bytes_ > kMaxCopiedBytes)
      fail(ErrorCode::ConfigSyntax, originOf(mark),
           "more than " + std::to_string(kMaxCopiedBytes) + " bytes, counting what aliases repeat");
    if (open_.size() + height > kMaxDepth)
      fail(ErrorCode::ConfigSyntax, originOf(mark),
           "maps and lists are nested deeper than " + std::to_string(kMaxDepth) + " levels");
  }

  [[noreturn]] void refuseTag(const YAML::Mark& mark) const {
    fail(ErrorCode::ConfigSyntax, originOf(mark),
         "tags like '!name' have no meaning here; put quotes around a value that begins with '!'");
  }

  const std::string file_name_;
  YamlNode tree_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  std::size_t nodes_ = 0, copied_bytes_ = 0;
  int documents_ = 0;
};

// The parser accepts the end of the file where a quote is still open, or where a ':' is missing. It does not accept the
// end of a document there.
std::string withDocumentEnd(std::string_view text) {
  std::string closed(text);
  if (!closed.empty() && closed.back() != '\n') closed += '\n';
  return closed + "...\n";
}

// The parser's words, but where they repeat the value or mislead.
std::string reasonOf(const YAML::Exception& error) {
  const std::string_view said = error.msg;
  if (said.starts_with(YAML::ErrorMsg::UNKNOWN_ANCHOR))
    return "an alias without its anchor; put quotes around a value that begins with '*'";
  if (said == YAML::ErrorMsg::DOC_IN_SCALAR) return "a value in quotes does not end before the document does";
  return printable(said);
}

}  // namespace

YamlNode* YamlNode::find(std::string_view name) {
  const auto found =
      std::find_if(children.begin(), children.end(), [&](const YamlNode& child) { return child.key == name; });
  return kind == Kind::Map && found != children.end() ? &*found : nullptr;
}

YamlNode parseYaml(std::string_view text, const std::string& file_name) {
  TreeBuilder builder(file_name);
  try {
    std::istringstream stream(withDocumentEnd(text));
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    const Origin where = error.mark.is_null() ? Origin{file_name} : builder.originOf(error.mark);
    fail(ErrorCode::ConfigSyntax, where, "not YAML: " + reasonOf(error));
  }
  return builder.takeTree();
}

}  // namespace tally::config

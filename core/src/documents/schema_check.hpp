#pragma once
// Small checks, and ways to join them into the description of a document. A schema reads like the data it describes:
//
//   object({required("name", text()), optional("score", fraction())})

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tally::detail::schema {

/// Collects faults and knows where in the document it is.
class Report {
 public:
  /// Note that the value here is not what was expected. An empty `found` stands for an absent member.
  void fault(std::string_view expected, std::string_view found);

  template <typename Body>
  void inMember(std::string_view name, Body&& body) {
    below((path_.empty() ? "" : ".") + std::string(name), body);
  }
  template <typename Body>
  void inElement(std::size_t index, Body&& body) {
    below("[" + std::to_string(index) + "]", body);
  }

  std::vector<std::string> take() { return std::move(faults_); }

 private:
  template <typename Body>
  void below(const std::string& step, Body& body) {
    const std::size_t size = path_.size();
    path_ += step;
    body();
    path_.resize(size);
  }

  std::string path_;
  std::vector<std::string> faults_;
};

/// Looks at the text of one valid JSON value, empty when the member is absent, and reports what is wrong.
using Check = std::function<void(std::string_view value, Report& report)>;

struct Field {
  std::string name;
  Check check;
  bool is_required;
};
inline Field required(std::string name, Check check) { return {std::move(name), std::move(check), true}; }
/// May be absent; null is a value like any other.
inline Field optional(std::string name, Check check) { return {std::move(name), std::move(check), false}; }

Check anything();
Check text();
Check flag();
Check number();
/// A number from 0 to 1; what rounding may add in a weighted mean is allowed.
Check fraction();
/// The number 1: the version of a schema.
Check one();
/// An RFC 3339 date and time with offset or Z.
Check timestamp();
Check oneOf(std::vector<std::string> texts);
Check literalTrue();
/// A number, a flag, a text or null.
Check scalarOrNull();
Check orNull(Check check);
/// A number, or an object of numbers.
Check numberOrNumbers();

/// An object with these members and any others.
Check object(std::vector<Field> fields);
/// An object whose members, whatever they are called, all pass.
Check objectOf(Check member);
/// An object, whatever is in it.
Check anyObject();
Check arrayOf(Check element);
Check texts();
Check pairOf(Check element);

/// An object whose text member `tag` decides which check holds for it. Without `otherwise` other texts are faults.
struct Choice {
  std::string text;
  Check check;
};
Check choice(std::string tag, std::vector<Choice> choices, Check otherwise = nullptr);

}  // namespace tally::detail::schema

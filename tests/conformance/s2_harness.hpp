#pragma once
// The kit on S2: a server that the test starts; each case gets a prefix of its own, so that none has to be emptied.

#include <unistd.h>

#include <functional>
#include <memory>
#include <string>

#include "s2/records/record.hpp"
#include "s2/s2_server.hpp"
#include "tally/conformance/harness.hpp"
#include "tally/create_storage.hpp"

namespace tally::test {

/// How a storage is opened with these settings.
using OpenS2 = std::function<std::shared_ptr<IStorage>(const s2::Settings&)>;

inline std::shared_ptr<IStorage> openDirectly(const s2::Settings& settings) {
  return std::make_shared<s2::S2Storage>(settings, Call());
}

inline std::shared_ptr<IStorage> openThroughHost(const s2::Settings& settings) {
  ConfigSource source;
  source.start_dir = "/";
  source.environment = [](const std::string&) { return std::optional<std::string>(); };
  source.overrides = {{"storage.backend", "s2"},
                      {"storage.s2.basin", settings.basin},
                      {"storage.s2.endpoint", settings.basin_endpoint},
                      {"storage.s2.prefix", settings.prefix},
                      {"storage.s2.accessToken", settings.access_token},
                      {"storage.s2.createBasin", settings.create_basin ? "true" : "false"}};
  return createStorage(loadConfig(source));
}

class S2Harness : public conformance::Harness {
 public:
  S2Harness(std::string name, const s2::test::S2Server& server, OpenS2 open, bool through_host)
      : name_(std::move(name)), server_(server), open_(std::move(open)), through_host_(through_host) {}

  std::string name() const override { return name_; }
  std::shared_ptr<IStorage> open() override { return open_(settings(server_.url())); }
  void clear() override { place_ = "kit-" + std::to_string(::getpid()) + '-' + std::to_string(++cleared_); }
  unsigned places() const override { return 8; }  // each process has its own, whatever its number
  bool processes() const override { return true; }
  bool opensInForks() const override { return !kThreadSanitizer; }
  bool throughHost() const override { return through_host_; }
  std::shared_ptr<IStorage> openSecond() override {
    auto second = settings(server_.url());
    second.prefix += "2";
    return open_(second);
  }
  std::string server() const override { return server_.address(); }
  std::shared_ptr<IStorage> openAt(const std::string& address) override { return open_(settings("http://" + address)); }
  std::string reply(conformance::Reply kind) const override {
    switch (kind) {
      case conformance::Reply::Busy:
        return answer("429 Too Many Requests", R"({"code":"rate_limited","message":"slow down"})");
      case conformance::Reply::Broken:
        return answer("500 Internal Server Error", R"({"code":"storage","message":"broken"})");
      case conformance::Reply::Stranger:
        return answer("401 Unauthorized", R"({"code":"authn","message":"who are you"})");
      case conformance::Reply::Forbidden:
        return answer("403 Forbidden", R"({"code":"permission_denied","message":"not allowed"})");
    }
    return {};
  }
  std::shared_ptr<IStorage> openWrong(conformance::Wrong what) override {
    auto wrong = settings(server_.url());
    switch (what) {
      case conformance::Wrong::Secret:
      case conformance::Wrong::Permission: return nullptr;  // the server knows no tokens
      case conformance::Wrong::Container:
        wrong.basin = "no-such-basin";
        wrong.create_basin = false;
        break;
      case conformance::Wrong::Certificate:
        unvouched_ = s2::test::S2Server::withTls();
        wrong = settings(unvouched_->url());
        break;
    }
    return open_(wrong);
  }
  std::vector<std::string> secrets() const override { return {kToken}; }
  std::vector<std::string> internalNames() const override {
    return {"conversation", "conversation.jsonl", "x.json", "x.", "trim", "records", "tail", "\xf4\x8f\xbf\xbf"};
  }
  std::vector<conformance::Deviation> deviations() const override {
    return {{"F14", "a stream name has at most 512 bytes, with the prefix and the '.' of a name without extension"},
            {"H13", "two clients that create 'a' and 'a/b' at the same moment can both succeed"},
            {"I10", "a new object above 1 MiB is listed until its commit, though it can't be read"}};
  }

 private:
  // A storage has a thread of its own. The thread sanitizer ends forked processes that start one with the number of one
  // that was lost in the fork ("dup thread with used id").
#ifdef __SANITIZE_THREAD__
  static constexpr bool kThreadSanitizer = true;
#else
  static constexpr bool kThreadSanitizer = false;
#endif
  static constexpr const char* kToken = "s3cret-of-the-kit";  // the server takes any

  s2::Settings settings(const std::string& url) const {
    auto settings = s2::test::settingsFor(url, place_);
    settings.access_token = kToken;
    return settings;
  }
  static std::string answer(const std::string& status, const std::string& body) {
    return "HTTP/1.1 " + status +
           "\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }

  std::string name_;
  const s2::test::S2Server& server_;
  std::unique_ptr<s2::test::S2Server> unvouched_;  // of the case that asks for it
  OpenS2 open_;
  bool through_host_;
  std::string place_ = "kit";
  unsigned cleared_ = 0;
};

}  // namespace tally::test

#include "s2/s2_server.hpp"

#include <curl/curl.h>
#include <poll.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tally::s2::test {
namespace {

std::string contentOf(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Where the scripts put what they install.
std::string cacheFolder() {
  const std::string cache = variable("XDG_CACHE_HOME");
  return (cache.empty() ? variable("HOME") + "/.cache" : cache) + "/tally-servers";
}

std::size_t ignore(char*, std::size_t one, std::size_t count, void*) { return one * count; }

}  // namespace

void waitUntil(const std::string& what, const std::function<bool()>& holds, std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("waited in vain: " + what);
    ::poll(nullptr, 0, 5);
  }
}

std::string serverProgram() {
  std::string program = variable("TALLY_S2_SERVER");
  if (program.empty()) program = cacheFolder() + "/s2-0.43.4/bin/s2";
  if (::access(program.c_str(), X_OK) != 0) {
    throw std::runtime_error("the S2 server is not at " + program + "; build it with scripts/install-s2");
  }
  return program;
}

std::string sdkFolder() {
  std::string folder = variable("TALLY_S2_SDK");
  if (folder.empty()) folder = cacheFolder() + "/streamstore-0.25.0";
  if (::access((folder + "/node_modules/@s2-dev/streamstore").c_str(), R_OK) != 0) {
    throw std::runtime_error("the S2 SDK is not in " + folder + "; install it with scripts/install-s2-sdk");
  }
  return folder;
}

S2Server::S2Server(Unstarted) : port_(tally::test::freePort()) {}

S2Server::S2Server(std::vector<std::string> options) : S2Server(Unstarted()) {
  options_ = std::move(options);
  start();
}

std::unique_ptr<S2Server> S2Server::withFolder() {
  std::unique_ptr<S2Server> server(new S2Server(Unstarted()));
  server->options_ = {"--local-root", (server->folder_.path() / "data").string()};
  server->start();
  return server;
}

std::unique_ptr<S2Server> S2Server::withTls() {
  std::unique_ptr<S2Server> server(new S2Server(Unstarted()));
  const std::string key = (server->folder_.path() / "key.pem").string();
  tally::test::runProgram({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                           "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext",
                           "basicConstraints=critical,CA:FALSE", "-keyout", key, "-out", server->caFile()});
  server->tls_ = true;
  server->options_ = {"--tls-cert", server->caFile(), "--tls-key", key};
  server->start();
  return server;
}

void S2Server::start() {
  std::vector<std::string> command = {"env",
                                      "SL8_FLUSH_INTERVAL=1ms",
                                      "SL8_MANIFEST_POLL_INTERVAL=50ms",
                                      "RUST_LOG=warn",
                                      "S2_NO_UPDATE_CHECK=1",
                                      serverProgram(),
                                      "lite",
                                      "--port",
                                      std::to_string(port_)};
  command.insert(command.end(), options_.begin(), options_.end());
  const auto log = folder_.path() / "log";
  process_ = ChildProcess(command, log);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!answers()) {
    if (!process_.isRunning() || std::chrono::steady_clock::now() > end) {
      throw std::runtime_error("s2 lite does not start: " + contentOf(log));
    }
    ::poll(nullptr, 0, 10);
  }
}

void S2Server::restart() { start(); }

std::string S2Server::log() const { return contentOf(folder_.path() / "log"); }

bool S2Server::answers() const {
  CURL* const curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_URL, (url() + "/health").c_str());
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 2000L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &ignore);
  long status = 0;
  if (curl_easy_perform(curl) == CURLE_OK) curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_cleanup(curl);
  return status == 200;
}

Settings settingsFor(const std::string& url, const std::string& prefix) {
  Settings settings;
  settings.basin = kBasin;
  settings.account_endpoint = settings.basin_endpoint = url;
  settings.prefix = prefix;
  settings.create_basin = true;
  return settings;
}

std::unique_ptr<S2Storage> openS2(const S2Server& server, const std::string& prefix) {
  Settings settings = settingsFor(server.url(), prefix);
  if (server.url().rfind("https", 0) == 0) settings.ca_file = server.caFile();
  return std::make_unique<S2Storage>(settings, Call());
}

}  // namespace tally::s2::test

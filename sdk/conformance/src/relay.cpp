#include "relay.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace tally::conformance {
namespace {

constexpr std::size_t kMuch = 1U << 20;  // of bytes that one side does not take; then the other has to wait
constexpr std::size_t kGarbledBytes = 16;
constexpr short kSomethingCame = POLLIN | POLLHUP | POLLERR;

/// What has come; nothing when that is none yet, empty at the end of the connection.
std::optional<std::string> take(const Socket& socket) {
  char buffer[64 * 1024];
  const ssize_t got = ::recv(socket.get(), buffer, sizeof buffer, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  return got <= 0 ? std::string() : std::string(buffer, static_cast<std::size_t>(got));
}

/// Send what goes without waiting. False when the other side is gone.
bool give(const Socket& socket, std::string& bytes) {
  if (!socket.isOpen() || bytes.empty()) return true;
  const ssize_t sent = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN || errno == EINTR;
  bytes.erase(0, static_cast<std::size_t>(sent));
  return true;
}

}  // namespace

Relay::Relay(StrikePlan& plan, Socket client, Socket server)
    : plan_(&plan), client_(std::move(client)), server_(std::move(server)) {}

Relay::Relay(StrikePlan& plan, Socket server, std::string request, std::chrono::milliseconds wait)
    : plan_(&plan), server_(std::move(server)), held_(std::move(request)), late_(true), due_(Clock::now() + wait) {
  fault_.fault = Fault::Delay;
}

pollfd Relay::clientWait() const noexcept {
  if (fault_.fault == Fault::Hang) return {client_.get(), POLLRDHUP, 0};
  const bool wants_more = to_server_.size() < kMuch, has_more = !to_client_.empty();
  return {client_.get(), static_cast<short>((wants_more ? POLLIN : 0) | (has_more ? POLLOUT : 0)), 0};
}

pollfd Relay::serverWait() const noexcept {
  if (fault_.fault == Fault::Hang) return {-1, 0, 0};
  const bool wants_more = to_client_.size() < kMuch, has_more = !to_server_.empty();
  return {server_.get(), static_cast<short>((wants_more ? POLLIN : 0) | (has_more ? POLLOUT : 0)), 0};
}

bool Relay::advance(short client_events, short server_events) {
  if (fault_.fault == Fault::Hang) return client_events == 0;
  if (due_ && Clock::now() >= *due_) onTime();
  if ((client_events & kSomethingCame) != 0 && client_.isOpen() && !fromClient()) return false;
  if ((server_events & kSomethingCame) != 0 && server_.isOpen() && !fromServer()) return false;
  if (!give(server_, to_server_) || !give(client_, to_client_)) return false;
  const bool all_sent = to_client_.empty() && to_server_.empty() && !due_;
  return !ending_ || !all_sent || end();
}

bool Relay::fromClient() {
  const auto bytes = take(client_);
  if (!bytes) return true;
  if (bytes->empty()) return clientLeft();
  if (ending_) return true;
  if (answered_ && plan_->isBeginning(*bytes)) {
    answered_ = false;
    fault_ = plan_->strikeAt(*bytes);
    return onRequest(*bytes);
  }
  onMoreOfRequest(*bytes);
  return true;
}

bool Relay::onRequest(std::string_view bytes) {
  switch (fault_.fault) {
    case Fault::CutBefore: return false;
    case Fault::Hang: return true;
    case Fault::CutInside:
      to_server_ += bytes.substr(0, bytes.size() / 2);
      ending_ = true;
      return true;
    case Fault::Answer:
      to_client_ += fault_.answer;
      ending_ = true;
      return true;
    case Fault::Delay:
      held_ = bytes;
      due_ = Clock::now() + fault_.wait;
      return true;
    case Fault::Repeat: held_ = bytes; break;
    default: break;
  }
  to_server_ += bytes;
  return true;
}

/// A request comes in as many pieces as the network likes.
void Relay::onMoreOfRequest(std::string_view bytes) {
  if (fault_.fault == Fault::Delay && due_) {
    held_ += bytes;
    return;
  }
  if (fault_.fault == Fault::Repeat && !answered_) held_ += bytes;
  to_server_ += bytes;
}

/// A delayed request goes its way without its client.
bool Relay::clientLeft() {
  client_.close();
  late_ = fault_.fault == Fault::Delay && !answered_;
  ending_ = !late_;
  return late_ || !to_server_.empty();
}

bool Relay::fromServer() {
  auto bytes = take(server_);
  if (!bytes) return true;
  if (!bytes->empty() && !late_) return onAnswer(std::move(*bytes));
  if (!bytes->empty()) ++plan_->delivered;
  if (late_) return false;
  server_.close();
  return ending_ = true;
}

bool Relay::onAnswer(std::string bytes) {
  answered_ = true;
  switch (fault_.fault) {
    case Fault::CutAfter: return false;
    case Fault::CutAnswer:
      bytes.resize(bytes.size() / 2);
      ending_ = true;
      break;
    case Fault::Garble:
      std::for_each_n(bytes.begin(), std::min(bytes.size(), kGarbledBytes),
                      [](char& byte) { byte = static_cast<char>(~byte); });
      fault_ = {};
      break;
    case Fault::Drip:
      held_ += bytes;
      if (!due_) due_ = Clock::now() + fault_.wait;
      return true;
    default: break;
  }
  to_client_ += bytes;
  return true;
}

void Relay::onTime() {
  due_.reset();
  if (fault_.fault == Fault::Delay) to_server_ += std::exchange(held_, {});
  if (fault_.fault != Fault::Drip || held_.empty()) return;
  to_client_ += held_.front();
  held_.erase(0, 1);
  due_ = Clock::now() + fault_.wait;
}

/// Whoever still sends is listened to: a connection closed before that is reset, and takes the answer with it.
bool Relay::end() {
  server_.close();
  if (fault_.fault != Fault::Answer || !client_.isOpen()) return false;
  ::shutdown(client_.get(), SHUT_WR);
  return true;
}

std::optional<Relay> Relay::takeRepeat(const std::string& server) {
  if (fault_.fault != Fault::Repeat || held_.empty() || !answered_) return std::nullopt;
  return Relay(*plan_, connectTo(server), std::exchange(held_, {}), fault_.wait);
}

}  // namespace tally::conformance

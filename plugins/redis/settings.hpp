#pragma once
// What an operator decides about a store on Redis.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "redis/redis_url.hpp"

namespace tally::redis {

enum class ClusterMode {
  Auto,  ///< ask the server
  On,
  Off,
};

/// Files in PEM format.
struct TlsSettings {
  std::string ca_file;           ///< whom to trust; empty: whom this machine trusts
  std::string certificate_file;  ///< who we are; empty: nobody
  std::string key_file;          ///< the key of that
};

class TlsIdentity;

struct Settings {
  Address address;
  TlsSettings tls;
  std::shared_ptr<const TlsIdentity> identity = nullptr;  ///< made from `tls` where `address` asks for it
  std::string key_prefix = "tally:";
  std::uint64_t stream_max_len = 0;  ///< entries that an append leaves in a stream; 0: all
  std::chrono::milliseconds ttl{0};  ///< an object vanishes so long after its last change; 0: never
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::milliseconds command_timeout{5000};
  std::chrono::milliseconds retry_time{3000};  ///< how long a request that surely did nothing is tried again
  std::size_t pool_size = 8;                   ///< connections to one server
  ClusterMode cluster = ClusterMode::Auto;
};

}  // namespace tally::redis

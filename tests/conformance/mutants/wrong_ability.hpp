#pragma once
// A storage that is right but for one of its abilities.

#include "forwarding_storage.hpp"

namespace tally::test {

/// `Wrong` derives from the interface `Ability` and is made from the storage below.
template <typename Ability, typename Wrong>
class WithWrong final : public ForwardingStorage {
 public:
  explicit WithWrong(std::shared_ptr<IStorage> good) : ForwardingStorage(std::move(good)), wrong_(this->good()) {}
  void* extension(std::string_view id) override {
    if (id == Ability::kId) return static_cast<Ability*>(&wrong_);
    return good().extension(id);
  }

 private:
  Wrong wrong_;
};

}  // namespace tally::test

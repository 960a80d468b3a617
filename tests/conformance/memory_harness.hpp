#pragma once
// The kit on the in-memory example: the reference that passes everything, and what the mutants are made from.

#include <memory>

#include "memory_storage.hpp"
#include "tally/conformance/harness.hpp"

namespace tally::test {

class MemoryHarness : public conformance::Harness {
 public:
  std::string name() const override { return "memory"; }
  std::shared_ptr<IStorage> open() override { return first_; }
  void clear() override {
    first_ = std::make_shared<examples::MemoryStorage>();
    second_ = std::make_shared<examples::MemoryStorage>();
  }
  std::shared_ptr<IStorage> openSecond() override { return second_; }

 private:
  std::shared_ptr<IStorage> first_, second_;
};

}  // namespace tally::test

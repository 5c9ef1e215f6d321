#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "front/repository.h"

namespace glowplug::runtime {

/// The repository of a server that has one function and always will.
class FixedRepository final : public front::Repository {
 public:
  explicit FixedRepository(front::oip::ModelIndex only) : only_(std::move(only)) {}
  void index(std::function<void(Result<std::vector<front::oip::ModelIndex>>)> done) override;
  void load(const std::string& name, std::function<void(Result<void>)> done) override;
  void unload(const std::string& name, std::function<void(Result<void>)> done) override;

 private:
  [[nodiscard]] Error refuse(const std::string& name) const;
  front::oip::ModelIndex only_;
};

}  // namespace glowplug::runtime

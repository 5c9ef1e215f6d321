#pragma once
#include "base/result.h"
#include "front/function_table.h"
#include "front/http/http_message.h"
#include "front/routes.h"

namespace glowplug::front {

/// The answers that describe functions and change nothing: lists, metadata, config, readiness,
/// statistics. None wakes a sleeping function, which counts as ready.
class ModelAnswers {
 public:
  /// `version` is the program's; `table` outlives *this.
  ModelAnswers(const FunctionTable& table, std::string version)
      : table_(table), version_(std::move(version)) {}

  /// From now on the server is not ready, so that balancers turn elsewhere.
  void set_draining() { draining_ = true; }
  /// The answer to one of these routes. Errors: those of FunctionTable::find; unavailable (not
  /// ready).
  [[nodiscard]] Result<http::HttpAnswer> answer(const Route& route);

 private:
  [[nodiscard]] const std::string& openapi();
  [[nodiscard]] Result<http::HttpAnswer> server_ready() const;
  [[nodiscard]] Result<http::HttpAnswer> about_model(const Route& route) const;

  const FunctionTable& table_;
  std::string version_;
  bool draining_ = false;
  std::string openapi_;  // made when it is asked for and the table has changed
  std::uint64_t openapi_generation_ = 0;
};

}  // namespace glowplug::front

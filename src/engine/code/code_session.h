#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "engine/code/code.h"
#include "engine/engine.h"
#include "glowplug/handler_abi.h"
#include "model/event.h"

namespace glowplug::engine::code {

/// One loaded handler, answering events one after another. Its library stays open for good.
class CodeSession final : public Session {
 public:
  /// Has `library` load the handler's file. Errors: invalid_argument (the handler's own text, first
  /// and whole), failed_precondition (another version of the ABI).
  [[nodiscard]] static Result<std::unique_ptr<Session>> open(
      const glowplug_handler_library& library, const std::filesystem::path& file,
      const OpenOptions& options);

  [[nodiscard]] const Signature& signature() const override { return code_signature(); }
  [[nodiscard]] Result<RunReport> run(std::span<const std::optional<TensorView>> inputs,
                                      std::span<const std::size_t> wanted,
                                      OutputSink& sink) override;
  [[nodiscard]] std::string description() const override;
  void enter_instance(const std::filesystem::path& scratch) override;

 private:
  explicit CodeSession(const glowplug_handler_library& library) : library_(library) {}
  [[nodiscard]] Result<EventAnswer> answer(const Event& event);
  static void log(void* self, int level, glowplug_text line);

  const glowplug_handler_library& library_;
  void* handler_ = nullptr;
  glowplug_host host_{this, &CodeSession::log};
  bool packets_ = false;
  std::string request_id_;
  std::filesystem::path scratch_;
};

}  // namespace glowplug::engine::code

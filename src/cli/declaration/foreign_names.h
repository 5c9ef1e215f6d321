#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace glowplug::cli {

/// A name that another tool has for something of ours.
struct ForeignName {
  std::string_view name;  ///< as that tool writes it
  std::string_view tool;
  std::string_view ours;    ///< key of a setting ("memory", "http_port"), or a verb; may be empty
  std::string_view remark;  ///< ", with a unit" and the like; may be empty
};

/// A key or flag of another tool, in any case and with or without dashes: "memorySize",
/// "--container-concurrency".
[[nodiscard]] std::optional<ForeignName> foreign_setting(std::string_view name);
/// A verb of another tool: "ls", "predict".
[[nodiscard]] std::optional<ForeignName> foreign_verb(std::string_view name);

}  // namespace glowplug::cli

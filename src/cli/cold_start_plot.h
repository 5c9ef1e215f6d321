#pragma once
#include <string>

#include "cli/cold_start_report.h"

namespace glowplug::cli {

/// Both kinds of cold start as an SVG picture: a bar each, made of the medians of its phases, on a
/// scale of its own, with the figures below. Text is text, colors are told apart without color
/// vision, and it reads on white and black. `title` is escaped.
[[nodiscard]] std::string plot_of(const std::string& title, const ColdStartFigures& from_nothing,
                                  const ColdStartFigures& from_template);

}  // namespace glowplug::cli

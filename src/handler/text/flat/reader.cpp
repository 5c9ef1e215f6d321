#include "handler/text/flat/reader.h"

#include <fmt/format.h>

#include "base/utf8.h"

namespace glowplug::handler::text::flat {
namespace {

Error broken(std::string_view what) {
  return Error{Code::invalid_argument, fmt::format("broken tokenizer file: {}", what),
               "export the model again"};
}

bool inside(Extent extent, std::uint64_t size) {
  return extent.offset <= size && extent.size <= size - extent.offset;
}

}  // namespace

Result<File> File::open(std::span<const std::byte> bytes) {
  Header header;
  if (bytes.size() < sizeof(header)) return broken("it ends inside its header");
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (header.magic != kMagic) return broken("it does not begin as one");
  if (header.version != kVersion) {
    return broken(fmt::format("version {}; this program reads {}", header.version, kVersion));
  }
  if (header.size != bytes.size()) {
    return broken(fmt::format("{} bytes; its header says {}", bytes.size(), header.size));
  }
  for (const Extent& extent : header.sections) {
    if (!inside(extent, bytes.size())) return broken("a section lies outside");
  }
  return File(bytes, header);
}

std::span<const std::byte> File::section(Section section) const {
  const Extent extent = header_.sections[static_cast<std::uint32_t>(section)];
  return bytes_.subspan(extent.offset, extent.size);
}

Result<std::span<const std::byte>> File::bytes(Section section, Extent extent) const {
  const auto all = this->section(section);
  if (!inside(extent, all.size())) return broken("a text lies outside");
  return all.subspan(extent.offset, extent.size);
}

Result<std::string_view> File::string(StringRef ref) const {
  GLOWPLUG_ASSIGN(const auto found, bytes(Section::strings, ref));
  const std::string_view text(reinterpret_cast<const char*>(found.data()), found.size());
  if (!is_utf8(text)) return broken("a text is not UTF-8");
  return text;
}

}  // namespace glowplug::handler::text::flat

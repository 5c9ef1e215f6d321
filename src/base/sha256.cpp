// The low-level calls: EVP would bring the library's providers and, being shared, 120 page faults
// to every start of every program.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/sha256.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>
#include <cerrno>

#include "base/file.h"

namespace glowplug {

struct Sha256::Context {
  SHA256_CTX state;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  GLOWPLUG_CHECK(SHA256_Init(&context_->state) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
  GLOWPLUG_CHECK(SHA256_Update(&context_->state, bytes.data(), bytes.size()) == 1);
}

std::string Sha256::hex() {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  GLOWPLUG_CHECK(SHA256_Final(digest.data(), &context_->state) == 1);
  std::string text;
  for (const unsigned char byte : digest) fmt::format_to(std::back_inserter(text), "{:02x}", byte);
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.hex();
}

Result<std::string> sha256_of_file(const std::filesystem::path& path) {
  GLOWPLUG_ASSIGN(const UniqueFd fd, open_file(path, O_RDONLY));
  Sha256 hash;
  std::array<char, 65536> piece{};
  for (;;) {
    const ssize_t got = ::read(fd.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read " + path.string(), errno);
    if (got == 0) return hash.hex();
    hash.update(std::string_view(piece.data(), static_cast<std::size_t>(got)));
  }
}

}  // namespace glowplug

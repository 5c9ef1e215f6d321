#include "base/sha256.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cerrno>

#include "base/file.h"

namespace glowplug {

struct Sha256::Context {
  EVP_MD_CTX* handle = EVP_MD_CTX_new();
  Context() {
    GLOWPLUG_CHECK(handle != nullptr && EVP_DigestInit_ex(handle, EVP_sha256(), nullptr) == 1);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(handle); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
  GLOWPLUG_CHECK(EVP_DigestUpdate(context_->handle, bytes.data(), bytes.size()) == 1);
}

std::string Sha256::hex() {
  std::array<unsigned char, 32> digest{};
  unsigned length = 0;
  GLOWPLUG_CHECK(EVP_DigestFinal_ex(context_->handle, digest.data(), &length) == 1 &&
                 length == digest.size());
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

#include <utility>

#include "front/http/connection.h"
#include "front/http/http_server.h"

namespace glowplug::front::http {

Exchange::~Exchange() {
  if (connection_ != nullptr) connection_->abandon(gone_);
}

void Exchange::respond(HttpAnswer answer) {
  const auto forgotten = std::exchange(on_gone_, nullptr);  // may hold the last owner of *this
  if (Connection* connection = std::exchange(connection_, nullptr))
    connection->answer(std::move(answer));
}

void Exchange::on_gone(std::function<void()> call) {
  if (gone_) return call();
  if (connection_ != nullptr) on_gone_ = std::move(call);
}

void Exchange::client_left() {
  gone_ = true;
  if (const auto call = std::exchange(on_gone_, nullptr)) call();
}

}  // namespace glowplug::front::http

#include "instances/child_model.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/file.h"
#include "model/event.h"

namespace glowplug::instances {
namespace {

constexpr std::uint32_t kSlot = 0;
constexpr Duration kReportTimeout = seconds(2);  // the template's word how an instance ended

/// Waits until one of `fds` is readable; false at the deadline.
bool wait_readable(std::span<pollfd> fds, Time deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
    const int ready = ::poll(fds.data(), fds.size(),
                             static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000)));
    if (ready > 0) return true;
    if (ready == 0 && Clock::now() >= deadline) return false;
  }
}

Error too_late(std::string_view what) {
  return Error{Code::deadline_exceeded, fmt::format("{} took too long and was ended", what), {}};
}

RingRequest request_for(const Signature& signature, std::span<const std::optional<Tensor>> inputs) {
  RingRequest request;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    RingRequest::Input& input = request.inputs.emplace_back();
    input.present = inputs[i].has_value();
    input.datatype = signature.inputs[i].datatype;
    if (!inputs[i]) continue;
    input.datatype = inputs[i]->datatype;
    input.shape = inputs[i]->shape;
    input.pieces = {inputs[i]->bytes};
  }
  for (std::size_t i = 0; i < signature.outputs.size(); ++i) request.wanted.push_back(i);
  const bool rows = !inputs.empty() && inputs[0] && !inputs[0]->shape.empty();
  request.rows = rows ? static_cast<std::uint32_t>(inputs[0]->shape[0]) : 1;
  return request;
}

}  // namespace

ChildModel::~ChildModel() = default;

Result<std::unique_ptr<ChildModel>> ChildModel::load(const TemplateLaunch& launch,
                                                     const RingSizes& sizes, Duration limit) {
  GLOWPLUG_ASSIGN(Doorbell doorbell, Doorbell::create(Doorbell::Given::ringing_end));
  GLOWPLUG_ASSIGN(auto ring, GatewayRing::create(sizes));
  GLOWPLUG_ASSIGN(TemplateProcess process, start_template(launch, doorbell.ringing_end(), nullptr));
  std::unique_ptr<ChildModel> model(
      new ChildModel(std::move(doorbell), std::move(ring), std::move(process)));
  GLOWPLUG_ASSIGN(const ControlMessage message, model->receive(Clock::now() + limit));
  GLOWPLUG_ASSIGN(model->ready_, read_first_message(message));
  if (!launch.spec.prepare_only) GLOWPLUG_TRY(model->give_ring());
  return model;
}

Result<ControlMessage> ChildModel::receive(Time deadline) {
  std::array<pollfd, 1> polled{pollfd{process_.control.get(), POLLIN, 0}};
  for (;;) {
    if (!wait_readable(polled, deadline)) return too_late("the process that holds the model");
    auto message = receive_control(process_.control.get());
    if (!message) return ended(message.error());
    if (*message) return std::move(**message);
  }
}

Error ChildModel::ended(const Error& socket_error) {
  if (socket_error.code != Code::instance_lost) return socket_error;
  const auto status = process_.child.wait_until(Clock::now() + kReportTimeout);
  return Error{Code::instance_lost,
               "the process that holds the model " + (status ? status->describe() : "hangs"),
               {}};
}

Result<void> ChildModel::give_ring() {
  ControlMessage message;
  message.type = ControlType::add_slot;
  message.slot = kSlot;
  for (const int fd : {ring_->memory_fd(), ring_->instance_doorbell()}) {
    const int copy = ::dup(fd);
    if (copy < 0) return system_error("pass a ring on", errno);
    message.descriptors.emplace_back(copy);
  }
  return send_control(process_.control.get(), message);
}

Result<void> ChildModel::fork(Time deadline) {
  ControlMessage message;
  message.type = ControlType::fork;
  message.slot = kSlot;
  GLOWPLUG_TRY(send_control(process_.control.get(), message));
  GLOWPLUG_ASSIGN(ControlMessage answer, receive(deadline));
  while (answer.type == ControlType::exited) {  // of one before it, reported late
    GLOWPLUG_ASSIGN(answer, receive(deadline));
  }
  if (answer.type == ControlType::fork_failed)
    return system_error("fork an instance", answer.status);
  if (answer.type != ControlType::forked || answer.descriptors.size() != 1)
    return Error{Code::internal, "the template did not fork as it was told", {}};
  GLOWPLUG_TRY(check_instance_pidfd(answer.descriptors[0].get(), answer.pid, process_.child.pid()));
  pid_ = answer.pid;
  pidfd_ = std::move(answer.descriptors[0]);
  return {};
}

Result<std::vector<Tensor>> ChildModel::run(RequestKind kind,
                                            std::span<const std::optional<Tensor>> inputs,
                                            Duration limit) {
  const Signature& signature = signature_of(kind, ready_.signature);
  if (inputs.size() != signature.inputs.size())
    return Error{Code::invalid_argument,
                 fmt::format("{} inputs were given; the model has {}: {}", inputs.size(),
                             signature.inputs.size(), signature.describe()),
                 {}};
  const Time deadline = Clock::now() + limit;
  RingRequest request = request_for(signature, inputs);
  if (kind == RequestKind::event) request.operation = RingOperation::event;
  outputs_.clear();
  for (const TensorSpec& output : signature.outputs) outputs_.push_back(output.datatype);
  request.sequence = ++sequence_;
  GLOWPLUG_TRY(ring_->put_request(request));
  if (!pidfd_) {
    if (auto forked = fork(deadline); !forked) {
      ring_->reset();
      return std::move(forked).error();
    }
  }
  auto outputs = wait_for_reply(deadline);
  if (outputs || !pidfd_) return outputs;
  const Code code = outputs.error().code;
  if (code == Code::deadline_exceeded || code == Code::instance_lost) end_instance();
  return outputs;
}

Result<std::vector<Tensor>> ChildModel::wait_for_reply(Time deadline) {
  for (;;) {
    auto reply = ring_->take_reply({sequence_, outputs_});
    if (!reply)
      return Error{Code::instance_lost, "the model's process: " + reply.error().message, {}};
    if (*reply) return std::move((*reply)->outputs);
    if (!ring_->prepare_to_sleep()) continue;
    std::array<pollfd, 2> polled{pollfd{doorbell_.listening_end(), POLLIN, 0},
                                 pollfd{pidfd_.get(), POLLIN, 0}};
    if (!wait_readable(polled, deadline)) return too_late("the run");
    doorbell_.drain();
    ring_->woke();
    if (polled[1].revents == 0) continue;
    // It has ended; what it answered before that still counts.
    auto last = ring_->take_reply({sequence_, outputs_});
    if (last && *last) return std::move((*last)->outputs);
    return instance_ended();
  }
}

/// The template tells how.
Error ChildModel::instance_ended() {
  std::string how = "ended";
  const auto message = receive(Clock::now() + kReportTimeout);
  if (message && message->type == ControlType::exited)
    how = ExitStatus::from_wait(message->status).describe();
  pidfd_.reset();
  ring_->reset();
  return Error{Code::instance_lost, "the process that ran the model " + how, {}};
}

void ChildModel::end_instance() {
  (void)::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
  (void)instance_ended();
}

}  // namespace glowplug::instances

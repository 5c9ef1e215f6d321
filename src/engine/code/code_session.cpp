#include "engine/code/code_session.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "engine/code/scratch.h"

namespace glowplug::engine::code {
namespace {

glowplug_text text_of(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(glowplug_text text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

glowplug_sink into(std::string& text) {
  return {&text,
          [](void* self, glowplug_text given) { *static_cast<std::string*>(self) = view(given); }};
}

/// What code without a JSON reader of its own wants of the context.
struct Told {
  std::string request_id;
  std::string traceparent;
  std::string tracestate;
  std::int64_t deadline_ms = -1;
};

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Told told_in(std::string_view context) {
  Told told;
  const auto json = parse_json(context.empty() ? "{}" : context);
  if (!json || !json->is_object()) return told;
  told.request_id = text_at(*json, "request_id");
  if (const auto left = json->find("deadline_ms"); left != json->end() && left->is_number_integer())
    told.deadline_ms = left->get<std::int64_t>();
  if (const auto headers = json->find("headers"); headers != json->end() && headers->is_object()) {
    told.traceparent = text_at(*headers, "traceparent");
    told.tracestate = text_at(*headers, "tracestate");
  }
  return told;
}

void take_answer(void* self, int status, glowplug_text content_type, glowplug_text body) {
  *static_cast<EventAnswer*>(self) = {status, std::string(view(content_type)),
                                      std::string(view(body))};
}

Result<void> put(const Tensor& tensor, std::size_t index, OutputSink& sink) {
  GLOWPLUG_ASSIGN(const std::span<std::byte> room,
                  sink.output(index, tensor.datatype, tensor.shape, tensor.bytes.size()));
  if (!tensor.bytes.empty()) std::memcpy(room.data(), tensor.bytes.data(), tensor.bytes.size());
  return {};
}

/// Of a request for events, or of one in tensors, which has no context.
Result<std::vector<Event>> events_of(std::span<const std::optional<TensorView>> inputs) {
  const std::size_t of_tensors = code_signature().inputs.size();
  if (inputs.size() != of_tensors) return events_in(inputs);
  std::vector<std::optional<TensorView>> with_context(inputs.begin(), inputs.end());
  const std::int64_t rows =
      inputs[0] && inputs[0]->shape.size() == 1 ? inputs[0]->shape[0] : std::int64_t{0};
  Tensor context{Datatype::bytes, {rows}, {}};
  for (std::int64_t i = 0; i < rows; ++i) append_bytes_element(context.bytes, {});
  with_context.emplace_back(context.view());
  GLOWPLUG_ASSIGN(std::vector<Event> events, events_in(with_context));
  for (Event& event : events) event.context = {};
  return events;
}

/// In a container there is nobody who takes packets.
bool is_packet_socket(int descriptor) {
  int type = 0;
  socklen_t size = sizeof type;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warning", "error"};

}  // namespace

Result<std::unique_ptr<Session>> CodeSession::open(const glowplug_handler_library& library,
                                                   const std::filesystem::path& file,
                                                   const OpenOptions& options) {
  if (library.abi != GLOWPLUG_HANDLER_ABI)
    return Error{Code::failed_precondition,
                 fmt::format("the handler was built for version {} of glowplug/handler_abi.h; this "
                             "program has {}",
                             library.abi, GLOWPLUG_HANDLER_ABI),
                 "build it with the header of this version"};
  std::unique_ptr<CodeSession> session(new CodeSession(library));
  session->packets_ = is_packet_socket(STDERR_FILENO);
  const std::string folder = file.parent_path();
  const std::string name = file.filename();
  const glowplug_setup setup{text_of(folder),          text_of(name),   text_of(options.function),
                             text_of(options.version), &session->host_, session->packets_ ? 1 : 0};
  std::string why;
  session->handler_ = library.open(&setup, into(why));
  if (session->handler_ == nullptr)
    return invalid_argument(why.empty() ? "the handler did not load and said nothing" : why);
  return std::unique_ptr<Session>(std::move(session));
}

Result<EventAnswer> CodeSession::answer(const Event& event) {
  const Told told = told_in(event.context);
  request_id_ = told.request_id;
  const glowplug_event given{text_of(event.content_type),
                             text_of(event.body),
                             text_of(event.context),
                             text_of(told.request_id),
                             text_of(told.traceparent),
                             text_of(told.tracestate),
                             told.deadline_ms};
  EventAnswer answer;
  std::string why;
  const int failed = library_.answer(handler_, &given, {&answer, &take_answer}, into(why));
  request_id_.clear();
  if (!scratch_.empty() && !empty_folder(scratch_))
    return Error{Code::internal, "the handler's scratch folder cannot be emptied", {}};
  if (failed != 0) return Error{Code::internal, why, {}};
  return answer;
}

Result<RunReport> CodeSession::run(std::span<const std::optional<TensorView>> inputs,
                                   std::span<const std::size_t> wanted, OutputSink& sink) {
  const Time began = Clock::now();
  GLOWPLUG_ASSIGN(const std::vector<Event> events, events_of(inputs));
  std::vector<EventAnswer> answers;
  answers.reserve(events.size());
  const Time ready = Clock::now();
  for (const Event& event : events) {
    GLOWPLUG_ASSIGN(EventAnswer one, answer(event));
    answers.push_back(std::move(one));
  }
  const Time answered = Clock::now();
  const std::vector<Tensor> outputs = tensors_of(answers);
  for (const std::size_t index : wanted) GLOWPLUG_TRY(put(outputs[index], index, sink));
  const auto ns = [](Duration duration) {
    return std::chrono::duration_cast<nanoseconds>(duration).count();
  };
  return RunReport{ns(ready - began), ns(answered - ready), ns(Clock::now() - answered)};
}

std::string CodeSession::description() const {
  std::string text;
  if (library_.describe != nullptr) library_.describe(handler_, into(text));
  return text;
}

void CodeSession::enter_instance(const std::filesystem::path& scratch) {
  scratch_ = scratch;
  if (library_.enter_instance != nullptr)
    library_.enter_instance(handler_, text_of(scratch_.native()));
}

/// One packet, or one line, as runtime/function_log.h reads them.
void CodeSession::log(void* self, int level, glowplug_text line) {
  const auto& session = *static_cast<const CodeSession*>(self);
  const auto at = static_cast<std::size_t>(std::clamp(level, 0, 3));
  std::string packet =
      fmt::format("{{\"level\":\"{}\",\"message\":{}", kLevels.at(at), quote_json(view(line)));
  if (!session.request_id_.empty())
    packet += fmt::format(",\"request_id\":{}", quote_json(session.request_id_));
  packet += '}';
  if (session.packets_) {
    packet.insert(0, 1, '\x01');
  } else {
    packet += '\n';
  }
  (void)!::write(STDERR_FILENO, packet.data(), packet.size());
}

}  // namespace glowplug::engine::code

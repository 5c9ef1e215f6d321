#ifndef GLOWPLUG_HANDLER_H
#define GLOWPLUG_HANDLER_H
// What a C++ handler includes. Header only, C++17 or later, no other library; any compiler that
// keeps the C ABI of handler_abi.h:
//
//     #include <glowplug/handler.h>
//
//     class Shout {
//      public:
//       explicit Shout(const glowplug::Setup& setup);  // once, before the fork; may throw
//       glowplug::Answer predict(const glowplug::Event& event, glowplug::Context& context);
//     };
//     GLOWPLUG_HANDLER(Shout)
//
//     c++ -shared -fPIC -O2 shout.cpp -o handler.so && glowplug export handler.so --name shout
//
// The object is made once, in the template, which must have one thread then; predict runs in forked
// instances, one event at a time. What predict changes is gone with its instance and must not
// matter to the next event. BadRequest is answered 400, any other exception 500; neither ends the
// instance.
#include <chrono>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "glowplug/handler_abi.h"

namespace glowplug {

/// What the object is made with. Valid in its constructor; copy what is needed later.
struct Setup {
  std::string_view folder;  ///< of the handler's file and of what was included with it; read-only
  std::string_view function;
  std::string_view version;
};

/// What arrived. Valid during predict.
struct Event {
  std::string_view content_type;  ///< as the caller named it; may be empty
  std::string_view body;
};

struct Answer {
  std::string body;
  std::string content_type = "application/json";
  int status = 200;
};

/// Input that is wrong: the caller gets the text with this status, 400 to 499.
class BadRequest : public std::runtime_error {
 public:
  explicit BadRequest(const std::string& text, int status = 400)
      : std::runtime_error(text), status_(status) {}
  [[nodiscard]] int status() const { return status_; }

 private:
  int status_;
};

/// The surroundings of one event.
class Context {
 public:
  using Clock = std::chrono::steady_clock;

  Context(const glowplug_event& event, const glowplug_host& host, std::string_view scratch)
      : event_(event), host_(host), scratch_(scratch) {}
  [[nodiscard]] std::string_view request_id() const { return view(event_.request_id); }
  [[nodiscard]] std::string_view traceparent() const { return view(event_.traceparent); }
  [[nodiscard]] std::string_view tracestate() const { return view(event_.tracestate); }
  /// All that is known, a JSON object.
  [[nodiscard]] std::string_view json() const { return view(event_.context); }
  /// A folder of this instance, emptied after each event; the only place to write.
  [[nodiscard]] std::string_view scratch() const { return scratch_; }
  /// Until the caller is told that it took too long; a day where it is not known.
  [[nodiscard]] std::chrono::milliseconds time_left() const {
    const std::chrono::milliseconds given = event_.deadline_ms < 0
                                                ? std::chrono::hours(24)
                                                : std::chrono::milliseconds(event_.deadline_ms);
    const auto used = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began_);
    return used < given ? given - used : std::chrono::milliseconds(0);
  }

  void debug(std::string_view line) { log(GLOWPLUG_LOG_DEBUG, line); }
  void info(std::string_view line) { log(GLOWPLUG_LOG_INFO, line); }
  void warning(std::string_view line) { log(GLOWPLUG_LOG_WARNING, line); }
  void error(std::string_view line) { log(GLOWPLUG_LOG_ERROR, line); }

 private:
  static std::string_view view(glowplug_text text) {
    return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
  }
  void log(int level, std::string_view line) {
    host_.log(host_.self, level, {line.data(), line.size()});
  }

  const glowplug_event& event_;
  const glowplug_host& host_;
  std::string_view scratch_;
  Clock::time_point began_ = Clock::now();
};

/// What GLOWPLUG_HANDLER makes; not for handlers themselves.
namespace detail {

inline std::string_view view(glowplug_text text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}
inline glowplug_text text_of(std::string_view text) { return {text.data(), text.size()}; }

inline std::string quoted(std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string json = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (code < 0x20) {
      json += "\\u00";
      json += kDigits[code >> 4U];
      json += kDigits[code & 15U];
    } else {
      json += c;
    }
  }
  return json + '"';
}

template <class Handler>
class Library {
 public:
  static const glowplug_handler_library* get() {
    static const glowplug_handler_library kLibrary{GLOWPLUG_HANDLER_ABI,
                                                   "C++ with glowplug/handler.h",
                                                   &open,
                                                   &describe,
                                                   &enter_instance,
                                                   &answer};
    return &kLibrary;
  }

 private:
  struct Loaded {
    Loaded(const glowplug_setup& setup)
        : host(*setup.host),
          handler(Setup{view(setup.folder), view(setup.function), view(setup.version)}) {}
    glowplug_host host;
    std::string scratch;
    Handler handler;
  };

  static void* open(const glowplug_setup* setup, glowplug_sink error) {
    try {
      return new Loaded(*setup);
    } catch (const std::exception& failure) {
      error.take(error.self, text_of(failure.what()));
    } catch (...) {
      error.take(error.self, text_of("the handler's constructor threw what is no std::exception"));
    }
    return nullptr;
  }

  static void describe(void* /*self*/, glowplug_sink text) {
    text.take(text.self, text_of("{\"function\":\"predict\"}"));
  }

  static void enter_instance(void* self, glowplug_text scratch) {
    static_cast<Loaded*>(self)->scratch = std::string(view(scratch));
  }

  static void fail(const glowplug_event& event, glowplug_reply reply, int status,
                   const std::string& text) {
    const std::string body =
        "{\"error\":" + quoted(text) + ",\"request_id\":" + quoted(view(event.request_id)) + "}";
    reply.take(reply.self, status, text_of("application/json"), text_of(body));
  }

  static int answer(void* self, const glowplug_event* event, glowplug_reply reply,
                    glowplug_sink /*error*/) {
    Loaded& loaded = *static_cast<Loaded*>(self);
    Context context(*event, loaded.host, loaded.scratch);
    try {
      const Answer made =
          loaded.handler.predict(Event{view(event->content_type), view(event->body)}, context);
      reply.take(reply.self, made.status, text_of(made.content_type), text_of(made.body));
    } catch (const BadRequest& failure) {
      fail(*event, reply, failure.status(), failure.what());
    } catch (const std::exception& failure) {
      context.error(failure.what());
      fail(*event, reply, 500, failure.what());
    } catch (...) {
      context.error("predict threw what is no std::exception");
      fail(*event, reply, 500, "the handler failed");
    }
    return 0;
  }
};

}  // namespace detail
}  // namespace glowplug

/// Once in the library, outside of namespaces.
#define GLOWPLUG_HANDLER(Class)                                                     \
  extern "C" __attribute__((visibility("default"))) const glowplug_handler_library* \
  glowplug_handler_library_v1() {                                                   \
    return ::glowplug::detail::Library<Class>::get();                               \
  }
#endif

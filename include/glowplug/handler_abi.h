#ifndef GLOWPLUG_HANDLER_ABI_H
#define GLOWPLUG_HANDLER_ABI_H
/* The border between glowplug-handler and code that answers events: a shared library that exports
 * glowplug_handler_library(). Plain C, so that both sides may come from different compilers. C++
 * handlers include glowplug/handler.h, which makes all of this.
 *
 * All calls come from one thread, the process's only one while `open` runs. After `open` the
 * process is forked; each child calls `enter_instance` once and then `answer` for each event.
 * Nothing may unwind through these functions. Texts given in either direction are valid during the
 * call, UTF-8 unless they are a body, and not terminated by a zero. */
/* NOLINTBEGIN(readability-identifier-naming): the names are those of C. */
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GLOWPLUG_HANDLER_ABI 1u

typedef struct glowplug_text {
  const char* data;
  size_t size;
} glowplug_text;

/* Levels of a log line. */
enum { GLOWPLUG_LOG_DEBUG, GLOWPLUG_LOG_INFO, GLOWPLUG_LOG_WARNING, GLOWPLUG_LOG_ERROR };

/* What the process offers to the handler; valid until the process ends. */
typedef struct glowplug_host {
  void* self;
  /* Writes a line of the function's log, with the request's id. Bounded; never blocks. */
  void (*log)(void* self, int level, glowplug_text line);
} glowplug_host;

typedef struct glowplug_setup {
  glowplug_text folder;   /* of the handler's file: read-only */
  glowplug_text file;     /* its name in that folder */
  glowplug_text function; /* what it is served as */
  glowplug_text version;
  const glowplug_host* host;
  /* Not 0: what is written to descriptor 2 are packets (runtime/function_log.h); else lines. */
  int takes_packets;
} glowplug_setup;

/* Takes a text from the other side. */
typedef struct glowplug_sink {
  void* self;
  void (*take)(void* self, glowplug_text text);
} glowplug_sink;

typedef struct glowplug_event {
  glowplug_text content_type; /* as the caller named it; may be empty */
  glowplug_text body;
  glowplug_text context; /* JSON object of all that is known; empty: nothing */
  glowplug_text request_id;
  glowplug_text traceparent;
  glowplug_text tracestate;
  int64_t deadline_ms; /* left until the caller is told that it took too long; -1: not known */
} glowplug_event;

typedef struct glowplug_reply {
  void* self;
  void (*take)(void* self, int status, glowplug_text content_type, glowplug_text body);
} glowplug_reply;

typedef struct glowplug_handler_library {
  uint32_t abi;          /* GLOWPLUG_HANDLER_ABI */
  const char* made_with; /* "Python 3.11.2", for people; terminated by a zero */
  /* Loads the handler. Null: it cannot be; `error` has been told why. */
  void* (*open)(const glowplug_setup* setup, glowplug_sink error);
  /* JSON object of what the handler says of itself: {"function", "input", "output"} with JSON
   * Schemas; keys may be absent. */
  void (*describe)(void* handler, glowplug_sink text);
  /* Once in each forked child. `scratch`: a folder of its own, empty, the only place to write. */
  void (*enter_instance)(void* handler, glowplug_text scratch);
  /* Answers one event: calls `reply` once and returns 0; or tells `error` and returns another
   * number: the handler cannot go on. */
  int (*answer)(void* handler, const glowplug_event* event, glowplug_reply reply,
                glowplug_sink error);
} glowplug_handler_library;

/* Exported by every handler's library. */
const glowplug_handler_library* glowplug_handler_library_v1(void);

#ifdef __cplusplus
}
#endif
/* NOLINTEND(readability-identifier-naming) */
#endif

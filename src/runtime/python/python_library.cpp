// Python behind glowplug/handler_abi.h. The interpreter lives as long as the process; all calls
// come from its one thread, which holds the GIL all the time.
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "glowplug/handler_abi.h"
#include "runtime/python/python_sources.h"

namespace glowplug::python {
namespace {

/// One reference.
class Object {
 public:
  explicit Object(PyObject* object = nullptr) : object_(object) {}
  Object(Object&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Object& operator=(Object&&) = delete;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  ~Object() { Py_XDECREF(object_); }
  [[nodiscard]] PyObject* get() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  PyObject* object_;
};

glowplug_text text_of(std::string_view text) { return {text.data(), text.size()}; }
void tell(const glowplug_sink& sink, std::string_view text) { sink.take(sink.self, text_of(text)); }

std::string text_in(PyObject* object) {
  Py_ssize_t size = 0;
  const char* const text = PyUnicode_AsUTF8AndSize(object, &size);
  if (text == nullptr) {
    PyErr_Clear();
    return {};
  }
  return {text, static_cast<std::size_t>(size)};
}

/// What went wrong in our own modules, or in Python's set-up.
std::string python_error() {
  PyObject *type = nullptr, *value = nullptr, *trace = nullptr;
  PyErr_Fetch(&type, &value, &trace);
  PyErr_NormalizeException(&type, &value, &trace);
  const Object owned_type(type), owned_value(value), owned_trace(trace);
  const Object text(value == nullptr ? nullptr : PyObject_Repr(value));
  return text ? "Python: " + text_in(text.get()) : "Python failed without saying why";
}

/// No environment, no user's folder, no site-packages; sets have the same order in every process.
bool start_interpreter(std::string& why) {
  PyPreConfig before;
  PyPreConfig_InitIsolatedConfig(&before);
  before.utf8_mode = 1;
  PyStatus status = Py_PreInitialize(&before);
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.site_import = 0;
  config.write_bytecode = 0;
  config.install_signal_handlers = 0;
  config.use_hash_seed = 1;
  config.hash_seed = 0;
  if (PyStatus_Exception(status) == 0) status = Py_InitializeFromConfig(&config);
  PyConfig_Clear(&config);
  if (PyStatus_Exception(status) == 0) return true;
  why = status.err_msg == nullptr ? "Python does not start" : status.err_msg;
  return false;
}

bool import_module(const PythonSource& source) {
  const bool is_package = source.name == "__init__";
  const std::string name = is_package ? "glowplug" : "glowplug." + std::string(source.name);
  const std::string file = "<glowplug>/" + std::string(source.name) + ".py";
  const std::string text(source.text);
  const Object code(Py_CompileString(text.c_str(), file.c_str(), Py_file_input));
  if (!code) return false;
  const Object module(PyImport_ExecCodeModuleEx(name.c_str(), code.get(), file.c_str()));
  if (!module) return false;
  if (is_package) return true;
  PyObject* const package = PyImport_AddModule("glowplug");
  return PyObject_SetAttrString(package, std::string(source.name).c_str(), module.get()) == 0;
}

/// The module glowplug.host.
struct Handler {
  explicit Handler(Object module) : host(std::move(module)) {}
  Object host;
};

Object call(const Handler& handler, const char* function, Object arguments) {
  const Object callable(PyObject_GetAttrString(handler.host.get(), function));
  if (!callable || !arguments) return Object();
  return Object(PyObject_CallObject(callable.get(), arguments.get()));
}

Object text_object(glowplug_text text) {
  return Object(
      PyUnicode_DecodeUTF8(text.data, static_cast<Py_ssize_t>(text.size), "backslashreplace"));
}

bool make_package() {
  PyObject* const package = PyImport_AddModule("glowplug");  // borrowed
  const Object path(PyList_New(0));
  return package != nullptr && path && PyObject_SetAttrString(package, "__path__", path.get()) == 0;
}

bool import_ours(std::string& why) {
  if (!make_package()) {
    why = python_error();
    return false;
  }
  for (const PythonSource& source : kPythonSources) {
    if (import_module(source)) continue;
    why = python_error();
    return false;
  }
  return true;
}

void* open(const glowplug_setup* setup, glowplug_sink error) {
  std::string why;
  if (!start_interpreter(why) || !import_ours(why)) {
    tell(error, why);
    return nullptr;
  }
  auto handler = std::make_unique<Handler>(Object(PyImport_ImportModule("glowplug.host")));
  const auto text = [](glowplug_text given) {
    return PyUnicode_FromStringAndSize(given.data, static_cast<Py_ssize_t>(given.size));
  };
  Object arguments(Py_BuildValue("(NNNNi)", text(setup->folder), text(setup->file),
                                 text(setup->function), text(setup->version),
                                 setup->takes_packets));
  const Object refusal = call(*handler, "load", std::move(arguments));
  if (refusal && refusal.get() == Py_None) return handler.release();
  tell(error, refusal ? text_in(refusal.get()) : python_error());
  return nullptr;
}

void describe(void* self, glowplug_sink text) {
  const Object said = call(*static_cast<Handler*>(self), "describe", Object(PyTuple_New(0)));
  if (!said) return PyErr_Clear();
  tell(text, text_in(said.get()));
}

void enter_instance(void* self, glowplug_text scratch) {
  PyOS_AfterFork_Child();
  Object arguments(PyTuple_Pack(1, text_object(scratch).get()));
  if (!call(*static_cast<Handler*>(self), "enter_instance", std::move(arguments))) PyErr_Clear();
}

Object event_arguments(const glowplug_event& event) {
  const Object type = text_object(event.content_type);
  const Object body(
      PyBytes_FromStringAndSize(event.body.data, static_cast<Py_ssize_t>(event.body.size)));
  const Object context = text_object(event.context);
  if (!type || !body || !context) return Object();
  return Object(PyTuple_Pack(3, type.get(), body.get(), context.get()));
}

int answer(void* self, const glowplug_event* event, glowplug_reply reply, glowplug_sink error) {
  const Object made = call(*static_cast<Handler*>(self), "answer", event_arguments(*event));
  int status = 0;
  const char *type = nullptr, *body = nullptr;
  Py_ssize_t type_size = 0, body_size = 0;
  if (!made ||
      PyArg_ParseTuple(made.get(), "is#y#", &status, &type, &type_size, &body, &body_size) == 0) {
    tell(error, python_error());
    return 1;
  }
  reply.take(reply.self, status, {type, static_cast<std::size_t>(type_size)},
             {body, static_cast<std::size_t>(body_size)});
  return 0;
}

constexpr glowplug_handler_library kLibrary{
    GLOWPLUG_HANDLER_ABI, "Python " PY_VERSION, open, describe, enter_instance, answer};

}  // namespace
}  // namespace glowplug::python

extern "C" __attribute__((visibility("default"))) const glowplug_handler_library*
glowplug_handler_library_v1() {
  return &glowplug::python::kLibrary;
}

"""C++ handlers, built against what `cmake --install` put there: they answer, and what they throw or crash stays in their instance."""
import json
import pathlib
import subprocess

import pytest

from harness import programs

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

TROUBLE = """
#include <glowplug/handler.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <new>

class Trouble {
 public:
  explicit Trouble(const glowplug::Setup& setup) : function_(setup.function) {}
  glowplug::Answer predict(const glowplug::Event& event, glowplug::Context& context) {
    const std::string what(event.body);
    if (what == "echo") return {std::string(event.body), std::string(event.content_type), 201};
    if (what == "context")
      return {std::string(context.request_id()) + " " + function_ + " " + (context.time_left().count() > 0 ? "left" : "over")};
    if (what == "throw") throw std::runtime_error("it \\"broke\\"");
    if (what == "throw int") throw 7;
    if (what == "bad request") throw glowplug::BadRequest("no such thing", 422);
    if (what == "crash") *static_cast<volatile int*>(nullptr) = 1;
    if (what == "exit") std::exit(3);
    if (what == "hang") for (;;) pause();
    if (what == "socket") return {::socket(AF_INET, SOCK_STREAM, 0) < 0 ? std::strerror(errno) : "open"};
    if (what == "fork") return {::fork() < 0 ? std::strerror(errno) : "forked"};
    if (what == "print") { std::printf("by printf\\n"); std::fflush(stdout); context.warning("by the context"); }
    if (what == "scratch") { std::ofstream(std::string(context.scratch()) + "/x") << "x"; return {std::string(context.scratch())}; }
    return {"{}"};
  }
 private:
  std::string function_;
};
GLOWPLUG_HANDLER(Trouble)
"""


def compiled(glowplug, source, name):
    file, library = glowplug.home / f"{name}.cpp", glowplug.home / f"{name}.so"
    file.write_text(source)
    subprocess.run(["c++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", f"-I{glowplug.prefix}/include", file, "-o", library],
                   check=True)
    library.chmod(0o755)
    return library


@pytest.fixture(scope="module")
def trouble(shared_glowplug_as):
    glowplug = shared_glowplug_as
    bundle = glowplug.home / "trouble.glow"
    glowplug.run("export", compiled(glowplug, TROUBLE, "trouble"), "--output", bundle)
    with programs.serve(glowplug, bundle, "--timeout", "3s") as server:
        yield server


def do(server, what, function="trouble"):
    answer = server.post(f"/predict/{function}", data=what, headers={"content-type": "text/plain", "x-request-id": "r-1"})
    return answer.status_code, answer.text


def test_answers(trouble):
    assert do(trouble, "echo") == (201, "echo")
    assert do(trouble, "context") == (200, "r-1 trouble left")


def test_exceptions_become_answers(trouble):
    status, text = do(trouble, "throw")
    assert status == 500 and json.loads(text) == {"error": 'it "broke"', "request_id": "r-1"}
    assert do(trouble, "throw int")[0] == 500
    status, text = do(trouble, "bad request")
    assert status == 422 and json.loads(text)["error"] == "no such thing"


@pytest.mark.parametrize("what,expected", [("crash", 502), ("exit", 502), ("hang", 504)])
def test_an_instance_that_ends_takes_nobody_with_it(trouble, what, expected):
    assert do(trouble, what)[0] == expected
    assert do(trouble, "echo")[0] == 201


def test_sockets_and_processes_are_refused(trouble):
    assert do(trouble, "socket") == (200, "Operation not permitted")
    assert do(trouble, "fork") == (200, "Operation not permitted")


def test_what_is_printed_is_in_the_log(trouble):
    do(trouble, "print")
    for text in ("by printf", "by the context"):
        programs.wait_until(lambda text=text: [line for line in trouble.events("handler_log") if line["message"] == text], text, 5)


def test_a_library_without_a_handler_is_refused(glowplug):
    done = glowplug.run("export", compiled(glowplug, "int nothing;\n", "empty"), "--output", glowplug.home / "empty.glow", check=False)
    assert done.returncode != 0 and "GLOWPLUG_HANDLER" in done.stderr


def test_a_constructor_that_throws_makes_no_bundle(glowplug):
    source = TROUBLE.replace(": function_(setup.function) {}", '{ (void)setup; throw std::runtime_error("no weights"); }')
    done = glowplug.run("export", compiled(glowplug, source, "late"), "--output", glowplug.home / "late.glow", check=False)
    assert done.returncode != 0 and "no weights" in done.stderr


def test_the_example_is_built_with_find_package(glowplug):
    build = glowplug.home / "build"
    subprocess.run(["cmake", "-S", ROOT / "examples/cpp-handler", "-B", build, f"-DCMAKE_PREFIX_PATH={glowplug.prefix}"], check=True, capture_output=True)
    subprocess.run(["cmake", "--build", build], check=True, capture_output=True)
    glowplug.run("export", build / "word_count.so", "--name", "words")
    with programs.serve(glowplug, glowplug.home / "words.glow") as server:
        status, text = do(server, "To be, or not to be", "words")
        assert status == 200 and json.loads(text) == {"be": 2, "not": 1, "or": 1, "to": 2}

// For tests that compare with other libraries: answers requests on stdin, one JSON object a line,
// with one JSON object a line.
//   {"do": "decode", "file": PATH, "out": PATH, "gray16_keeps_upper_byte": false}  writes the
//   pixels
//   {"do": "preprocess", "file": PATH, "spec": {...}, "out": PATH}  writes the tensor's bytes
//   {"do": "resize", "pixels": PATH, "size": [w, h, channels], "to": [w, h], "library": "pillow",
//    "filter": "box", "out": PATH}
// The answer is {"shape": [...], "orientation": n, "stages": [...]} or {"error": "text", "code":
// n}.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

#include "base/json.h"
#include "handler/image/preprocess.h"
#include "handler/image/resize_float.h"
#include "handler/image/resize_opencv.h"
#include "handler/image/resize_pillow.h"

namespace {

using glowplug::Error;
using glowplug::Json;
using glowplug::Result;
namespace image = glowplug::handler::image;

std::vector<char> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_file(const std::string& path, const void* bytes, std::size_t size) {
  std::ofstream file(path, std::ios::binary);
  file.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
}

Json stages_of(const glowplug::Trace& trace) {
  Json stages = Json::array();
  for (const auto& stage : trace.stages())
    stages.push_back({{"name", stage.name},
                      {"ns", stage.time.count()},
                      {"shape", stage.shape},
                      {"preview", stage.preview}});
  return stages;
}

Result<Json> decode(const Json& request) {
  const std::vector<char> file = read_file(request.at("file"));
  const image::DecodeRules rules{request.value("gray16_keeps_upper_byte", false)};
  GLOWPLUG_ASSIGN(const image::Image picture,
                  image::decode(std::as_bytes(std::span(file)), {}, rules));
  write_file(request.at("out"), picture.pixels.get(), picture.size());
  return Json{{"shape", {picture.height, picture.width, picture.channels}},
              {"orientation", picture.orientation}};
}

Result<Json> preprocess(const Json& request) {
  const std::vector<char> file = read_file(request.at("file"));
  GLOWPLUG_ASSIGN(const image::ImageSpec spec, image::image_spec_from_json(request.at("spec")));
  glowplug::Trace trace;
  glowplug::Trace* traced = request.value("trace", false) ? &trace : nullptr;
  const auto start = std::chrono::steady_clock::now();
  GLOWPLUG_ASSIGN(image::Image picture,
                  image::decode_for(std::as_bytes(std::span(file)), spec, {}, traced));
  GLOWPLUG_ASSIGN(const glowplug::Tensor tensor,
                  image::preprocess(std::move(picture), spec, traced));
  const auto time = std::chrono::steady_clock::now() - start;
  write_file(request.at("out"), tensor.bytes.data(), tensor.bytes.size());
  return Json{{"shape", tensor.shape},
              {"ns", std::chrono::nanoseconds(time).count()},
              {"stages", stages_of(trace)}};
}

Result<Json> resize(const Json& request) {
  const std::vector<char> pixels = read_file(request.at("pixels"));
  const auto size = request.at("size").get<std::vector<int>>();
  const auto to = request.at("to").get<std::vector<int>>();
  GLOWPLUG_ASSIGN(image::Image picture, image::make_image(size[0], size[1], size[2]));
  GLOWPLUG_CHECK(pixels.size() == picture.size());
  std::memcpy(picture.pixels.get(), pixels.data(), pixels.size());
  const auto filter = image::filter_named(request.at("filter").get<std::string>()).value();
  const auto library = request.at("library").get<std::string>();
  const std::string out = request.at("out");
  if (library == "tensorflow") {
    GLOWPLUG_ASSIGN(const image::FloatImage resized,
                    image::resize_tensorflow(picture, to[0], to[1], filter));
    write_file(out, resized.pixels.data(), resized.pixels.size() * sizeof(float));
    return Json{{"shape", {resized.height, resized.width, resized.channels}}};
  }
  GLOWPLUG_ASSIGN(const image::Image resized,
                  library == "opencv"  ? image::resize_opencv(picture, to[0], to[1], filter)
                  : library == "torch" ? image::resize_torch(picture, to[0], to[1], filter)
                                       : image::resize_pillow(picture, to[0], to[1], filter));
  write_file(out, resized.pixels.get(), resized.size());
  return Json{{"shape", {resized.height, resized.width, resized.channels}}};
}

Result<Json> answer(const Json& request) {
  const auto what = request.at("do").get<std::string>();
  if (what == "decode") return decode(request);
  if (what == "preprocess") return preprocess(request);
  if (what == "resize") return resize(request);
  return glowplug::invalid_argument("do what?");
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto done = answer(Json::parse(line));
    std::cout << (done ? *done
                       : Json{{"error", done.error().message},
                              {"code", static_cast<int>(done.error().code)}})
              << '\n'
              << std::flush;
  }
  return 0;
}

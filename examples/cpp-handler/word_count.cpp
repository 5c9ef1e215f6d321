// Counts the words of a text and how often each occurs.
//
//   c++ -std=c++17 -O2 -shared -fPIC word_count.cpp -o word_count.so
//   glowplug export word_count.so --name words
#include <glowplug/handler.h>

#include <algorithm>
#include <map>
#include <string>

class WordCount {
 public:
  explicit WordCount(const glowplug::Setup& /*setup*/) {}

  glowplug::Answer predict(const glowplug::Event& event, glowplug::Context& context) {
    if (event.content_type.substr(0, 5) != "text/")
      throw glowplug::BadRequest("expected a text", 415);
    std::map<std::string, int> counts;
    std::string word;
    for (const char c : std::string(event.body) + " ") {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (letter) {
        word += static_cast<char>(c | 0x20);
      } else if (!word.empty()) {
        ++counts[word];
        word.clear();
      }
    }
    context.info("counted " + std::to_string(counts.size()) + " words");
    std::string json = "{";
    for (const auto& [text, count] : counts)
      json += (json.size() > 1 ? ",\"" : "\"") + text + "\":" + std::to_string(count);
    return {json + "}"};
  }
};
GLOWPLUG_HANDLER(WordCount)

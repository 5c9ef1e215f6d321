#include "runtime/handler.h"

int main(int argc, char** argv) {
  return glowplug::runtime::run_handler(argc, argv, glowplug::runtime::open_engine);
}

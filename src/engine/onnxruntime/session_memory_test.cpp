// Under the address sanitizer the engine has no memory of our own; onnxruntime.cpp says why.
#include "base/sanitizers.h"
#if !GLOWPLUG_ASAN
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <string>

#include "base/file.h"
#include "base/installation.h"
#include "engine/onnxruntime/onnxruntime.h"
#include "engine/onnxruntime/session_memory.h"
#include "engine/testing/tensors.h"

namespace glowplug::engine::testing {
namespace {

/// Images of 28 x 28; 256 of them need 13 MB for the output of the first convolution alone.
Tensor images(std::int64_t rows) {
  return fp32({rows, 1, 28, 28}, std::vector<float>(static_cast<std::size_t>(rows) * 784, 0.5F));
}

long page_faults() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

/// Pages of address space, which every mmap, munmap and brk changes.
long mapped_pages() {
  long pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages;
}

/// Takes outputs into the same place each time.
class FixedSink final : public OutputSink {
 public:
  [[nodiscard]] Result<std::span<std::byte>> output(std::size_t /*index*/, Datatype /*datatype*/,
                                                    std::span<const std::int64_t> /*shape*/,
                                                    std::size_t size_bytes) override {
    return std::span(place_).first(size_bytes);
  }

 private:
  std::vector<std::byte> place_ = std::vector<std::byte>(std::size_t{1} << 20);
};

/// What `work` gives in a forked child, at most 255.
long in_child(const std::function<long()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(static_cast<int>(std::min(255L, work())));
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  return WEXITSTATUS(status);
}

/// As a template has it.
class SessionMemory : public ::testing::Test {
 protected:
  void SetUp() override {
    auto engine = open_onnxruntime(engine_library_path());
    ASSERT_TRUE(engine) << engine.error().message;
    engine_ = *std::move(engine);
    auto session = engine_->open(std::filesystem::path(GLOWPLUG_TEST_MODELS) / "digits.onnx", {});
    ASSERT_TRUE(session) << session.error().message;
    session_ = *std::move(session);
    ASSERT_TRUE(run_once(*session_, {images(256)}));
    engine_->before_forks();
  }
  /// Without memory of the test's own.
  void run(const Tensor& input) {
    const std::array inputs{std::optional(input.view())};
    constexpr std::array<std::size_t, 1> kWanted{0};
    GLOWPLUG_CHECK(session_->run(inputs, kWanted, sink_));
  }
  FixedSink sink_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Session> session_;
};

TEST_F(SessionMemory, WarmRunsTouchNoNewPageAndMapNothing) {
  const Tensor input = images(256);
  const long found = in_child([&] {
    for (int i = 0; i < 3; ++i) run(input);
    const long mapped = mapped_pages();
    const long faults = page_faults();
    for (int i = 0; i < 100; ++i) run(input);
    const long touched = page_faults() - faults;
    return mapped_pages() == mapped ? touched : 255L;
  });
  EXPECT_LT(found, 10) << "255: the address space has changed";  // one run without it: 1,500
}

TEST_F(SessionMemory, TheFirstRunOfAChildCopiesNoActivations) {
  const Tensor input = images(256);
  run(input);  // 3,000 pages and more that a child would copy one by one
  engine_->before_forks();
  EXPECT_LT(in_child([&] {
              const long before = page_faults();
              run(input);
              return page_faults() - before;
            }),
            250);
}

/// KiB of this process in huge pages.
long huge_kib() {
  std::ifstream rollup("/proc/self/smaps_rollup");
  for (std::string line; std::getline(rollup, line);) {
    if (line.starts_with("AnonHugePages:")) return std::stol(line.substr(14));
  }
  return 0;
}

bool has_huge_pages() {
  const auto modes = read_file("/sys/kernel/mm/transparent_hugepage/enabled", 4096);
  return modes && modes->find("[never]") == std::string::npos;
}

TEST_F(SessionMemory, WhatWasStockedIsTheChildsWithoutACopy) {
  const Tensor input = images(256);
  const auto expected = run_once(*session_, {input});
  ASSERT_TRUE(expected);
  engine_->before_forks();
  const long without = huge_kib();
  engine_->stock_up(1 << 20);  // too little for it
  EXPECT_EQ(huge_kib(), without);
  engine_->stock_up(std::uint64_t{1} << 30);
  EXPECT_EQ(huge_kib() >= without + 6144, has_huge_pages());
  std::array<int, 2> given{};
  ASSERT_EQ(::pipe(given.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    char byte = 0;
    if (::read(given[0], &byte, 1) != 1) ::_exit(1);
    const long before = page_faults();
    run(input);
    if (page_faults() - before >= 250) ::_exit(2);  // a copy goes through 1,500 pages
    const auto got = run_once(*session_, {input});
    ::_exit(got && got->at(0).bytes == expected->at(0).bytes ? 0 : 3);
  }
  engine_->give_stock();
  EXPECT_EQ(huge_kib(), without);
  ASSERT_EQ(::write(given[1], "x", 1), 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(run_once(*session_, {input}));
}

TEST_F(SessionMemory, ChildrenAnswerAsTheirParent) {
  const auto expected = run_once(*session_, {images(2)});
  ASSERT_TRUE(expected);
  EXPECT_EQ(in_child([&] {
              const auto got = run_once(*session_, {images(2)});
              return got && got->at(0).bytes == expected->at(0).bytes ? 0L : 1L;
            }),
            0);
}

TEST_F(SessionMemory, ARunThatMayNotHaveMoreMemoryFailsAndTheNextOneWorks) {
  const Tensor many = images(4096);
  EXPECT_EQ(in_child([&] {
              constexpr rlim_t kLimit = std::size_t{100} << 20;
              const rlimit limit{kLimit, kLimit};
              if (::setrlimit(RLIMIT_DATA, &limit) != 0) return 1L;
              const auto refused = run_once(*session_, {many});
              if (refused) return 2L;
              if (refused.error().code != Code::exhausted) return 3L;
              return run_once(*session_, {images(1)}) ? 0L : 4L;
            }),
            0);
}

TEST_F(SessionMemory, ASecondEngineOfTheProcessWorksWithoutIt) {
  auto second = open_onnxruntime(engine_library_path());
  ASSERT_TRUE(second) << second.error().message;
  auto session = (*second)->open(std::filesystem::path(GLOWPLUG_TEST_MODELS) / "digits.onnx", {});
  ASSERT_TRUE(session);
  session_.reset();
  engine_.reset();
  EXPECT_TRUE(run_once(**session, {images(2)}));
}

}  // namespace
}  // namespace glowplug::engine::testing
#endif

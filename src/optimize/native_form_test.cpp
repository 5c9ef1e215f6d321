#include "optimize/native_form.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "model/onnx/onnx_model.h"
#include "optimize/testing/engine_test.h"

namespace glowplug::optimize {
namespace {

class NativeFormTest : public testing::EngineTest {
 protected:
  /// Compiles a model and compares it with ONNX Runtime.
  [[nodiscard]] Result<NativeForm> compiled(const std::filesystem::path& path) {
    GLOWPLUG_ASSIGN(const onnx::ModelFile file, onnx::ModelFile::open(path));
    GLOWPLUG_ASSIGN(const auto runner, runners().open({path, "onnxruntime", false}));
    GLOWPLUG_ASSIGN(const SampleSet samples,
                    make_samples(*runner, dimension_names(file.model()), 1));
    NativeRequest request;
    request.model = path;
    request.samples = samples.samples;
    request.free = samples.free;
    request.rows_independent = rows_independent;
    return compile_and_compare(request, *runner, folder());
  }
  bool rows_independent = false;
};

std::vector<std::filesystem::path> native_models() {
  std::vector<std::filesystem::path> models;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(GLOWPLUG_TEST_MODELS) / "native"))
    models.push_back(entry.path());
  std::ranges::sort(models);
  return models;
}

TEST_F(NativeFormTest, EveryOperatorAndConversionAgreesWithOnnxRuntime) {
  const auto models = native_models();
  ASSERT_GT(models.size(), 200U);
  for (const auto& path : models) {
    const auto form = compiled(path);
    EXPECT_TRUE(form) << path.stem() << ": " << form.error().message;
  }
}

TEST_F(NativeFormTest, RowsInSlicesAgreeToo) {
  rows_independent = true;
  for (const char* name : {"columns_ordinal", "random_forest", "mlp_three", "op_one_hot_text"}) {
    const auto form = compiled(std::filesystem::path(GLOWPLUG_TEST_MODELS) / "native" /
                               (std::string(name) + ".onnx"));
    ASSERT_TRUE(form) << name << ": " << form.error().message;
    EXPECT_GT(form->rows_compared, 900U) << "300 rows are more than a slice";
  }
}

}  // namespace
}  // namespace glowplug::optimize

#include "optimize/export.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "base/sha256.h"
#include "bundle/bundle.h"
#include "model/tensor_json.h"
#include "optimize/prepare.h"
#include "optimize/testing/engine_test.h"

namespace glowplug::optimize {
namespace {

class ExportTest : public testing::EngineTest {
 protected:
  ExportRequest request(const std::string& fixture, const std::string& output = "m.glow") {
    ExportRequest made;
    made.model = model(fixture);
    made.name = "m";
    made.output = folder() / output;
    made.target = target();
    return made;
  }
  static bundle::PreparedTarget target() {
    return {"onnxruntime", sha256_hex("a library"), "x86-64-avx2"};
  }
  Exported export_fixture(const std::string& fixture, const std::string& output = "m.glow") {
    auto exported = export_model(request(fixture, output), runners());
    EXPECT_TRUE(exported) << exported.error().message;
    return *std::move(exported);
  }
  static bundle::Bundle open(const std::filesystem::path& path) {
    auto bundle = bundle::Bundle::open(path, bundle::Checks::hashes);
    EXPECT_TRUE(bundle) << bundle.error().message;
    return *std::move(bundle);
  }
  /// All files with their content.
  static std::map<std::string, std::string> files_in(const std::filesystem::path& path) {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.is_regular_file())
        files[entry.path().lexically_relative(path)] = *read_file(entry.path());
    }
    return files;
  }
};

TEST_F(ExportTest, MakesABundleThatOpens) {
  const Exported exported = export_fixture("digits");
  EXPECT_EQ(exported.bundle, folder() / "m.glow");
  const bundle::Bundle bundle = open(exported.bundle);
  EXPECT_EQ(bundle.digest(), exported.digest);
  EXPECT_EQ(bundle.manifest().name, "m");
  EXPECT_EQ(bundle.manifest().source.file, "digits.onnx");
  EXPECT_EQ(bundle.manifest().signature.describe(),
            "image FP32[-1,1,28,28] -> probabilities FP32[-1,10]");
  EXPECT_EQ(bundle.manifest().signature.max_batch, 32);
  EXPECT_EQ(bundle.sample_names(), exported.samples);
  EXPECT_EQ(exported.samples.size(), 4U);
}

TEST_F(ExportTest, PreparesAFormThatIsChosenForItsTargetOnly) {
  const Exported exported = export_fixture("digits");
  EXPECT_EQ(exported.prepared, "prepared/onnxruntime-x86-64-avx2");
  EXPECT_EQ(exported.prepared_note, "");
  ASSERT_EQ(exported.differences.size(), 1U);
  EXPECT_EQ(exported.differences[0].output, "probabilities");
  EXPECT_EQ(exported.differences[0].elements, 70U);  // 1 + 1 + 1 + 4 rows
  const bundle::Bundle bundle = open(exported.bundle);
  EXPECT_TRUE(bundle::choose_form(bundle, target()).prepared);
  bundle::PreparedTarget other = target();
  other.cpu_level = "x86-64-avx512";
  EXPECT_FALSE(bundle::choose_form(bundle, other).prepared);
}

TEST_F(ExportTest, TwiceGivesTheSameBytes) {
  const Exported one = export_fixture("digits", "one.glow");
  const Exported two = export_fixture("digits", "two.glow");
  EXPECT_EQ(one.digest, two.digest);
  EXPECT_EQ(files_in(one.bundle), files_in(two.bundle));
}

TEST_F(ExportTest, DigestDoesNotDependOnTheMachine) {
  const Exported here = export_fixture("iris", "here.glow");
  ExportRequest elsewhere = request("iris", "elsewhere.glow");
  elsewhere.target = {"onnxruntime", sha256_hex("another library"), "x86-64-avx512"};
  // The last bits of float answers differ from one CPU to the next.
  runners().faults.alter_answers = [](bool, std::vector<Tensor>& answers) {
    answers[1].bytes[0] ^= std::byte{1};
  };
  const auto exported = export_model(elsewhere, runners());
  ASSERT_TRUE(exported) << exported.error().message;
  EXPECT_EQ(exported->digest, here.digest);
}

TEST_F(ExportTest, KeepsLabelsOfTheFile) {
  const Exported exported = export_fixture("iris");
  const std::vector<std::string> species = {"setosa", "versicolor", "virginica"};
  EXPECT_EQ(exported.signature.outputs[1].labels, species);
  EXPECT_EQ(open(exported.bundle).manifest().signature.outputs[1].labels, species);
}

TEST_F(ExportTest, TakesExternalWeightsAlong) {
  const Exported exported = export_fixture("external");
  EXPECT_TRUE(open(exported.bundle).manifest().files.contains("model/external.weights"));
  EXPECT_NE(exported.prepared, "");
}

TEST_F(ExportTest, RecordsWhatItFound) {
  const Exported exported = export_fixture("center");
  const auto record = open(exported.bundle).record("export");
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ((*record)["compared_with"], std::string(kComparedWith));
  EXPECT_EQ((*record)["digest"], exported.digest);
  EXPECT_EQ((*record)["batching"]["max_batch"], 0);
  EXPECT_EQ((*record)["prepared"]["outputs"][0]["name"], "y");
  EXPECT_EQ((*record)["prepared"]["outputs"][0]["comparable"], true);
  EXPECT_EQ((*record)["cpu_level"], "x86-64-avx2");
}

TEST_F(ExportTest, KeepsTheAnswersOutsideTheDigest) {
  const Exported exported = export_fixture("species");
  const auto record = open(exported.bundle).record("answers");
  ASSERT_TRUE(record) << record.error().message;
  const auto answers = named_tensors_from_json((*record)["samples"]["1-zero"]);
  ASSERT_TRUE(answers) << answers.error().message;
  EXPECT_EQ((*answers)[0].name, "index");
}

TEST_F(ExportTest, WorksWithoutAPreparedFormAndSaysWhy) {
  runners().faults.prepare = Error{Code::unimplemented, "no such form", {}};
  const Exported exported = export_fixture("digits");
  EXPECT_EQ(exported.prepared, "");
  EXPECT_EQ(exported.prepared_note, "it could not be made: no such form");
  EXPECT_FALSE(bundle::choose_form(open(exported.bundle), target()).prepared);
}

TEST_F(ExportTest, DropsAPreparedFormThatAnswersWrong) {
  runners().faults.alter_answers = [](bool prepared, std::vector<Tensor>& answers) {
    if (prepared) std::fill(answers[0].bytes.begin(), answers[0].bytes.end(), std::byte{0});
  };
  const Exported exported = export_fixture("digits");
  EXPECT_EQ(exported.prepared, "");
  EXPECT_TRUE(exported.prepared_note.starts_with(
      "it was made but is not used: its answers differ from the portable form's by 1 of their"))
      << exported.prepared_note;
  EXPECT_FALSE(std::filesystem::exists(exported.bundle / prepared_folder(target())));
}

TEST_F(ExportTest, DropsAPreparedFormThatDoesNotOpen) {
  runners().faults.open_prepared = Error{Code::instance_lost, "killed by signal 11", {}};
  EXPECT_EQ(export_fixture("digits").prepared_note,
            "it was made but is not used: killed by signal 11");
}

TEST_F(ExportTest, KeepsNoPreparedFormThatNoSampleVouchesFor) {
  runners().faults.run = Error{Code::invalid_argument, "not with me", {}};
  const Exported exported = export_fixture("digits");
  EXPECT_TRUE(exported.samples.empty());
  EXPECT_EQ(exported.samples_note, "0-unit: not with me");
  EXPECT_EQ(exported.prepared, "");
  EXPECT_EQ(exported.batching.max_batch, 0);
}

TEST_F(ExportTest, IsUnverifiedWhenNoSampleRan) {
  runners().faults.run = Error{Code::invalid_argument, "not with me", {}};
  const Exported exported = export_fixture("digits");
  EXPECT_EQ(exported.verdict(), "UNVERIFIED");
  EXPECT_EQ(exported.unverified, (std::vector<std::string>{"no sample ran: 0-unit: not with me"}));
  EXPECT_EQ(exported.batching.reason, "no sample ran");
  const bundle::Bundle bundle = open(exported.bundle);
  EXPECT_EQ(bundle.manifest().signature.max_batch, 0);
  const auto record = bundle.record("export");
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ((*record)["verdict"], "UNVERIFIED");
}

TEST_F(ExportTest, NeverBatchesWhenOnlyRowsAloneRan) {
  runners().faults.refuse_rows_above = 1;
  const Exported exported = export_fixture("digits");
  EXPECT_EQ(exported.verdict(), "CLEAN");
  EXPECT_EQ(exported.batching.max_batch, 0);
  EXPECT_EQ(exported.batching.reason, "the sample with several rows did not run");
}

TEST_F(ExportTest, NamesTheStepThatTookTooLong) {
  runners().faults.run = Error{Code::deadline_exceeded, "a run was ended", {}};
  const auto exported = export_model(request("digits"), runners());
  ASSERT_FALSE(exported);
  EXPECT_EQ(exported.error().message, "samples: a run was ended");
  EXPECT_FALSE(std::filesystem::exists(folder() / "m.glow"));
}

TEST_F(ExportTest, TellsItsPhases) {
  std::vector<std::string> told;
  const auto exported =
      export_model(request("iris"), runners(), [&](const Phase& phase, bool ended) {
        told.push_back(std::string(phase.name) + (ended ? "." : ""));
      });
  ASSERT_TRUE(exported);
  EXPECT_EQ(told, (std::vector<std::string>{"read", "read.", "load", "load.", "handler", "handler.",
                                            "samples", "samples.", "batching", "batching.", "event",
                                            "event.", "native", "native.", "prepare", "prepare.",
                                            "write", "write."}));
  EXPECT_EQ(exported->phases.size(), 9U);
}

TEST_F(ExportTest, RefusesToWriteOverABundleUnlessToldTo) {
  const Exported first = export_fixture("iris");
  const auto again = export_model(request("digits"), runners());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::already_exists);
  EXPECT_EQ(open(first.bundle).digest(), first.digest);
  ExportRequest replacing = request("digits");
  replacing.replace = true;
  const auto replaced = export_model(replacing, runners());
  ASSERT_TRUE(replaced) << replaced.error().message;
  EXPECT_NE(open(first.bundle).digest(), first.digest);
}

TEST_F(ExportTest, LeavesNothingBehindWhenItFails) {
  runners().faults.run = Error{Code::instance_lost, "killed by signal 11", {}};
  const auto exported = export_model(request("iris"), runners());
  ASSERT_FALSE(exported);
  EXPECT_EQ(exported.error().code, Code::instance_lost);
  EXPECT_TRUE(std::filesystem::is_empty(folder()));
}

TEST_F(ExportTest, RefusesWhatIsNoModel) {
  for (const std::string fixture : {"not_a_model", "truncated"}) {
    const auto exported = export_model(request(fixture), runners());
    ASSERT_FALSE(exported) << fixture;
    EXPECT_EQ(exported.error().code, Code::invalid_argument);
  }
}

TEST_F(ExportTest, RefusesSequencesWithAdvice) {
  const auto exported = export_model(request("iris_zipmap"), runners());
  ASSERT_FALSE(exported);
  EXPECT_EQ(exported.error().code, Code::unimplemented);
  EXPECT_NE(exported.error().fix.find("zipmap"), std::string::npos) << exported.error().fix;
}

TEST_F(ExportTest, RefusesABadName) {
  ExportRequest bad = request("iris");
  bad.name = "not/a name";
  EXPECT_EQ(export_model(bad, runners()).error().code, Code::invalid_argument);
}

TEST_F(ExportTest, PrepareBundleMakesTheFormOfAnotherMachine) {
  const Exported exported = export_fixture("digits");
  bundle::PreparedTarget other = target();
  other.cpu_level = "x86-64-avx512";
  const auto prepared = prepare_bundle(exported.bundle, other, runners());
  ASSERT_TRUE(prepared) << prepared.error().message;
  EXPECT_EQ(prepared->folder, "prepared/onnxruntime-x86-64-avx512");
  const bundle::Bundle bundle = open(exported.bundle);
  EXPECT_TRUE(bundle::choose_form(bundle, other).prepared);
  EXPECT_TRUE(bundle::choose_form(bundle, target()).prepared);
  const auto forms = bundle::prepared_forms(bundle);
  ASSERT_EQ(forms.size(), 3U);
  EXPECT_EQ(forms[0].folder, "prepared/native-any");
  ASSERT_TRUE(forms[2].index);
  EXPECT_EQ(forms[2].index->samples_compared, 4U);
  EXPECT_EQ(forms[2].index->engine_version, "1.2.3");
}

TEST_F(ExportTest, CompilesAModelForTheNativeEngine) {
  const Exported exported = export_fixture("digits");
  EXPECT_EQ(exported.native.folder, "prepared/native-any") << exported.native.reason;
  const bundle::Bundle bundle = open(exported.bundle);
  EXPECT_TRUE(bundle::choose_form(bundle, native_target()).prepared);
  const auto record = bundle.record("native");
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->at("compiled"));
  EXPECT_LT(record->at("largest_difference").get<double>(), 1e-5);
  EXPECT_GT(record->at("rows_compared").get<int>(), 300);
}

TEST_F(ExportTest, SaysWhyAModelIsNotCompiled) {
  const Exported exported = export_fixture("slow");
  EXPECT_EQ(exported.native.folder, "");
  EXPECT_EQ(exported.native.reason, "operator EyeLike");
  const auto record = open(exported.bundle).record("native");
  ASSERT_TRUE(record);
  EXPECT_FALSE(record->at("compiled"));
  EXPECT_EQ(record->at("reason"), "operator EyeLike");
}

TEST_F(ExportTest, KeepsNoPlanThatAnswersOtherwise) {
  runners().faults.alter_answers = [](bool prepared, std::vector<Tensor>& answers) {
    if (!prepared) answers[0].bytes[3] ^= std::byte{1};
  };
  const Exported exported = export_fixture("digits");
  EXPECT_EQ(exported.native.folder, "");
  EXPECT_TRUE(exported.native.reason.starts_with("output \"probabilities\", element 0: "))
      << exported.native.reason;
}

TEST_F(ExportTest, PrepareBundleRefusesADamagedBundle) {
  const Exported exported = export_fixture("digits");
  std::ofstream(exported.bundle / "model/model.onnx", std::ios::app) << "x";
  EXPECT_FALSE(prepare_bundle(exported.bundle, target(), runners()));
}

}  // namespace
}  // namespace glowplug::optimize

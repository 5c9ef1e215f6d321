#include "optimize/export_records.h"

#include "model/tensor_json.h"

namespace glowplug::optimize {
namespace {

constexpr int kRecordSchema = 1;

Json head(const bundle::PreparedTarget& target) {
  return {{"schema", kRecordSchema},
          {"engine", target.engine},
          {"library_sha256", target.library_sha256},
          {"cpu_level", target.cpu_level}};
}

Json to_json(const BatchingFinding& batching) {
  return {{"max_batch", batching.max_batch},
          {"exact", batching.exact},
          {"largest_difference", batching.largest_difference},
          {"reason", batching.reason}};
}

Json prepared_json(const Exported& exported) {
  Json outputs = Json::array();
  for (std::size_t i = 0; i < exported.differences.size(); ++i) {
    const OutputDifference& one = exported.differences[i];
    outputs.push_back(
        {{"name", one.output},
         {"elements", one.elements},
         {"unequal", one.unequal},
         {"max_absolute", one.max_absolute},
         {"max_relative", one.max_relative},
         {"relative_tolerance", relative_tolerance(exported.signature.outputs[i].datatype)},
         {"comparable", one.comparable}});
  }
  return {{"folder", exported.prepared},
          {"note", exported.prepared_note},
          {"outputs", std::move(outputs)}};
}

}  // namespace

Json export_record(const ExportRequest& request, const Exported& exported) {
  Json record = head(request.target);
  record["compared_with"] = kComparedWith;
  record["seed"] = request.seed;
  record["verdict"] = exported.verdict();
  record["reasons"] = exported.unverified;
  record["samples"] = exported.samples;
  record["samples_note"] = exported.samples_note;
  record["batching"] = to_json(exported.batching);
  record["prepared"] = prepared_json(exported);
  record["handler"] = {{"source_sha256", exported.handler.source_sha256},
                       {"found", exported.handler.found}};
  return record;
}

Json event_record(const EventAnswer& answer) {
  return {
      {"schema", kRecordSchema},
      {"answer",
       {{"status", answer.status}, {"content_type", answer.content_type}, {"body", answer.body}}}};
}

Json answers_record(const bundle::PreparedTarget& target, const Signature& signature,
                    std::span<const AnsweredSample> samples) {
  Json record = head(target);
  record["samples"] = Json::object();
  for (const AnsweredSample& sample : samples) {
    std::vector<NamedTensor> answers;
    answers.reserve(sample.answers.size());
    for (std::size_t i = 0; i < sample.answers.size(); ++i)
      answers.push_back({signature.outputs[i].name, sample.answers[i]});
    record["samples"][sample.name] = glowplug::to_json(answers);
  }
  return record;
}

}  // namespace glowplug::optimize

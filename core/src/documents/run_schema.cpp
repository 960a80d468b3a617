// The evaluation report ("tally" run): what was defined, and what came out of it.
#include "documents/schemas.hpp"

namespace tally::detail::schema {
namespace {

Check direction() { return oneOf({"higher", "lower"}); }

Check measurement() {
  return object({required("metricRef", text()), optional("score", fraction()), optional("rawValue", scalarOrNull()),
                 optional("confidence", number()), optional("reasoning", text()), optional("executionTimeMs", number()),
                 optional("timestamp", text()), optional("metadata", anyObject())});
}

Check verdictPolicy() {
  const Check number_policy =
      choice("type", {{"threshold", object({required("passAt", number())})},
                      {"range", object({optional("min", number()), optional("max", number())})}});
  return choice("kind", {{"none", anyObject()},
                         {"boolean", object({required("passWhen", flag())})},
                         {"number", number_policy},
                         {"ordinal", object({required("passWhenIn", texts())})},
                         {"custom", object({required("note", oneOf({"not-serializable"}))})}});
}

Check outcome() {
  const Check observed = object({optional("rawValue", scalarOrNull()), optional("score", fraction())});
  return object({required("verdict", oneOf({"pass", "fail", "unknown"})), required("policy", verdictPolicy()),
                 optional("observed", observed)});
}

Check evalResult() {
  return object({required("evalRef", text()), required("measurement", measurement()), optional("outcome", outcome())});
}

Check series() { return object({required("byStepIndex", arrayOf(orNull(evalResult())))}); }

Check scorerResult() {
  return choice("shape", {{"seriesByStepIndex", object({required("series", series())})},
                          {"scalar", object({required("result", evalResult())})}});
}

Check verdictSummary() {
  return object({required("passRate", fraction()), required("failRate", fraction()),
                 required("unknownRate", fraction()), required("passCount", number()), required("failCount", number()),
                 required("unknownCount", number()), required("totalCount", number())});
}

Check evalKind() { return oneOf({"singleTurn", "multiTurn", "scorer"}); }

Check evalSummary() {
  const Check statistics = objectOf(numberOrNumbers());
  const Check aggregations = object({required("score", statistics), optional("raw", statistics)});
  return object({required("eval", text()), required("kind", evalKind()), required("count", number()),
                 optional("aggregations", aggregations), optional("verdictSummary", verdictSummary())});
}

Check normalizer() {
  const Check min_max = object({optional("min", number()), optional("max", number()), optional("clip", flag()),
                                optional("direction", direction())});
  const Check z_score =
      object({optional("mean", number()), optional("stdDev", number()), optional("to", oneOf({"0-1", "0-100"})),
              optional("clip", flag()), optional("direction", direction())});
  const Check threshold =
      object({required("threshold", number()), optional("above", number()), optional("below", number())});
  const Check linear = object({required("slope", number()), required("intercept", number()),
                               optional("clip", pairOf(number())), optional("direction", direction())});
  const Check custom = object({required("note", text())});
  return choice("type",
                {{"identity", anyObject()},
                 {"min-max", min_max},
                 {"z-score", z_score},
                 {"threshold", threshold},
                 {"linear", linear},
                 {"ordinal-map", object({required("map", objectOf(number()))})}},
                custom);
}

Check metricByModel() {
  const Check prompt = object({required("instruction", text()), optional("variables", texts())});
  return object({optional("provider", anyObject()), optional("prompt", prompt), optional("rubric", anyObject())});
}

Check metric() {
  const Check aggregator = object({required("kind", text()), required("name", text()), optional("description", text()),
                                   optional("config", anything())});
  const Check normalization = object({required("normalizer", normalizer()), optional("calibrate", anything())});
  return object({required("name", text()), required("scope", oneOf({"single", "multi"})),
                 required("valueType", oneOf({"number", "boolean", "string", "ordinal"})),
                 optional("description", text()), optional("metadata", anyObject()), optional("llm", metricByModel()),
                 optional("aggregators", arrayOf(aggregator)), optional("normalization", normalization)});
}

Check eval() {
  return object({required("name", text()), required("kind", evalKind()),
                 required("outputShape", oneOf({"seriesByStepIndex", "scalar"})), required("metric", text()),
                 optional("scorerRef", text()), optional("verdict", verdictPolicy()), optional("description", text()),
                 optional("metadata", anyObject())});
}

Check scorer() {
  const Check input = object({required("metricRef", text()), required("weight", number()), optional("required", flag()),
                              optional("hasNormalizerOverride", flag())});
  const Check combine =
      object({required("kind", oneOf({"weightedAverage", "identity", "custom", "unknown"})), optional("note", text())});
  return object({required("name", text()), required("inputs", arrayOf(input)), optional("normalizeWeights", flag()),
                 optional("fallbackScore", fraction()), optional("combine", combine), optional("description", text()),
                 optional("metadata", anyObject())});
}

Check definitions() {
  return object({required("metrics", objectOf(metric())), required("evals", objectOf(eval())),
                 required("scorers", objectOf(scorer()))});
}

Check result() {
  const Check summaries = object({required("byEval", objectOf(evalSummary()))});
  return object({required("stepCount", number()), required("singleTurn", objectOf(series())),
                 required("multiTurn", objectOf(evalResult())), required("scorers", objectOf(scorerResult())),
                 optional("summaries", summaries)});
}

}  // namespace

const Check& tallyRun() {
  static const Check kStore = object({required("backend", text()), required("basePath", text())});
  static const Check kArtifacts =
      object({required("conversationId", text()), optional("runPath", text()),
              optional("conversationJsonlPath", text()), optional("stepTracesPath", text())});
  static const Check kCheck =
      object({required("schemaVersion", one()), required("runId", text()), required("createdAt", timestamp()),
              optional("store", kStore), optional("artifacts", kArtifacts), required("defs", definitions()),
              required("result", result()), optional("metadata", anyObject())});
  return kCheck;
}

}  // namespace tally::detail::schema

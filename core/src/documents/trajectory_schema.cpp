#include "documents/schemas.hpp"

namespace tally::detail::schema {
namespace {

Check stopReason() {
  return oneOf({"goal-reached", "max-turns", "policy-violation", "agent-loop", "no-step-match", "error"});
}

Check loopDetection() {
  return object({optional("maxConsecutiveSameStep", number()), optional("maxCycleLength", number()),
                 optional("maxCycleRepetitions", number())});
}

Check stepGraph() {
  return object({required("start", text()), optional("terminals", texts()), required("steps", arrayOf(anyObject()))});
}

Check selection() {
  const Check candidate =
      object({required("stepId", text()), required("score", number()), optional("reasons", texts())});
  return object({required("method", oneOf({"start", "preconditions-ordered", "llm-ranked", "none"})),
                 optional("candidates", arrayOf(candidate))});
}

Check traceEnd() {
  return object({required("isFinal", literalTrue()), required("reason", stopReason()), required("completed", flag()),
                 optional("summary", text())});
}

Check stepTrace() {
  return object({required("turnIndex", number()), required("userMessage", anyObject()),
                 required("agentMessages", arrayOf(anyObject())), required("timestamp", timestamp()),
                 required("stepId", orNull(text())), required("selection", selection()), optional("end", traceEnd())});
}

}  // namespace

const Check& conversationMeta() {
  static const Check kCheck = object({required("id", text()), required("createdAt", timestamp())});
  return kCheck;
}

const Check& trajectoryMeta() {
  static const Check kPersona =
      object({optional("name", text()), required("description", text()), optional("guardrails", texts())});
  static const Check kCheck =
      object({required("version", one()), required("trajectoryId", text()), required("createdAt", timestamp()),
              required("goal", text()), required("persona", kPersona), optional("maxTurns", number()),
              optional("loopDetection", loopDetection()), optional("stepGraph", stepGraph()),
              optional("metadata", anyObject())});
  return kCheck;
}

const Check& stepTraces() {
  static const Check kCheck = arrayOf(stepTrace());
  return kCheck;
}

const Check& trajectoryRun() {
  static const Check kPersona = object({optional("name", text()), required("description", text())});
  static const Check kCheck =
      object({required("runId", text()), required("conversationId", text()), required("timestamp", timestamp()),
              required("goal", text()), required("persona", kPersona), required("completed", flag()),
              required("reason", stopReason()), required("totalTurns", number()), optional("stepCount", number()),
              optional("stepsCompleted", number()), optional("metadata", anyObject())});
  return kCheck;
}

}  // namespace tally::detail::schema

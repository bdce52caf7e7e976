package io.asyncrunner.compat.oracle;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A small concurrent program.
 *
 * @param id its name
 * @param sizes of semaphores, barriers and queues, by name
 * @param programs lists of operations, by name; the one named {@code main} is the main task's
 */
record Scenario(String id, JsonNode sizes, JsonNode programs) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What reading a scenario fails with: a message for who wrote it. */
  static final class FormatException extends Exception {
    private static final long serialVersionUID = 1L;

    FormatException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** Reads a scenario from one line of JSON. */
  static Scenario parse(String line) throws FormatException {
    return of(read(line));
  }

  static Scenario of(JsonNode json) throws FormatException {
    JsonNode id = json.path("id");
    JsonNode programs = json.path("programs");
    if (!id.isTextual()) {
      throw new FormatException("\"id\": found " + id + " (expected a text)", null);
    }
    if (!programs.path("main").isArray()) {
      throw new FormatException(
          "\"programs\" of " + id.textValue() + ": found no list of operations named \"main\"", null);
    }
    return new Scenario(id.textValue(), json.path("sizes"), programs);
  }

  static JsonNode read(String line) throws FormatException {
    try {
      return JSON.readTree(line);
    } catch (JacksonException notJson) {
      throw new FormatException("not JSON: " + notJson.getOriginalMessage(), notJson);
    }
  }

  /** Writes a trace as one line of JSON. */
  String toJson(List<String> trace) {
    return JSON.createObjectNode().put("id", id).set("trace", JSON.valueToTree(trace)).toString();
  }
}

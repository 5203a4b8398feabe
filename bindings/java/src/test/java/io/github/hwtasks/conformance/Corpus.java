package io.github.hwtasks.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The files of the corpus. */
final class Corpus {
    /** The repository. The tests run in the folder of the binding. */
    static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

    private static final Path FOLDER = ROOT.resolve("tests/conformance");
    private static final String SCHEMA = "cases.schema.json";

    private Corpus() {}

    /** The names of all files with cases. */
    static List<String> files() {
        try (Stream<Path> paths = Files.list(FOLDER)) {
            return paths.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(".json") && !name.equals(SCHEMA))
                    .map(name -> name.substring(0, name.length() - ".json".length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The cases of a file with the defaults merged into them. */
    static List<JsonNode> cases(String file) {
        JsonNode content = content(file);
        List<JsonNode> cases = new ArrayList<>();
        content.get("cases").forEach(one -> cases.add(merge(one, content.get("defaults"))));
        return cases;
    }

    /** Fails unless the schema admits a file. */
    static void validate(String file) {
        ObjectNode document = (ObjectNode) Json.read(FOLDER.resolve(SCHEMA));
        document.put("$ref", "#/$defs/" + file);
        Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(document);
        var problems = schema.validate(content(file));
        Check.that(problems.isEmpty(), problems.toString());
    }

    private static JsonNode content(String file) {
        return Json.read(FOLDER.resolve(file + ".json"));
    }

    /** Adds the defaults: objects member by member, no deeper. */
    private static JsonNode merge(JsonNode one, JsonNode defaults) {
        ObjectNode merged = Json.object().setAll((ObjectNode) one);
        for (var entry : Json.members(defaults)) {
            JsonNode given = merged.get(entry.getKey());
            if (given == null) {
                merged.set(entry.getKey(), entry.getValue());
            } else if (given.isObject() && entry.getValue().isObject()) {
                ObjectNode both = Json.object();
                both.setAll((ObjectNode) entry.getValue());
                both.setAll((ObjectNode) given);
                merged.set(entry.getKey(), both);
            }
        }
        return merged;
    }
}

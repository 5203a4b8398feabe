package io.github.hwtasks.internal.json;

import java.util.LinkedHashMap;

/** An object of a JSON text, in the order of its members. Of a name that comes twice, the last value counts. */
public final class JsonObject extends LinkedHashMap<String, Object> {
    private static final long serialVersionUID = 1L;

    JsonObject() {}
}

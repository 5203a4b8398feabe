package io.github.hwtasks.internal.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;

/** Why a text does not decode, and where. It has no stack trace: it becomes the exception of a call. */
public final class DecodeFailure extends IOException {
    private static final long serialVersionUID = 1L;

    /** The JSON path of the value; empty for the whole text. */
    private final String path;

    private final long at;

    private DecodeFailure(String why, String path, long at) {
        super(why);
        this.path = path;
        this.at = at;
    }

    /** The failure of a text that is no JSON, at a byte. */
    static DecodeFailure syntax(String why, long at) {
        return new DecodeFailure(why, "", at);
    }

    /** The failure of a value of the wrong type. */
    public static DecodeFailure type(String why, String path) {
        return new DecodeFailure(why, path, -1);
    }

    /** The failure that this exception of the parser stands for. Its message may quote the text. */
    static DecodeFailure of(IOException failure) {
        if (failure instanceof DecodeFailure ours) {
            return ours;
        }
        if (!(failure instanceof JsonProcessingException parsing)) {
            return syntax("it is not JSON", -1);
        }
        JsonLocation location = parsing.getLocation();
        var at = location == null ? -1 : location.getByteOffset();
        return failure instanceof StreamConstraintsException
                ? syntax("the value is nested deeper than " + Json.MAX_DEPTH + " levels", at)
                : syntax("it is not JSON", at);
    }

    /** The same failure, in the value of this path. */
    DecodeFailure within(String parent) {
        return new DecodeFailure(getMessage(), parent + path, at);
    }

    /** Says why, without a place. */
    public String why() {
        return getMessage();
    }

    /** The JSON path of the value; empty for the whole text. */
    public String path() {
        return path;
    }

    /** The byte at which the text is no JSON; -1 for a value of the wrong type. */
    public long at() {
        return at;
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}

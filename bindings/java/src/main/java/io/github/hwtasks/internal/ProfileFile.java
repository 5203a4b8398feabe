package io.github.hwtasks.internal;

import io.github.hwtasks.Environment;
import io.github.hwtasks.credentials.Credentials;
import io.github.hwtasks.credentials.ProviderException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A section of a credentials file. Messages show names of sections and keys, but no values. */
public final class ProfileFile {
    private static final String FILE_VARIABLE = "HUAWEICLOUD_SDK_CREDENTIALS_FILE";
    private static final String PROFILE_VARIABLE = "HWTASKS_PROFILE";
    private static final String DEFAULT_PROFILE = "basic";
    /** The maximum size of the file: a device file has no end. */
    private static final int MAX_SIZE = 1 << 20;

    private final Path path;
    private final String name;
    private final int header;
    private final List<Line> lines = new ArrayList<>();
    /** Whether a variable names the section or the file. */
    private boolean isNamed;

    private record Line(int number, String key, String value) {}

    private ProfileFile(Path path, String name, int header) {
        this.path = path;
        this.name = name;
        this.header = header;
    }

    /** Returns the section of the profile, or throws a {@link ProviderException}. */
    public static ProfileFile read(Environment environment) {
        String file = environment.get(FILE_VARIABLE);
        String profile = environment.get(PROFILE_VARIABLE);
        boolean isNamed = !file.isEmpty() || !profile.isEmpty();
        Path path;
        if (!file.isEmpty()) {
            path = Path.of(file);
        } else if (environment.home().isPresent()) {
            path = environment.home().get().resolve(".huaweicloud").resolve("credentials");
        } else {
            throw absent("the home directory is not known, and " + FILE_VARIABLE + " is not set", isNamed);
        }
        byte[] text;
        try {
            text = bytes(path);
        } catch (NoSuchFileException e) {
            ProviderException missing = absent(path + " does not exist", isNamed);
            if (!file.isEmpty()) {
                throw missing.withHelp("create it, or fix " + FILE_VARIABLE);
            }
            throw profile.isEmpty() ? missing : missing.withHelp("create it, or unset " + PROFILE_VARIABLE);
        } catch (IOException e) {
            String why = e instanceof AccessDeniedException ? "permission denied" : e.getMessage();
            throw ProviderException.invalidConfiguration(path + " cannot be read: " + why)
                    .withCause(e);
        }
        String section = profile.isEmpty() ? DEFAULT_PROFILE : profile;
        ProfileFile found = parse(path, text, section);
        if (found == null) {
            throw absent(path + " has no section [" + Text.oneLine(section) + "]", isNamed);
        }
        found.isNamed = isNamed;
        return found;
    }

    /** A file or a section that a variable names must exist. */
    private static ProviderException absent(String message, boolean isNamed) {
        return isNamed ? ProviderException.invalidConfiguration(message) : ProviderException.notConfigured(message);
    }

    private static byte[] bytes(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new IOException("it is a directory");
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] text = in.readNBytes(MAX_SIZE + 1);
            if (text.length > MAX_SIZE) {
                throw new IOException("it is larger than 1 MiB");
            }
            return text;
        }
    }

    /** Returns the section of a name; null when the file has none. */
    private static ProfileFile parse(Path path, byte[] text, String name) {
        ProfileFile found = null;
        boolean isInside = false;
        int number = 0;
        for (int start = 0; start <= text.length; ) {
            int end = start;
            while (end < text.length && text[end] != '\n') {
                end++;
            }
            number++;
            String line = line(path, text, start, end, number);
            start = end + 1;
            if (line.isEmpty() || line.charAt(0) == '#' || line.charAt(0) == ';') {
                continue;
            }
            if (line.charAt(0) == '[' && line.endsWith("]")) {
                isInside = line.substring(1, line.length() - 1).strip().equals(name);
                if (isInside && found != null) {
                    throw invalid(
                            path, number, "[" + Text.oneLine(name) + "] is here a second time: keep one of the two");
                }
                found = isInside ? new ProfileFile(path, name, number) : found;
                continue;
            }
            int at = 0;
            while (at < line.length() && line.charAt(at) != '=' && line.charAt(at) != ':') {
                at++;
            }
            if (at == 0 || at == line.length() || line.charAt(0) == '[') {
                throw invalid(path, number, "is invalid: expected a [section], a key = value or a # comment");
            }
            if (isInside) {
                found.lines.add(new Line(number, strip(line.substring(0, at)), strip(line.substring(at + 1))));
            }
        }
        return found;
    }

    private static String line(Path path, byte[] text, int start, int end, int number) {
        String line;
        try {
            line = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text, start, end - start))
                    .toString();
        } catch (CharacterCodingException e) {
            throw invalid(path, number, "is not UTF-8 text: save the file as UTF-8");
        }
        // Some editors begin a file with a byte order mark.
        return strip(start == 0 && line.startsWith("\ufeff") ? line.substring(1) : line);
    }

    private static String strip(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && Text.isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && Text.isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static ProviderException invalid(Path path, int line, String message) {
        return ProviderException.invalidConfiguration(path + ":" + line + ": " + message);
    }

    /** Names the file and the section. */
    String origin() {
        return path + " [" + name + "]";
    }

    /** Returns the line of a key, in any case like the official SDKs; null when it is missing. */
    private Line find(String key) {
        Line found = null;
        for (Line line : lines) {
            if (!line.key().toLowerCase(Locale.ROOT).equals(key)) {
                continue;
            }
            if (found != null) {
                throw invalid(path, line.number(), "[" + name + "] has more than one " + key + ": keep one of them");
            }
            found = line;
        }
        if (found == null) {
            return null;
        }
        // The format has no quotes, and no comments at the end of a line.
        String odd = Checks.oddCharacter(found.value(), !key.equals("project_id"));
        if (odd != null) {
            throw invalid(
                    path,
                    found.number(),
                    "the " + key + " of [" + name + "] has " + odd
                            + ": give its bare value and nothing else on the line, no comment either");
        }
        return found;
    }

    private String value(String key) {
        Line line = find(key);
        return line == null ? "" : line.value();
    }

    /** Returns the region; the empty string if there is none. */
    String region() {
        String id = value("region");
        String flaw = id.isEmpty() ? null : Region.flaw(id);
        if (flaw != null) {
            throw invalid(path, find("region").number(), flaw);
        }
        return id;
    }

    /** Returns the keys, or throws a {@link ProviderException}. */
    public Credentials credentials() {
        String access = value("ak");
        String secret = value("sk");
        String token = value("security_token");
        String project = value("project_id");
        String flaw = project.isEmpty() ? null : Checks.project("project ID", project);
        if (flaw != null) {
            throw invalid(path, find("project_id").number(), flaw);
        }
        String iam = value("iam_endpoint");
        if (access.isEmpty() && secret.isEmpty() && !isNamed && !value("region").isEmpty()) {
            throw ProviderException.notConfigured(origin() + " has a region and no keys");
        }
        require("ak", access);
        require("sk", secret);
        Credentials keys = Credentials.keys(access, secret)
                .withProviderName(origin())
                .withProjectId(project)
                .withIamEndpoint(iam);
        return token.isEmpty() ? keys : keys.withSecurityToken(token);
    }

    private void require(String key, String value) {
        if (value.isEmpty()) {
            throw invalid(path, header, "[" + name + "] has no " + key + ": add a line " + key + " = ...");
        }
    }
}

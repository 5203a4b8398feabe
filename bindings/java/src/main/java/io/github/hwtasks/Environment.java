package io.github.hwtasks;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The environment variables and the home directory that a client reads: those of the process, or given ones.
 * {@link #toString()} shows no values.
 */
public final class Environment {
    private static final Environment SYSTEM =
            new Environment(System::getenv, () -> System.getenv().keySet(), () -> System.getProperty("user.home", ""));

    private final Function<String, String> lookup;
    private final Supplier<Set<String>> names;
    private final Supplier<String> home;

    private Environment(Function<String, String> lookup, Supplier<Set<String>> names, Supplier<String> home) {
        this.lookup = lookup;
        this.names = names;
        this.home = home;
    }

    /**
     * Returns that of the process, which is read at each use.
     *
     * @return the environment
     */
    public static Environment system() {
        return SYSTEM;
    }

    /**
     * Returns an environment of given variables, without a home directory.
     *
     * @param variables the variables, by name
     * @return the environment
     */
    public static Environment of(Map<String, String> variables) {
        Map<String, String> copy = Map.copyOf(variables);
        return new Environment(copy::get, copy::keySet, () -> "");
    }

    /**
     * Returns an environment of given variables and a home directory.
     *
     * @param variables the variables, by name
     * @param home the home directory
     * @return the environment
     */
    public static Environment of(Map<String, String> variables, Path home) {
        Map<String, String> copy = Map.copyOf(variables);
        String path = Objects.requireNonNull(home, "home").toString();
        return new Environment(copy::get, copy::keySet, () -> path);
    }

    /**
     * Returns a variable.
     *
     * @param name the name
     * @return the value; the empty string if it is unset
     */
    public String get(String name) {
        String value = lookup.apply(name);
        return value == null ? "" : value;
    }

    /**
     * Returns the names of the variables that are set.
     *
     * @return the names, in no order
     */
    public Set<String> names() {
        return Set.copyOf(names.get());
    }

    /**
     * Returns the home directory.
     *
     * @return the directory; empty if it is not known
     */
    public Optional<Path> home() {
        String path = home.get();
        return path.isEmpty() ? Optional.empty() : Optional.of(Path.of(path));
    }

    /** Shows no values. */
    @Override
    public String toString() {
        return "Environment";
    }
}

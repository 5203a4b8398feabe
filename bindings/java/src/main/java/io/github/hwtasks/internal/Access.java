package io.github.hwtasks.internal;

import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.Response;
import io.github.hwtasks.credentials.Credentials;
import io.github.hwtasks.credentials.CredentialsProvider;

/** Opens what the exported packages show nobody else. Each registers its part when it is first needed. */
public final class Access {
    private static volatile Root root;
    private static volatile Secrets secrets;

    private Access() {}

    /** Makes the types of the root package. */
    public abstract static class Root {
        protected Root() {}

        protected abstract Response response(Received received);

        protected abstract Received received(Response response);

        protected abstract ErrorBuilder builder(HwtasksException e);

        protected abstract HwtasksException exception(ErrorBuilder error);
    }

    /** Reads the secrets of credentials. */
    public abstract static class Secrets {
        protected Secrets() {}

        protected abstract String secretKey(Credentials credentials);

        protected abstract String securityToken(Credentials credentials);

        protected abstract String token(Credentials credentials);

        protected abstract boolean isBounded(CredentialsProvider provider);
    }

    public static void register(Root given) {
        root = given;
    }

    public static void register(Secrets given) {
        secrets = given;
    }

    static Response response(Received received) {
        return root().response(received);
    }

    static Received received(Response response) {
        return root().received(response);
    }

    static ErrorBuilder builder(HwtasksException e) {
        return root().builder(e);
    }

    static HwtasksException exception(ErrorBuilder error) {
        return root().exception(error);
    }

    /** Returns the secret key; null for a token. */
    static String secretKey(Credentials credentials) {
        return secrets().secretKey(credentials);
    }

    /** Returns the security token; null if there is none. */
    static String securityToken(Credentials credentials) {
        return secrets().securityToken(credentials);
    }

    /** Returns the token; null for keys. */
    static String token(Credentials credentials) {
        return secrets().token(credentials);
    }

    /** Reports whether a provider ends by itself at the deadline of its call. */
    static boolean isBounded(CredentialsProvider provider) {
        return secrets().isBounded(provider);
    }

    private static Root root() {
        if (root == null) {
            initialize("io.github.hwtasks.RootAccess");
        }
        return root;
    }

    private static Secrets secrets() {
        if (secrets == null) {
            initialize("io.github.hwtasks.credentials.Credentials");
        }
        return secrets;
    }

    private static void initialize(String name) {
        try {
            Class.forName(name, true, Access.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new LinkageError(name + " is missing", e);
        }
    }
}

package io.github.hwtasks.internal;

import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.Kind;
import io.github.hwtasks.Reason;
import io.github.hwtasks.credentials.Credentials;
import io.github.hwtasks.credentials.CredentialsProvider;
import io.github.hwtasks.credentials.ProviderException;
import io.github.hwtasks.signer.SigningException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Fetches credentials, and authorizes requests with them. */
public final class Authorize {
    private Authorize() {}

    /** Returns the credentials of a provider within this time. */
    static Credentials provided(CredentialsProvider provider, long nanos) {
        if (provider instanceof Credentials) {
            return (Credentials) provider;
        }
        Throwable failure;
        try {
            Credentials credentials = Providers.provide(provider, nanos);
            if (credentials != null) {
                return credentials;
            }
            failure = ProviderException.notConfigured("it provides none");
        } catch (HwtasksException e) {
            if (e.kind() == Kind.CANCELLED) {
                throw e;
            }
            failure = e;
        } catch (RuntimeException e) {
            failure = e;
        }
        throw failed(provider.name(), failure);
    }

    private static HwtasksException failed(String provider, Throwable failure) {
        String text = failure.getMessage() == null ? failure.getClass().getName() : failure.getMessage();
        String summary = "no credentials: " + provider + ": " + text;
        boolean isConfigured = true;
        boolean isTransient = failure instanceof HwtasksException && ((HwtasksException) failure).isRetryable();
        if (failure instanceof ProviderException) {
            ProviderException e = (ProviderException) failure;
            isConfigured = e.isConfigured();
            isTransient = e.isRetryable();
            if (!e.failures().isEmpty()) {
                summary = "no credentials: " + text;
            }
        }
        return new ErrorBuilder(Kind.CREDENTIALS, summary)
                .reason(isConfigured ? Reason.PROVIDER_FAILED : Reason.NO_CREDENTIALS)
                .passing(isTransient)
                .cause(failure)
                .build();
    }

    static ProviderException slow(Duration within) {
        return ProviderException.invalidConfiguration("no credentials within " + Text.duration(within))
                .withRetryable(true);
    }

    /** Returns the keys to sign with. */
    public static SignerCore.Keys keys(Credentials credentials, boolean withProject) {
        if (credentials.isToken()) {
            throw SigningException.of("ak", "a token signs nothing: give an access key and its secret key");
        }
        return new SignerCore.Keys(
                credentials.accessKey().orElse(""),
                Access.secretKey(credentials),
                Access.securityToken(credentials),
                withProject ? credentials.projectId().orElse(null) : null);
    }

    /** Adds a token to a request, or its signature for this time. */
    static void authorize(HttpRequest.Builder request, String method, URI uri, Credentials credentials, Instant now) {
        if (credentials.isToken()) {
            String token = Access.token(credentials);
            if (token.isEmpty()) {
                throw Errors.invalidInput("the token is empty").build();
            }
            if (!SignerCore.canBeSent(token) || token.chars().anyMatch(c -> c > 0xff)) {
                throw Errors.invalidInput("the token has a character that cannot be in a header")
                        .build();
            }
            request.setHeader("X-Auth-Token", token);
            return;
        }
        SignerCore.Result signed;
        try {
            signed = SignerCore.sign(method, uri.toString(), List.of(), null, keys(credentials, false), now);
        } catch (SigningException e) {
            throw Errors.invalidInput("the request cannot be signed: " + e.getMessage())
                    .build();
        }
        for (Map.Entry<String, String> header : signed.headers().entrySet()) {
            // The URL says the host, as it was signed.
            if (!header.getKey().equals("Host")) {
                request.setHeader(header.getKey(), header.getValue());
            }
        }
    }
}

package io.github.hwtasks.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hwtasks.credentials.Credentials;
import io.github.hwtasks.signer.SignedRequest;
import io.github.hwtasks.signer.Signer;
import io.github.hwtasks.signer.SigningException;
import io.github.hwtasks.signer.SigningRequest;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Runs the cases of signing.json. */
final class SigningCases {
    private SigningCases() {}

    static void signing(JsonNode one) {
        JsonNode given = one.get("request");
        JsonNode keys = one.get("credentials");
        JsonNode expect = one.get("expect");
        SignedRequest signed;
        try {
            signed = sign(given, keys, Json.textOf(one, "now"));
        } catch (SigningException e) {
            Check.that(Json.has(expect, "error"), "it is refused: " + e);
            JsonNode refused = expect.get("error");
            Check.equal("the parameter", e.parameter(), refused.get("parameter"));
            Check.names(e.getMessage(), Json.textOf(refused, "parameter"));
            String secret = Json.textOf(keys, "sk");
            Check.that(secret.isEmpty() || !e.getMessage().contains(secret), "the message shows the secret key: " + e);
            return;
        }
        Check.that(!Json.has(expect, "error"), "it is not refused");
        Json.known(
                expect,
                "authorization",
                "signed_headers",
                "canonical_request",
                "target",
                "headers",
                "published_signature");
        Check.equal("the authorization", signed.authorization(), expect.get("authorization"));
        Check.equal("the target", signed.target(), expect.get("target"));
        if (expect.has("signed_headers")) {
            Check.equal("the list of headers", signed.signedHeaders(), expect.get("signed_headers"));
        }
        if (expect.has("canonical_request")) {
            Check.equal("the canonical request", signed.canonicalRequest(), expect.get("canonical_request"));
        }
        if (expect.has("headers")) {
            ObjectNode all = Json.object();
            for (var header : Json.members(given.get("headers"))) {
                all.set(header.getKey().toLowerCase(Locale.ROOT), header.getValue());
            }
            signed.headers().forEach((name, value) -> all.put(name.toLowerCase(Locale.ROOT), value));
            ObjectNode wanted = Json.object();
            for (var header : Json.members(expect.get("headers"))) {
                wanted.set(header.getKey().toLowerCase(Locale.ROOT), header.getValue());
            }
            Check.equal("the header", all, wanted);
        }
        if (expect.has("published_signature")) {
            String published = "Signature=" + Json.textOf(expect, "published_signature");
            Check.that(signed.authorization().endsWith(published), "the signature is not " + published);
        }
    }

    private static SignedRequest sign(JsonNode given, JsonNode keys, String now) {
        SigningRequest.Builder request =
                SigningRequest.builder().method(Json.textOf(given, "method")).url(Json.textOf(given, "url"));
        for (var header : Json.members(given.get("headers"))) {
            request.header(header.getKey(), header.getValue().textValue());
        }
        if (Json.has(given, "body")) {
            request.body(Json.textOf(given, "body").getBytes(StandardCharsets.UTF_8));
        }
        Credentials credentials = Credentials.keys(Json.textOf(keys, "ak"), Json.textOf(keys, "sk"));
        if (Json.has(keys, "security_token")) {
            credentials = credentials.withSecurityToken(Json.textOf(keys, "security_token"));
        }
        if (Json.has(keys, "project_id")) {
            credentials = credentials.withProjectId(Json.textOf(keys, "project_id"));
        }
        return Signer.sign(request.build(), credentials, Json.moment(now));
    }
}

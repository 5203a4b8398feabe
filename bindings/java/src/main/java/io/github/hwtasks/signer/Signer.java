package io.github.hwtasks.signer;

import io.github.hwtasks.credentials.Credentials;
import io.github.hwtasks.internal.Authorize;
import io.github.hwtasks.internal.SignerCore;
import java.time.Instant;

/**
 * Signs requests to any Huawei Cloud service with SDK-HMAC-SHA256. It sends nothing.
 *
 * <pre>{@code
 * var request = SigningRequest.builder().url("https://ecs.cn-north-4.myhuaweicloud.com/v1/p/cloudservers").build();
 * var signed = Signer.sign(request, Credentials.keys(ak, sk), Instant.now());
 * }</pre>
 */
public final class Signer {
    private Signer() {}

    /**
     * Signs a request for a time.
     *
     * @param request the request
     * @param credentials an access key and its secret key. The security token of temporary keys is sent and signed as
     *     {@code X-Security-Token}, and a project ID as {@code X-Project-Id}
     * @param now the time of signing, which the gateway compares with its own
     * @return what the signature adds
     * @throws SigningException if a part cannot be signed, such as an empty key or a token in place of keys
     */
    public static SignedRequest sign(SigningRequest request, Credentials credentials, Instant now) {
        SignerCore.Keys keys = Authorize.keys(credentials, true);
        return new SignedRequest(
                SignerCore.sign(request.method(), request.url(), request.headers(), request.body(), keys, now));
    }
}

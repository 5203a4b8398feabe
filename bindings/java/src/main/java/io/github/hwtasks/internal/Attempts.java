package io.github.hwtasks.internal;

import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.Reason;
import io.github.hwtasks.credentials.Credentials;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** The attempts of one call: authorize, send, read, and decide on the next. */
final class Attempts {
    private static final Logger LOGGER = LoggerFactory.getLogger("io.github.hwtasks");

    private final Call call;
    private final Transport transport;
    private final String method;
    private final URI uri;
    private final List<String> headers;
    private final byte[] body;
    private final Pass way;

    // The attempt under way; concurrent calls may change what it used.
    private Credentials used;
    private Duration usedSkew;
    private Instant signed;
    private boolean isSent;

    // What the call has corrected after a 401. It sends once more at the most.
    private boolean isSkewCorrected;
    private Duration formerSkew;
    private Duration correctedSkew;
    private boolean isProbe;
    private boolean isResent;
    private Credentials fetched;

    Attempts(Call call, String method, URI uri, List<String> headers, byte[] body) {
        this.call = call;
        this.transport = call.transport();
        this.method = method;
        this.uri = uri;
        this.headers = headers;
        this.body = body;
        this.way = new Pass(transport.gate(), transport.clock());
    }

    Received run() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        try {
            return loop();
        } finally {
            way.leave();
        }
    }

    private Received loop() throws InterruptedException {
        Received throttled = null;
        for (int attempts = 1; ; attempts++) {
            if (attempts > 1 && transport.http().isClosed()) {
                throw Transport.cancelled().attempts(attempts - 1).build();
            }
            long started = transport.clock().nanoTime();
            Received received = null;
            HwtasksException failed = null;
            try {
                received = attempt().attempts(attempts);
            } catch (HwtasksException e) {
                failed = e;
            }
            long wait = -1;
            if (received != null && received.status() == 401) {
                try {
                    wait = recover(received) ? 0 : -1;
                } catch (HwtasksException e) {
                    failed = e;
                }
            } else {
                wait = decide(attempts, received, failed);
            }
            report(received, failed, attempts, started, wait);
            if (wait >= 0 && wait < call.remaining()) {
                if (wait > 0) {
                    throttled = received != null ? received : throttled;
                    call.sleep(wait);
                }
                continue;
            }
            Duration skew = wait < 0 ? end(received) : Duration.ZERO;
            if (failed != null && throttled != null && failed.isTimeout() && call.remaining() == 0) {
                // The response that was retried says more than the timeout.
                return throttled.withAttempts(attempts);
            }
            if (failed != null) {
                throw Errors.copy(failed)
                        .attempts(isSent ? attempts : attempts - 1)
                        .build();
            }
            // From here on other calls may read the response, which the gate may keep.
            if (!skew.isZero()) {
                throw Errors.ofStatus(received).clockSkew(skew).build();
            }
            return received;
        }
    }

    /** Returns how long to wait before the next attempt; -1 when the result is final. */
    private long decide(int attempts, Received received, HwtasksException failed) {
        if (received != null) {
            way.received(received.status());
            if (call.isPoll() && received.status() == 429) {
                return -1;
            }
        }
        return Retry.wait(
                call.retry(), attempts, received, failed, transport.clock().now(), call.remaining());
    }

    private Received attempt() throws InterruptedException {
        isSent = false;
        signed = null;
        used = admitted();
        usedSkew = transport.skew().get();
        HttpRequest.Builder request = transport.request(method, uri, headers, body);
        if (used != null) {
            Instant now = transport.clock().now().plus(usedSkew);
            Authorize.authorize(request, method, uri, used, now);
            signed = used.isToken() ? null : now;
        }
        long limit = Math.min(call.remaining(), call.limits().attempt().toNanos());
        HttpRequest made = request.build();
        isSent = !transport.http().isClosed();
        return transport.http().exchange(made, limit, call.limits().body());
    }

    /** Returns the credentials of an attempt, once the service accepts credentials; null for none. */
    private Credentials admitted() throws InterruptedException {
        while (true) {
            Pass.Entry entered = way.enter(call.remaining());
            isProbe |= entered.isProbe();
            if (entered.rejected() != null) {
                // They were refused five minutes ago: the source may have others by now.
                transport.provider().invalidate(entered.rejected());
            }
            Credentials credentials = fetched != null ? fetched : call.credentials();
            fetched = null;
            if (way.isValid()) {
                return credentials;
            }
        }
    }

    /** Corrects the clock skew or fetches credentials after a 401; whether the request is sent again. */
    private boolean recover(Received received) throws InterruptedException {
        if (transport.provider() == null) {
            return false;
        }
        Pass.Turn turn = way.refused(received, call.remaining());
        if (isResent || turn == Pass.Turn.END) {
            return false;
        }
        if (turn == Pass.Turn.FOLLOW) {
            isResent = true;
            return true;
        }
        Classify.Refusal refusal = Classify.Refusal.read(received);
        if (refusal.reason() == Reason.KEY_LOCKED) {
            return false;
        }
        Instant service = signed == null ? null : refusal.serviceTime(signed);
        if (service != null) {
            formerSkew = usedSkew;
            correctedSkew = Duration.between(transport.clock().now(), service);
            isSkewCorrected = true;
            transport.skew().set(correctedSkew);
            if (!refusal.saysExpired() || used.isExpired(service)) {
                transport.provider().invalidate(used);
            }
            isResent = true;
            return true;
        }
        if (isProbe || refusal.saysExpired()) {
            return false;
        }
        transport.provider().invalidate(used);
        Credentials others = call.credentials();
        if (others == null || others.isSame(used)) {
            return false;
        }
        fetched = others;
        isResent = true;
        return true;
    }

    /**
     * Keeps a final refusal for the calls to come. It returns the clock skew, when the gateway refused the signature again
     * after its correction.
     */
    private Duration end(Received received) {
        if (received == null || received.status() != 401) {
            return Duration.ZERO;
        }
        // That of the call that led, if another did.
        Duration skew = way.keptClockSkew();
        Classify.Refusal refusal = Classify.Refusal.read(received);
        if (isSkewCorrected) {
            // The Date may come from a proxy. Another call may have stored another skew.
            transport.skew().compareAndSet(correctedSkew, formerSkew);
            skew = refusal.clockSkew(transport.clock().now());
        }
        boolean mayProbe = !isResent && !isProbe && refusal.reason() != Reason.KEY_LOCKED;
        way.hold(new Gate.Kept(received, skew, used, mayProbe));
        return skew;
    }

    /** Logs the end of an attempt, with the attribute names of OpenTelemetry. */
    private void report(Received received, HwtasksException failed, int attempts, long started, long wait) {
        if (!LOGGER.isDebugEnabled()) {
            return;
        }
        double seconds = (transport.clock().nanoTime() - started) / 1e9;
        LoggingEventBuilder event = LOGGER.atDebug()
                .addKeyValue("operation", call.operation())
                .addKeyValue("http.request.resend_count", attempts - 1)
                .addKeyValue("http.client.request.duration", seconds)
                .addKeyValue("retried", wait >= 0);
        if (wait >= 0) {
            event = event.addKeyValue("wait", wait / 1e9);
        }
        if (received == null) {
            event.addKeyValue("error", Text.oneLine(String.valueOf(failed.getMessage())))
                    .log("no response");
            return;
        }
        event.addKeyValue("http.response.status_code", received.status())
                .addKeyValue("http.response.body.size", received.body().length)
                .addKeyValue("request_id", Text.oneLine(received.requestId()))
                .log("response");
    }
}

package io.github.hwtasks.credentials;

import io.github.hwtasks.Clock;
import io.github.hwtasks.internal.SingleFlight;
import io.github.hwtasks.internal.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Caches the credentials of another provider, and refreshes them shortly before they expire.
 *
 * <p>One refresh runs at a time. While the cached credentials are valid, other calls use them; once they have expired,
 * other calls wait for the refresh. An early refresh that fails or takes longer than 5 seconds fails no call: the cached
 * credentials stay in use, and the next refresh runs a minute later.
 */
public final class CachedProvider implements CredentialsProvider {
    private static final Duration REFRESH_RETRY_DELAY = Duration.ofMinutes(1);
    private static final Duration EARLY_REFRESH_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration FETCH_TIMEOUT = Duration.ofMinutes(1);

    private final CredentialsProvider inner;
    private final Clock clock;
    private final Duration before;
    private final Duration fetchTimeout;
    private final SingleFlight<Credentials> flight = new SingleFlight<>("hwtasks-credentials");
    private final ReentrantLock lock = new ReentrantLock();

    private Credentials cached;
    private Instant refreshAt = Instant.MAX;
    /** A failure that another fetch would not fix, repeated until heldUntil. */
    private ProviderException failed;

    private long heldUntil;

    private CachedProvider(Builder builder) {
        this.inner = builder.inner;
        this.clock = builder.clock;
        this.before = builder.before;
        this.fetchTimeout = builder.fetchTimeout;
    }

    /**
     * Returns a builder of a cache for a provider. Credentials without an expiry stay cached until the service refuses
     * them.
     *
     * @param provider the provider to cache
     * @return the builder
     */
    public static Builder builder(CredentialsProvider provider) {
        return new Builder(Objects.requireNonNull(provider, "provider"));
    }

    /**
     * Returns a cache for a provider, with the defaults.
     *
     * @param provider the provider to cache
     * @return the cache
     */
    public static CachedProvider of(CredentialsProvider provider) {
        return builder(provider).build();
    }

    @Override
    public String name() {
        return inner.name();
    }

    /**
     * Returns the cached credentials, or fetches some.
     *
     * @return the credentials
     * @throws ProviderException if the other provider has none
     */
    @Override
    public Credentials provide() {
        Instant now = clock.now();
        Credentials current;
        ProviderException held;
        boolean isEarly = false;
        lock.lock();
        try {
            current = cached;
            held = failed != null && clock.nanoTime() - heldUntil < 0 ? failed : null;
            boolean isFresh = current != null && now.isBefore(refreshAt);
            boolean isValid = current != null && !current.isExpired(now);
            if (isFresh) {
                return current;
            }
            if (isValid) {
                if (held != null || flight.isRunning()) {
                    return current;
                }
                // Before this refresh starts, because its caller may give it up.
                refreshAt = now.plus(REFRESH_RETRY_DELAY);
                isEarly = true;
            } else if (held != null) {
                throw held;
            }
        } finally {
            lock.unlock();
        }
        if (!isEarly) {
            return flight.run(fetchTimeout, () -> refresh(current), CachedProvider::slow);
        }
        return flight.run(EARLY_REFRESH_TIMEOUT, () -> refresh(current), within -> current);
    }

    private static Credentials slow(Duration within) {
        throw ProviderException.invalidConfiguration("no credentials within " + Text.duration(within))
                .withRetryable(true);
    }

    /** Fetches credentials, unless another call has fetched some since it saw these, which may be null. */
    private Credentials refresh(Credentials seen) {
        lock.lock();
        try {
            if (cached != null && cached != seen) {
                return cached;
            }
        } finally {
            lock.unlock();
        }
        Credentials fetched = null;
        ProviderException failure = null;
        try {
            fetched = inner.provide();
            if (fetched == null) {
                failure = ProviderException.notConfigured("it provides none");
            }
        } catch (RuntimeException e) {
            failure = ProviderException.from(e);
        }
        Instant now = clock.now();
        if (failure == null && fetched.isExpired(now)) {
            failure = ProviderException.invalidConfiguration("its credentials expired at "
                    + fetched.expiry().orElseThrow() + ", and this machine's clock says " + now + ": check the clock");
        }
        lock.lock();
        try {
            failed = null;
            if (failure == null) {
                cached = fetched;
                refreshAt = fetched.expiry().map(expiry -> early(now, expiry)).orElse(Instant.MAX);
                return fetched;
            }
            if (!failure.hold().isZero()) {
                failed = failure;
                heldUntil = clock.nanoTime() + failure.hold().toNanos();
            }
            if (cached != null && !cached.isExpired(now)) {
                return cached;
            }
            throw failure;
        } finally {
            lock.unlock();
        }
    }

    private Instant early(Instant now, Instant expiry) {
        Duration half = Duration.between(now, expiry).dividedBy(2);
        return expiry.minus(before.compareTo(half) < 0 ? before : half);
    }

    /**
     * Drops these credentials, which the service refused. Others that were fetched in the meantime stay cached.
     *
     * @param rejected the refused credentials
     */
    @Override
    public void invalidate(Credentials rejected) {
        lock.lock();
        try {
            if (cached != null && cached.isSame(rejected)) {
                cached = null;
            }
        } finally {
            lock.unlock();
        }
        inner.invalidate(rejected);
    }

    /** Names the provider, without its credentials. */
    @Override
    public String toString() {
        return "CachedProvider{" + name() + "}";
    }

    /** Makes a {@link CachedProvider}. */
    public static final class Builder {
        private final CredentialsProvider inner;
        private Clock clock = Clock.system();
        private Duration before = Duration.ofMinutes(15);
        private Duration fetchTimeout = FETCH_TIMEOUT;

        private Builder(CredentialsProvider inner) {
            this.inner = inner;
        }

        /**
         * Sets how long before expiry the credentials are refreshed. Default: 15 minutes. Credentials with less than
         * twice that lifetime are refreshed halfway through it.
         *
         * @param duration how long before
         * @return this builder
         */
        public Builder refreshBeforeExpiry(Duration duration) {
            before = Objects.requireNonNull(duration, "refreshBeforeExpiry");
            return this;
        }

        /**
         * Sets the clock. Default: that of the system. For tests.
         *
         * @param given the clock
         * @return this builder
         */
        public Builder clock(Clock given) {
            clock = Objects.requireNonNull(given, "clock");
            return this;
        }

        /** Sets how long a fetch may take that no call limits. */
        Builder fetchTimeout(Duration timeout) {
            fetchTimeout = timeout;
            return this;
        }

        /**
         * Makes the cache.
         *
         * @return the cache
         */
        public CachedProvider build() {
            return new CachedProvider(this);
        }
    }
}

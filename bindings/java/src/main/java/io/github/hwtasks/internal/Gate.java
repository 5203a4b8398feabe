package io.github.hwtasks.internal;

import io.github.hwtasks.Clock;
import io.github.hwtasks.credentials.Credentials;
import io.github.hwtasks.credentials.CredentialsProvider;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets requests pass until one is refused, then one call alone until the service accepts it.
 *
 * <p>Refusals lock a key. The first refused call leads: it signs by the service's clock or fetches other credentials, and
 * sends once more. Meanwhile every other call waits. If the leader is accepted, the gate opens. If it had nothing to
 * correct, the next call probes alone. After the second refusal, calls end with the kept refusal for five minutes, then
 * the next call probes.
 *
 * <p>Clients that share a provider share its gate.
 */
final class Gate {
    /** How long no request follows a final refusal; a locked key is locked for as long. */
    private static final long REFUSAL_HOLD = Duration.ofMinutes(5).toNanos();

    private static final Map<Key, Gate> GATES = new HashMap<>();
    private static final ReferenceQueue<CredentialsProvider> COLLECTED = new ReferenceQueue<>();

    final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /**
     * Twice the number of recoveries, plus 1 while the gate is closed: a request that passes an open gate reads nothing
     * else.
     */
    private volatile long word;

    private Phase phase = Phase.OPEN;
    private Kept kept = Kept.NOTHING;
    private long until;

    enum Phase {
        OPEN,
        /** One call leads. */
        RECOVERING,
        /** No call leads, and none but a probe sends before a moment of the client's clock. */
        HELD
    }

    /**
     * A refusal, for the calls that send nothing because of it.
     *
     * @param rejected the refused credentials, once their call has ended; else null
     * @param mayProbe whether one call was refused that could correct nothing, and the next one may probe
     */
    record Kept(Received received, Duration clockSkew, Credentials rejected, boolean mayProbe) {
        static final Kept NOTHING = new Kept(null, Duration.ZERO, null, false);
    }

    /** A provider by its identity, which the map does not keep alive. */
    private static final class Key extends WeakReference<CredentialsProvider> {
        private final int hash;

        Key(CredentialsProvider provider) {
            super(provider, COLLECTED);
            this.hash = System.identityHashCode(provider);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            return this == other || other instanceof Key && get() != null && get() == ((Key) other).get();
        }
    }

    /** Returns the gate of a provider. */
    static Gate of(CredentialsProvider provider) {
        synchronized (GATES) {
            for (Object gone = COLLECTED.poll(); gone != null; gone = COLLECTED.poll()) {
                GATES.remove(gone);
            }
            return GATES.computeIfAbsent(new Key(provider), key -> new Gate());
        }
    }

    long word() {
        return word;
    }

    long recoveries() {
        return word >> 1;
    }

    boolean isClosed() {
        return (word & 1) == 1;
    }

    /** Reports whether no call sends now, not even a probe. */
    boolean isShut(Clock clock) {
        lock.lock();
        try {
            return phase == Phase.HELD && !kept.mayProbe() && !isOver(clock);
        } finally {
            lock.unlock();
        }
    }

    // The caller of those below has the lock.

    Phase phase() {
        return phase;
    }

    Kept kept() {
        return kept;
    }

    boolean isOver(Clock clock) {
        return clock.nanoTime() - until >= 0;
    }

    void open(long recoveries) {
        set(Phase.OPEN, Kept.NOTHING, recoveries << 1);
    }

    void recovering(Kept refusal) {
        set(Phase.RECOVERING, refusal, word | 1);
    }

    /** Holds a refusal for five minutes. */
    void hold(Kept refusal, Clock clock) {
        until = clock.nanoTime() + REFUSAL_HOLD;
        set(Phase.HELD, refusal, word | 1);
    }

    /** Lets the next call lead. */
    void handOver(Clock clock) {
        until = clock.nanoTime();
        set(Phase.HELD, kept, word | 1);
    }

    private void set(Phase next, Kept refusal, long nextWord) {
        phase = next;
        kept = refusal;
        word = nextWord;
        changed.signalAll();
    }

    /** Waits for the next change; returns what is left of the time. */
    long await(long nanos) throws InterruptedException {
        return changed.awaitNanos(nanos);
    }
}

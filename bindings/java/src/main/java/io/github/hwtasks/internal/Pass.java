package io.github.hwtasks.internal;

import io.github.hwtasks.Clock;
import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.credentials.Credentials;
import java.time.Duration;

/** A call's way through the {@link Gate}. */
final class Pass {
    private final Gate gate;
    private final Clock clock;
    private long recoveries;
    private boolean leads;

    /**
     * How a call has passed.
     *
     * @param isProbe alone, after a final refusal
     * @param rejected credentials that were refused five minutes ago, to drop first; null for none
     */
    record Entry(boolean isProbe, Credentials rejected) {
        static final Entry PLAIN = new Entry(false, null);
    }

    /** What a refused call does next. */
    enum Turn {
        /** It decides for all. */
        LEAD,
        /** Another call was accepted meanwhile, so it sends once more. */
        FOLLOW,
        /** Its refusal is final. */
        END
    }

    /** The gate is null for requests without credentials. */
    Pass(Gate gate, Clock clock) {
        this.gate = gate;
        this.clock = clock;
    }

    /**
     * Passes the gate, or waits until it can. It throws the kept refusal when the service refused the credentials less
     * than five minutes ago.
     */
    Entry enter(long nanos) throws InterruptedException {
        if (gate == null) {
            return Entry.PLAIN;
        }
        long word = gate.word();
        if (leads || (word & 1) == 0) {
            recoveries = word >> 1;
            return Entry.PLAIN;
        }
        gate.lock.lockInterruptibly();
        try {
            long left = nanos;
            while (gate.phase() == Gate.Phase.RECOVERING) {
                if (left <= 0) {
                    throw Errors.timedOut("new credentials");
                }
                left = gate.await(left);
            }
            recoveries = gate.recoveries();
            return gate.phase() == Gate.Phase.OPEN ? Entry.PLAIN : probe();
        } finally {
            gate.lock.unlock();
        }
    }

    private Entry probe() {
        Gate.Kept kept = gate.kept();
        boolean isOver = gate.isOver(clock);
        if (!isOver && !kept.mayProbe()) {
            throw refusal(kept);
        }
        Entry entry = Entry.PLAIN;
        if (isOver && kept.rejected() != null) {
            entry = new Entry(true, kept.rejected());
        } else if (kept.mayProbe()) {
            entry = new Entry(true, null);
        }
        leads = true;
        gate.recovering(new Gate.Kept(kept.received(), kept.clockSkew(), null, entry.isProbe()));
        return entry;
    }

    private static HwtasksException refusal(Gate.Kept kept) {
        return Errors.ofStatus(kept.received())
                .context("not sent, because the credentials were refused less than five minutes ago")
                .attempts(0)
                .clockSkew(kept.clockSkew())
                .build();
    }

    /** Reports whether the credentials fetched since the call entered may still be sent. */
    boolean isValid() {
        return gate == null || leads || gate.word() == recoveries << 1;
    }

    /** Returns what a refused call does, once no other leads. */
    Turn refused(Received received, long nanos) throws InterruptedException {
        if (gate == null || leads) {
            return Turn.LEAD;
        }
        gate.lock.lockInterruptibly();
        try {
            long left = nanos;
            while (!(gate.phase() == Gate.Phase.OPEN && gate.recoveries() != recoveries)) {
                if (gate.phase() == Gate.Phase.RECOVERING) {
                    if (left <= 0) {
                        return Turn.END;
                    }
                    left = gate.await(left);
                    continue;
                }
                if (gate.phase() == Gate.Phase.HELD && !gate.isOver(clock)) {
                    return Turn.END;
                }
                leads = true;
                gate.recovering(new Gate.Kept(received, Duration.ZERO, null, false));
                return Turn.LEAD;
            }
            return Turn.FOLLOW;
        } finally {
            gate.lock.unlock();
        }
    }

    /** Opens the gate, if the status of a response shows that the credentials were accepted. */
    void received(int status) {
        if (gate == null || !leads && !gate.isClosed() || !Classify.isAuthorizedStatus(status)) {
            return;
        }
        gate.lock.lock();
        try {
            if (leads) {
                leads = false;
                gate.open(gate.recoveries() + 1);
            } else if (gate.phase() == Gate.Phase.HELD && !gate.kept().mayProbe() && gate.recoveries() == recoveries) {
                // A request that was sent before the first refusal leaves the decision to the probe.
                gate.open(recoveries);
            }
        } finally {
            gate.lock.unlock();
        }
    }

    /** Returns the clock skew of a final refusal that is kept; zero if there is none. */
    Duration keptClockSkew() {
        if (gate == null) {
            return Duration.ZERO;
        }
        gate.lock.lock();
        try {
            return gate.phase() == Gate.Phase.HELD ? gate.kept().clockSkew() : Duration.ZERO;
        } finally {
            gate.lock.unlock();
        }
    }

    /** Keeps a final refusal for five minutes, for this call and all others but a probe. */
    void hold(Gate.Kept kept) {
        if (gate == null || !leads) {
            return;
        }
        leads = false;
        gate.lock.lock();
        try {
            gate.hold(kept, clock);
        } finally {
            gate.lock.unlock();
        }
    }

    /** Hands over to the next call, if this one led and did not decide. */
    void leave() {
        if (gate == null || !leads) {
            return;
        }
        leads = false;
        gate.lock.lock();
        try {
            gate.handOver(clock);
        } finally {
            gate.lock.unlock();
        }
    }
}

package io.github.hwtasks.internal;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends exchanges at their deadlines: one thread for all clients, which sleeps while there is nothing to watch. A timer for
 * each request would cost a change of threads each time, and almost none is needed.
 */
final class Watchdog {
    /** How late a deadline may be noticed. */
    private static final long TICK = Duration.ofMillis(10).toNanos();

    /** For how many ticks without an exchange the thread stays awake. */
    private static final int IDLE_TICKS = 50;

    private static final Set<Exchange> EXCHANGES = ConcurrentHashMap.newKeySet();
    private static final Thread THREAD = new Thread(Watchdog::watch, "hwtasks-deadlines");

    private static volatile boolean isAsleep;

    static {
        THREAD.setDaemon(true);
        THREAD.start();
    }

    private Watchdog() {}

    static void add(Exchange exchange) {
        EXCHANGES.add(exchange);
        if (isAsleep) {
            LockSupport.unpark(THREAD);
        }
    }

    static void remove(Exchange exchange) {
        EXCHANGES.remove(exchange);
    }

    /** Ends the exchanges of a closed client. */
    static void close(Http http) {
        for (Exchange exchange : EXCHANGES) {
            if (exchange.isOf(http)) {
                exchange.abort(Exchange.End.CLOSE);
            }
        }
    }

    private static void watch() {
        int idle = 0;
        while (true) {
            long now = System.nanoTime();
            boolean isIdle = true;
            for (Exchange exchange : EXCHANGES) {
                isIdle = false;
                if (exchange.remaining(now) <= 0) {
                    exchange.abort(Exchange.End.DEADLINE);
                }
            }
            idle = isIdle ? idle + 1 : 0;
            if (idle > IDLE_TICKS) {
                isAsleep = true;
                // An exchange that came before is seen here, and one that comes later wakes the thread.
                if (EXCHANGES.isEmpty()) {
                    LockSupport.park(EXCHANGES);
                }
                isAsleep = false;
                idle = 0;
            }
            LockSupport.parkNanos(EXCHANGES, TICK);
        }
    }
}

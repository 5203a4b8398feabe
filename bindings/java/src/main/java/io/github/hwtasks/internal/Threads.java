package io.github.hwtasks.internal;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads of a client. */
final class Threads {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private Threads() {}

    /** Returns an executor with a virtual thread for each task, or on an older Java with daemon threads. */
    static ExecutorService newExecutor() {
        try {
            // Java 21 and later.
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            return Executors.newCachedThreadPool(daemons());
        }
    }

    private static ThreadFactory daemons() {
        return work -> {
            Thread thread = new Thread(work, "hwtasks-" + COUNT.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}

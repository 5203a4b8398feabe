package io.github.hwtasks.internal;

import io.github.hwtasks.Clock;
import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.Reason;
import io.github.hwtasks.RetryPolicy;
import io.github.hwtasks.credentials.Credentials;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;

/** What the services of a client share. A copy for other options of its calls shares all but these. */
public final class Core implements ServiceCore {
    private static final List<String> HEADERS = List.of("Accept", "application/json");

    private final Map<String, String> endpoints;
    private final Transport transport;
    private final Project project;
    private final Executor executor;
    /** The executor, if it ends with the client; else null. */
    private final ExecutorService ownExecutor;

    private final RetryPolicy retry;
    private final Transport.Limits limits;

    /** The endpoint of IAM may be null; without an executor, threads are made. */
    public Core(
            Map<String, String> endpoints,
            Transport transport,
            Origin project,
            String region,
            String iam,
            boolean allowPlainHttp,
            Executor executor) {
        this.endpoints = Map.copyOf(endpoints);
        this.transport = transport;
        this.project = new Project(project, region, iam, allowPlainHttp, transport);
        this.ownExecutor = executor == null ? Threads.newExecutor() : null;
        this.executor = executor == null ? ownExecutor : executor;
        this.retry = transport.retry();
        this.limits = transport.limits();
    }

    private Core(Core from, RetryPolicy retry, Transport.Limits limits) {
        this.endpoints = from.endpoints;
        this.transport = from.transport;
        this.project = from.project;
        this.executor = from.executor;
        this.ownExecutor = from.ownExecutor;
        this.retry = retry;
        this.limits = limits;
    }

    @Override
    public ServiceCore withTimeout(Duration timeout) {
        return new Core(this, retry, limits.withCall(Checks.timeout("timeout", timeout)));
    }

    @Override
    public ServiceCore withAttemptTimeout(Duration timeout) {
        return new Core(this, retry, limits.withAttempt(Checks.timeout("attemptTimeout", timeout)));
    }

    @Override
    public ServiceCore withRetryPolicy(RetryPolicy policy) {
        return new Core(this, Objects.requireNonNull(policy, "retryPolicy"), limits);
    }

    @Override
    public Clock clock() {
        return transport.clock();
    }

    @Override
    public Executor executor() {
        return executor;
    }

    @Override
    public Call newCall(String operation) {
        return transport.newCall(operation, retry, limits);
    }

    @Override
    public void checkEndpoint(String service) {
        if (!endpoints.containsKey(service)) {
            throw Errors.invalidInput("no " + Services.name(service) + " endpoint is set")
                    .reason(Reason.NO_ENDPOINT)
                    .help("set it with " + service + "Endpoint() of the builder, or set the region")
                    .build();
        }
    }

    @Override
    public String endpoint(String service) {
        return endpoints.getOrDefault(service, "");
    }

    @Override
    public String projectId(Call call) {
        String id = project.id(call);
        String flaw = Parameters.checkPathSegment("project ID", id);
        if (flaw != null) {
            throw Errors.invalidInput(flaw).operation(call.operation()).build();
        }
        return id;
    }

    @Override
    public Received send(Call call, String service, String method, String target) {
        checkEndpoint(service);
        return call.send(method, Endpoint.join(endpoints.get(service), target), HEADERS, null);
    }

    @Override
    public boolean isRefusedForGood() {
        return transport.gate() != null && transport.gate().isShut(transport.clock());
    }

    @Override
    public HwtasksException rejected(RejectedExecutionException e) {
        if (transport.http().isClosed()) {
            return Transport.closed().cause(e).build();
        }
        return Errors.invalidInput("the executor of the client refuses the call")
                .help("give an executor that is open and unbounded")
                .cause(e)
                .build();
    }

    /** Fetches the credentials and the project ID, unless they are known. */
    public void load() {
        Call call = transport.newCall("load");
        call.credentials();
        projectId(call);
    }

    /** Returns the credentials; null when requests go without. */
    public Credentials credentials() {
        return transport.newCall("credentials").credentials();
    }

    public Origin project() {
        return project.current();
    }

    /** Cancels what is under way, and refuses all further calls. */
    public void close() {
        transport.close();
        if (ownExecutor != null) {
            ownExecutor.shutdownNow();
        }
    }
}

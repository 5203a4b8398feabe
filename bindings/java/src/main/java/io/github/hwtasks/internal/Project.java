package io.github.hwtasks.internal;

import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.Kind;
import io.github.hwtasks.Reason;
import io.github.hwtasks.credentials.Credentials;
import io.github.hwtasks.internal.json.DecodeFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The project of a client: given, configured with the credentials, or looked up once. */
final class Project {
    private static final String OPERATION = "KeystoneListProjects";
    private static final String FAILED = "the project ID cannot be looked up at IAM";

    private final String region;
    /** The endpoint of IAM, if one is set; else null. */
    private final String iam;

    private final boolean allowPlainHttp;
    private final Transport transport;
    private final SingleFlight<Origin> flight = new SingleFlight<>("hwtasks-project");
    private volatile Origin known;

    Project(Origin known, String region, String iam, boolean allowPlainHttp, Transport transport) {
        this.known = known;
        this.region = region;
        this.iam = iam;
        this.allowPlainHttp = allowPlainHttp;
        this.transport = transport;
    }

    Origin current() {
        return known;
    }

    /** Returns the project ID, with a lookup if it is unknown. */
    String id(Call call) {
        Origin current = known;
        if (current.isSet()) {
            return current.value();
        }
        Duration timeout = transport.limits().call();
        try {
            return Deadline.within(
                            call.remaining(),
                            () -> flight.run(timeout, this::find, within -> {
                                throw Errors.timedOut(FAILED);
                            }))
                    .value();
        } catch (HwtasksException e) {
            // Other calls have the same exception, and each adds its operation and its stack.
            throw Errors.copy(e).operation(call.operation()).build();
        }
    }

    private Origin find() {
        if (known.isSet()) {
            return known;
        }
        Call call = transport.newCall(OPERATION);
        Credentials credentials = call.credentials();
        String configured = credentials == null ? "" : credentials.projectId().orElse("");
        if (!configured.isEmpty()) {
            known = new Origin(configured, Origin.CREDENTIALS);
            return known;
        }
        String endpoint = credentials == null ? "" : credentials.iamEndpoint().orElse("");
        try {
            known = new Origin(lookUp(call, endpoint), Origin.IAM);
            return known;
        } catch (HwtasksException e) {
            if (e.kind() == Kind.CANCELLED) {
                throw e;
            }
            throw Errors.copy(e).operation(OPERATION).context(FAILED).build();
        }
    }

    private String lookUp(Call call, String configured) {
        if (region.isEmpty()) {
            throw Errors.invalidInput("no region is set; set the region or the project ID")
                    .reason(Reason.NO_PROJECT)
                    .build();
        }
        // A region ID needs no encoding in a query.
        String url = Endpoint.join(endpoint(configured), "/v3/projects?name=" + region);
        Received received = call.send("GET", url, List.of(), null);
        if (received.status() != 200) {
            throw Errors.status(received, OPERATION);
        }
        try {
            return onlyProject(received);
        } catch (DecodeFailure e) {
            throw Errors.undecoded(received, e, OPERATION);
        }
    }

    private String endpoint(String configured) {
        if (iam != null) {
            return iam;
        }
        if (configured.isEmpty()) {
            return Endpoint.base(Region.endpoint(region, "iam"), allowPlainHttp);
        }
        try {
            return Endpoint.base(configured, allowPlainHttp);
        } catch (HwtasksException e) {
            throw Errors.copy(e).context("the IAM endpoint of the credentials").build();
        }
    }

    /** Returns the ID of the only project with the name of the region. */
    private String onlyProject(Received received) throws DecodeFailure {
        if (!(ErrorBody.object(received.body()).get("projects") instanceof List<?> projects)) {
            throw DecodeFailure.type("expected an array", "projects");
        }
        List<String> ids = new ArrayList<>();
        for (Object element : projects) {
            if (!(element instanceof Map<?, ?> project)) {
                throw DecodeFailure.type("expected objects", "projects");
            }
            if (region.equals(ErrorBody.text(project, "name"))) {
                ids.add(ErrorBody.text(project, "id"));
            }
        }
        if (ids.size() != 1) {
            String count = "IAM has " + ids.size() + " projects named " + Text.quote(region);
            throw Errors.unexpected(received, count + ": set the project ID")
                    .reason(Reason.AMBIGUOUS_PROJECT)
                    .build();
        }
        String flaw = Checks.project("project ID", ids.get(0));
        if (flaw != null) {
            throw Errors.unexpected(received, flaw).build();
        }
        return ids.get(0);
    }
}

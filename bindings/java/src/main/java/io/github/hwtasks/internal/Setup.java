package io.github.hwtasks.internal;

import io.github.hwtasks.Clock;
import io.github.hwtasks.Environment;
import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.Reason;
import io.github.hwtasks.RetryPolicy;
import io.github.hwtasks.credentials.Credentials;
import io.github.hwtasks.credentials.CredentialsProvider;
import io.github.hwtasks.credentials.ProviderChain;
import io.github.hwtasks.credentials.ProviderException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executor;

/** Makes a client: each setting from the options, else from the environment. */
public final class Setup {
    /** How requests are sent. */
    public final HttpSetup http = new HttpSetup();
    /** The variables and the home directory; null to read neither. */
    public Environment environment;

    public String region;
    /** The given endpoints, by service. */
    public final Map<String, String> endpoints = new HashMap<>();

    public String iam;
    public String projectId;
    public CredentialsProvider credentials;
    public boolean withoutCredentials;
    public RetryPolicy retry = RetryPolicy.defaults();
    public Duration attemptTimeout = Duration.ofSeconds(30);
    public Duration timeout = Duration.ofSeconds(120);
    public int bodyLimit = 16 << 20;
    public Clock clock = Clock.system();
    public Executor executor;

    private Origin usedRegion = Origin.NONE;
    private final Map<String, Origin> used = new HashMap<>();

    /** What a client is made of. */
    public record Made(Core core, Origin region, Map<String, Origin> endpoints) {}

    public Made run() {
        CredentialsProvider provider = provider();
        usedRegion = givenRegion();
        Origin project = project(provider);
        boolean needsRegion = !project.isSet();
        for (String service : Services.ALL) {
            Origin given = givenEndpoint(service);
            if (given != null) {
                used.put(service, given);
            }
            needsRegion |= given == null;
        }
        if (needsRegion && !usedRegion.isSet()) {
            usedRegion = profileRegion();
        }
        if (usedRegion.isSet()) {
            for (String service : Services.ALL) {
                used.computeIfAbsent(service, this::regionalEndpoint);
            }
        }
        if (used.isEmpty()) {
            throw noRegion();
        }
        String iamEndpoint = iam();
        http.environment(environment);
        Transport transport =
                http.transport(provider, clock, retry, new Transport.Limits(attemptTimeout, timeout, bodyLimit));
        Map<String, String> urls = new HashMap<>();
        used.forEach((service, endpoint) -> urls.put(service, endpoint.value()));
        Core core = new Core(
                urls, transport, project, usedRegion.value(), iamEndpoint, http.isPlainHttpAllowed(), executor);
        if (environment != null) {
            try {
                core.load();
            } catch (HwtasksException e) {
                core.close();
                throw e;
            }
        }
        return new Made(core, usedRegion, Map.copyOf(used));
    }

    private HwtasksException noRegion() {
        if (environment != null) {
            return Errors.invalidInput("no region is set")
                    .reason(Reason.NO_REGION)
                    .help(Hints.similar(
                            environment,
                            "set HWTASKS_REGION, or region() of the builder",
                            "HWTASKS_REGION",
                            "HW_REGION_NAME"))
                    .build();
        }
        return Errors.invalidInput("no region and no endpoint is set")
                .reason(Reason.NO_ENDPOINT)
                .help("set one with region(), dcsEndpoint() or kafkaEndpoint() of the builder")
                .build();
    }

    private String variable(String name) {
        return environment == null ? "" : environment.get(name);
    }

    private Origin givenRegion() {
        if (region != null) {
            Region.check(region);
            return new Origin(region, Origin.OPTIONS);
        }
        for (String name : new String[] {"HWTASKS_REGION", "HW_REGION_NAME"}) {
            String id = variable(name);
            if (!id.isEmpty()) {
                String flaw = Region.flaw(id);
                if (flaw != null) {
                    throw Errors.invalidInput(flaw).context(name).build();
                }
                return new Origin(id, name);
            }
        }
        return Origin.NONE;
    }

    /** Returns the region of the credentials file. */
    private Origin profileRegion() {
        if (environment == null) {
            return Origin.NONE;
        }
        ProfileFile profile;
        try {
            profile = ProfileFile.read(environment);
        } catch (ProviderException e) {
            if (e.isConfigured()) {
                throw Errors.invalidInput("no region is set in a variable, and the credentials file cannot be read: "
                                + e.getMessage())
                        .cause(e)
                        .build();
            }
            return Origin.NONE;
        }
        try {
            String id = profile.region();
            return id.isEmpty() ? Origin.NONE : new Origin(id, profile.origin());
        } catch (ProviderException e) {
            throw Errors.invalidInput(e.getMessage()).cause(e).build();
        }
    }

    private Origin project(CredentialsProvider provider) {
        if (projectId != null) {
            check(Checks.project("project ID", projectId));
            return new Origin(projectId, Origin.OPTIONS);
        }
        String name = "HUAWEICLOUD_SDK_PROJECT_ID";
        String id = variable(name);
        if (!id.isEmpty()) {
            check(Checks.project("project ID in " + name, id));
            return new Origin(id, name);
        }
        if (provider == null) {
            throw Errors.invalidInput("no project ID is set")
                    .reason(Reason.NO_PROJECT)
                    .help("set it with projectId() of the builder")
                    .build();
        }
        return Origin.NONE;
    }

    private static void check(String flaw) {
        if (flaw != null) {
            throw Errors.invalidInput(flaw).build();
        }
    }

    private CredentialsProvider provider() {
        if (withoutCredentials) {
            if (credentials != null) {
                throw Errors.invalidInput("credentials and withoutCredentials exclude each other: set one")
                        .build();
            }
            return null;
        }
        if (credentials != null) {
            if (credentials instanceof Credentials given) {
                check(Checks.credentials(given));
            }
            return credentials;
        }
        if (environment == null) {
            throw Errors.invalidInput("no credentials are set")
                    .reason(Reason.NO_CREDENTIALS)
                    .help("set them with credentials() of the builder, or set withoutCredentials() to send requests"
                            + " without")
                    .build();
        }
        String name = "HWTASKS_TOKEN";
        String token = variable(name);
        if (token.isEmpty()) {
            return ProviderChain.official(environment, clock);
        }
        check(Checks.value("token in " + name, token));
        return Credentials.token(token).withProviderName(name);
    }

    /** Returns the endpoint of a service that an option or a variable sets; null if none does. */
    private Origin givenEndpoint(String service) {
        String given = endpoints.get(service);
        if (given != null) {
            return new Origin(Endpoint.base(given, http.isPlainHttpAllowed()), Origin.OPTIONS);
        }
        return endpointVariable("HWTASKS_" + service.toUpperCase(Locale.ROOT) + "_ENDPOINT", false);
    }

    private Origin regionalEndpoint(String service) {
        String suffix = service + "_" + usedRegion.value().replace('-', '_');
        Origin given = endpointVariable("HUAWEICLOUD_SDK_REGION_" + suffix.toUpperCase(Locale.ROOT), true);
        if (given != null) {
            return given;
        }
        String url = Region.endpoint(usedRegion.value(), service);
        return new Origin(Endpoint.base(url, http.isPlainHttpAllowed()), Origin.REGION);
    }

    /**
     * Returns the endpoint in a variable; null if it is not set. The official SDKs take a list, and try each in turn; here
     * the first counts.
     */
    private Origin endpointVariable(String name, boolean isList) {
        String value = variable(name);
        if (value.isEmpty()) {
            return null;
        }
        String url = isList ? value.split(",", 2)[0].strip() : value;
        try {
            return new Origin(Endpoint.base(url, http.isPlainHttpAllowed()), name);
        } catch (HwtasksException e) {
            throw Errors.copy(e).context(name).build();
        }
    }

    private String iam() {
        if (iam != null) {
            return Endpoint.base(iam, http.isPlainHttpAllowed());
        }
        Origin given = endpointVariable("HUAWEICLOUD_SDK_IAM_ENDPOINT", false);
        return given == null ? null : given.value();
    }
}

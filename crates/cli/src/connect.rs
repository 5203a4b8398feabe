//! Builds the client from the global options.

use std::sync::Arc;

use hwtasks::{Client, ClientBuilder, Environment, RetryPolicy};

use crate::dry_run::DryRun;
use crate::error::{CliError, Exit};
use crate::instances::{self, Instance};
use crate::options::{Global, Service};
use crate::runtime;

/// A client, and the emulator that it calls, if any.
pub(crate) struct Connection {
    pub(crate) client: Client,
    /// Set by --dry-run: the client's requests are printed.
    pub(crate) dry_run: Option<DryRun>,
    #[cfg(feature = "emulator")]
    _emulator: Option<hwtasks_emulator::Emulator>,
}

impl Connection {
    /// Builds the client, without sending anything. Must be called inside the runtime.
    pub(crate) async fn open(global: &Global) -> Result<Self, CliError> {
        Self::open_with(global, |builder| builder).await
    }

    /// Like [`open`](Self::open), for a shell that waits: without the metadata service, which a machine
    /// outside the cloud does not have.
    pub(crate) async fn open_for_completion(global: &Global) -> Result<Self, CliError> {
        let environment = environment(global).with_variable(METADATA_DISABLED, "1");
        Self::open_in(global, environment, |builder| builder).await
    }

    /// Like [`open`](Self::open), with further settings of the command.
    pub(crate) async fn open_with(
        global: &Global,
        set: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Result<Self, CliError> {
        Self::open_in(global, environment(global), set).await
    }

    /// Uses the environment, unless that of an emulator takes its place.
    async fn open_in(
        global: &Global,
        environment: Environment,
        set: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Result<Self, CliError> {
        #[cfg(feature = "emulator")]
        let emulator = match global.emulator() {
            true => Some(start_emulator().await?),
            false => None,
        };
        #[cfg(feature = "emulator")]
        let environment = match &emulator {
            // Without the token, so that requests are signed as for the cloud.
            Some(emulator) => Environment::from_vars(
                emulator
                    .variables()
                    .into_iter()
                    .filter(|(name, _)| *name != "HWTASKS_TOKEN"),
            ),
            None => environment,
        };
        let builder = set(builder(global, environment));
        // It may read a credentials file that blocks, which an interruption must not wait for.
        let built = tokio::select! {
            built = runtime::on_a_thread(move || builder.build()) => built,
            () = runtime::interrupted() => {
                return Err(CliError::new(Exit::Interrupted, "before the configuration was read"));
            }
        };
        let client = built.ok_or_else(|| CliError::bad_input("the client cannot be set up"))??;
        let (client, dry_run) = match global.dry_run {
            true => DryRun::new(&client)
                .await
                .map(|(client, it)| (client, Some(it)))?,
            false => (client, None),
        };
        Ok(Self {
            client,
            dry_run,
            #[cfg(feature = "emulator")]
            _emulator: emulator,
        })
    }

    /// Loads the credentials and the project ID, if necessary.
    pub(crate) async fn check(&self) -> Result<(), CliError> {
        Ok(self.client.load().await?)
    }

    /// The instance of an argument: an ID, or `@NAME`, which is looked up.
    pub(crate) async fn instance(
        &self,
        service: Service,
        argument: &str,
    ) -> Result<Arc<Instance>, CliError> {
        let found = match &self.dry_run {
            Some(dry_run) => dry_run.instance(service, &self.client, argument).await,
            None => instances::resolve(service, &self.client, argument).await,
        };
        found.map_err(|failure| failure.at(self.service_place(service)))
    }

    /// Says for --dry-run which requests depend on the responses.
    pub(crate) fn then(&self, what: impl Into<String>) {
        if let Some(dry_run) = &self.dry_run {
            dry_run.then(what);
        }
    }

    /// The instance and the endpoint, for messages.
    pub(crate) fn place(&self, instance: &Instance) -> String {
        let title = instance.service.title();
        let named = match &instance.name {
            Some(name) => format!("{title} instance {name:?} ({})", instance.id),
            None => format!("{title} instance {:?}", instance.id),
        };
        match self.endpoint(instance.service) {
            Some(endpoint) => format!("{named} at {endpoint}"),
            None => named,
        }
    }

    /// The instances of a service and the endpoint, for messages.
    pub(crate) fn service_place(&self, service: Service) -> String {
        let title = service.title();
        match self.endpoint(service) {
            Some(endpoint) => format!("{title} instances at {endpoint}"),
            None => format!("{title} instances"),
        }
    }

    fn endpoint(&self, service: Service) -> Option<&str> {
        match service {
            Service::Dcs => self.client.dcs_endpoint(),
            Service::Kafka => self.client.kafka_endpoint(),
        }
    }
}

/// The variable that turns the metadata service of a cloud server off.
const METADATA_DISABLED: &str = "HWTASKS_METADATA_DISABLED";
/// What says which account is used, other than the profile does.
const OTHER_ACCOUNT: [&str; 5] = [
    "HWTASKS_TOKEN",
    "HUAWEICLOUD_SDK_AK",
    "HUAWEICLOUD_SDK_SK",
    "HUAWEICLOUD_SDK_SECURITY_TOKEN",
    "HUAWEICLOUD_SDK_PROJECT_ID",
];

/// The variables of this process, and those that flags stand for.
fn environment(global: &Global) -> Environment {
    let environment = match global.dry_run {
        // The metadata service would get a request.
        true => Environment::system().with_variable(METADATA_DISABLED, "1"),
        false => Environment::system(),
    };
    let Some(profile) = &global.profile else {
        return environment;
    };
    // Who names a profile means its account, whatever the variables say; an empty one is not set.
    let environment = OTHER_ACCOUNT.iter().fold(environment, |environment, name| {
        environment.with_variable(*name, "")
    });
    environment.with_variable("HWTASKS_PROFILE", profile)
}

fn builder(global: &Global, environment: Environment) -> ClientBuilder {
    let mut builder = ClientBuilder::from_environment(environment)
        .user_agent_suffix(concat!("hwtasks-cli/", env!("CARGO_PKG_VERSION")));
    if let Some(region) = &global.region {
        builder = builder.region(region);
    }
    if let Some(project) = &global.project_id {
        builder = builder.project_id(project);
    }
    if let Some(endpoint) = &global.endpoint {
        builder = builder.dcs_endpoint(endpoint).kafka_endpoint(endpoint);
    }
    if let Some(timeout) = global.timeout {
        builder = builder.timeout(timeout);
    }
    if let Some(retries) = global.max_retries {
        let attempts = retries.saturating_add(1);
        builder = builder.retry_policy(RetryPolicy::default().with_max_attempts(attempts));
    }
    builder
}

#[cfg(feature = "emulator")]
async fn start_emulator() -> Result<hwtasks_emulator::Emulator, CliError> {
    use hwtasks_emulator::program;

    let described = |error: program::Failure| CliError::bad_input(format!("--emulator: {error}"));
    let options = program::Options::from_variables().map_err(|error| {
        described(error)
            .with_help("fix or unset the variable; `hwtasks emulator --help` describes it")
    })?;
    // Only the data can be invalid in the options.
    let builder = options
        .builder()
        .map_err(|error| described(error).at("HWTASKS_EMULATOR_DATA"))?;
    let started = builder.start().await;
    started.map_err(|error| described(error.into()))
}

/// Refuses flags that contradict each other. clap does not when they stand at different commands.
pub(crate) fn check_flags(global: &Global) -> Result<(), CliError> {
    let contradictions = [
        (
            global.emulator() && global.endpoint.is_some(),
            "--emulator",
            "--endpoint",
        ),
        (
            global.emulator() && global.profile.is_some(),
            "--emulator",
            "--profile",
        ),
        (global.raw && global.query.is_some(), "--raw", "--query"),
        (global.raw && global.output.is_some(), "--raw", "--output"),
        (global.quiet && global.verbose > 0, "--quiet", "--verbose"),
    ];
    if global.profile.as_ref().is_some_and(String::is_empty) {
        return Err(CliError::bad_input("--profile is empty")
            .with_help("name a profile of the credentials file, or leave --profile out"));
    }
    match contradictions.iter().find(|(contradict, ..)| *contradict) {
        Some((_, one, other)) => {
            let what = format!("{one} and {other} cannot be used together");
            Err(CliError::bad_input(what).with_help("leave one of them out"))
        }
        None => Ok(()),
    }
}

/// Names flags in an error instead of the variables that they stand for.
pub(crate) fn with_flag_names(global: &Global, error: CliError) -> CliError {
    match &global.profile {
        Some(profile) => error.with_profile_flag(profile),
        None => error,
    }
}

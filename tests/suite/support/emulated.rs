//! An emulator in this process and clients of it, with clocks that advance only on demand.

use hwtasks::{Client, ClientBuilder, Credentials, ManualTimeSource, ProvideCredentials};
use hwtasks_emulator::{ACCESS_KEY, Builder, Clock, Control, Emulator, PROJECT_ID, SECRET_KEY};

use crate::support::server::clock;

pub(crate) const NOW: &str = "2026-01-02T03:04:05Z";

/// A running emulator with the client's clock.
pub(crate) struct Emulated {
    pub(crate) emulator: Emulator,
    pub(crate) control: Control,
    /// The client's clock.
    pub(crate) time: ManualTimeSource,
}

impl Emulated {
    pub(crate) async fn start() -> Self {
        Self::start_as(Emulator::builder()).await
    }

    pub(crate) async fn start_as(builder: Builder) -> Self {
        let now = || Clock::manual(NOW.parse().expect("it is a time"));
        Self::start_with(builder.clock(now()).gateway_clock(now())).await
    }

    /// Starts an emulator that keeps the clocks of its builder.
    pub(crate) async fn start_with(builder: Builder) -> Self {
        let emulator = builder.start().await.expect("an emulator on loopback");
        Self {
            control: emulator.control(),
            emulator,
            time: clock(NOW),
        }
    }

    pub(crate) fn builder(&self, credentials: impl ProvideCredentials + 'static) -> ClientBuilder {
        Client::builder()
            .dcs_endpoint(self.emulator.dcs_url())
            .kafka_endpoint(self.emulator.kafka_url())
            .project_id(PROJECT_ID)
            .credentials(credentials)
            .time_source(self.time.clone())
    }

    /// A client that signs with the emulator's keys.
    pub(crate) fn signing(&self) -> Client {
        self.builder(keys()).build().expect("it builds")
    }
}

pub(crate) fn keys() -> Credentials {
    Credentials::keys(ACCESS_KEY, SECRET_KEY)
}

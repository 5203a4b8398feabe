//! The regions of the official SDKs, from xtask/data/regions.json.

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

const DATA: &str = include_str!("../data/regions.json");

/// A region of the official SDKs.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// The ID, such as `cn-north-4`.
    pub id: String,
    /// The DCS endpoints. The first is preferred.
    pub dcs: Vec<String>,
    /// The endpoints of DMS for Kafka. The first is preferred.
    pub kafka: Vec<String>,
    /// The IAM endpoint, if the region has one.
    pub iam: Option<String>,
    /// The endpoints that differ from `https://SERVICE.REGION.myhuaweicloud.com`, by the name of the service in clients.
    /// `None` if the region lacks the service.
    #[serde(skip_deserializing)]
    pub exceptions: Vec<(&'static str, Option<String>)>,
}

impl Region {
    /// Returns the preferred endpoints that differ from the pattern.
    fn exceptions(&self) -> Vec<(&'static str, Option<String>)> {
        let endpoints = [
            ("dcs", "dcs", self.dcs.first()),
            ("kafka", "dms", self.kafka.first()),
            ("iam", "iam", self.iam.as_ref()),
        ];
        let differing = endpoints
            .into_iter()
            .filter_map(|(service, host, endpoint)| {
                let usual = format!("https://{host}.{}.myhuaweicloud.com", self.id);
                let differs = endpoint.is_none_or(|endpoint| *endpoint != usual);
                differs.then(|| (service, endpoint.cloned()))
            });
        differing.collect()
    }
}

#[derive(Deserialize)]
struct Regions {
    regions: Vec<Region>,
}

/// Returns all regions, ordered by ID.
///
/// # Errors
///
/// If xtask/data/regions.json cannot be parsed, its regions are duplicate or unordered, or an ID or endpoint is invalid.
pub fn all() -> Result<Vec<Region>> {
    let Regions { mut regions } = serde_json::from_str(DATA).context("xtask/data/regions.json")?;
    for region in &regions {
        let id = &region.id;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        ensure!(
            !id.is_empty() && id.chars().all(plain),
            "{id:?} is not a region ID"
        );
        ensure!(
            !region.dcs.is_empty() && !region.kafka.is_empty(),
            "{id}: a service has no endpoint"
        );
        for url in region.dcs.iter().chain(&region.kafka).chain(&region.iam) {
            ensure!(
                url.starts_with("https://") && !url.ends_with('/'),
                "{id}: {url:?} is not an https endpoint without a trailing slash"
            );
        }
    }
    ensure!(
        regions.is_sorted_by(|a, b| a.id < b.id),
        "xtask/data/regions.json: regions must be unique and ordered by ID"
    );
    for region in &mut regions {
        region.exceptions = region.exceptions();
    }
    Ok(regions)
}

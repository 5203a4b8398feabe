//! The regions that the official SDKs know, read from xtask/data/regions.json.

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

const DATA: &str = include_str!("../data/regions.json");

/// A region as the official SDKs know it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Its ID: `cn-north-4`.
    pub id: String,
    /// The endpoints of DCS, the preferred one first.
    pub dcs: Vec<String>,
    /// The endpoints of DMS for Kafka, the preferred one first.
    pub kafka: Vec<String>,
    /// The endpoint of IAM, where the region has its own.
    pub iam: Option<String>,
    /// The endpoints that differ from `https://SERVICE.REGION.myhuaweicloud.com`, by the service
    /// that clients name; `None` for one that the region does not have.
    #[serde(skip_deserializing)]
    pub exceptions: Vec<(&'static str, Option<String>)>,
}

impl Region {
    /// The preferred endpoints that differ from the pattern.
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

/// Every region, in the order of the IDs.
///
/// # Errors
///
/// When xtask/data/regions.json cannot be read, an ID is not one, a region stands twice or out of
/// order, or an endpoint is not the beginning of an `https` URL.
pub fn all() -> Result<Vec<Region>> {
    let Regions { mut regions } = serde_json::from_str(DATA).context("xtask/data/regions.json")?;
    for region in &regions {
        let id = &region.id;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        ensure!(
            !id.is_empty() && id.chars().all(plain),
            "{id:?} is not the ID of a region"
        );
        ensure!(
            !region.dcs.is_empty() && !region.kafka.is_empty(),
            "{id}: a service has no endpoint"
        );
        for url in region.dcs.iter().chain(&region.kafka).chain(&region.iam) {
            ensure!(
                url.starts_with("https://") && !url.ends_with('/'),
                "{id}: {url:?} is not an endpoint"
            );
        }
    }
    ensure!(
        regions.is_sorted_by(|a, b| a.id < b.id),
        "xtask/data/regions.json: the regions are not in order, or one stands twice"
    );
    for region in &mut regions {
        region.exceptions = region.exceptions();
    }
    Ok(regions)
}

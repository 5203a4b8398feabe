//! Regions and the endpoints of their services.

use crate::error::Error;
use crate::generated::regions::REGIONS;

/// The endpoint of IAM for regions without a regional one.
const GLOBAL_IAM: &str = "https://iam.myhuaweicloud.com";

/// A region in the table of the official SDKs.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) id: &'static str,
    pub(crate) dcs: &'static [&'static str],
    pub(crate) kafka: &'static [&'static str],
    pub(crate) iam: Option<&'static str>,
}

/// A service whose endpoint depends on the region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Dcs,
    Kafka,
    Iam,
}

/// A valid region ID, such as `cn-north-4`, that can be part of a host name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Region(String);

impl Region {
    /// Validates the ID: letters, digits and inner hyphens. Other characters could change the host.
    pub(crate) fn new(id: &str) -> Result<Self, Error> {
        let fits = id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if id.is_empty() || !fits || id.starts_with('-') || id.ends_with('-') || id.len() > 63 {
            return Err(Error::invalid_input(format!(
                "{id:?} is not a region: give its ID, such as cn-north-4"
            )));
        }
        Ok(Self(id.to_owned()))
    }

    pub(crate) fn id(&self) -> &str {
        &self.0
    }

    /// Returns the endpoint in the table of the official SDKs, or else by their pattern.
    pub(crate) fn endpoint(&self, service: Service) -> String {
        let known = REGIONS.iter().find(|known| known.id == self.0);
        let listed = known.and_then(|known| match service {
            Service::Dcs => known.dcs.first().copied(),
            Service::Kafka => known.kafka.first().copied(),
            Service::Iam => Some(known.iam.unwrap_or(GLOBAL_IAM)),
        });
        listed.map_or_else(|| self.by_pattern(service), str::to_owned)
    }

    fn by_pattern(&self, service: Service) -> String {
        let host = match service {
            Service::Dcs => "dcs",
            Service::Kafka => "dms",
            Service::Iam => "iam",
        };
        format!("https://{host}.{}.myhuaweicloud.com", self.0)
    }
}

/// Returns the region IDs in the official SDKs, in alphabetical order.
///
/// A client accepts other regions too, and builds their endpoints by the pattern
/// `https://dcs.{region}.myhuaweicloud.com`.
///
/// ```
/// assert!(hwtasks::known_regions().any(|region| region == "cn-north-4"));
/// ```
pub fn known_regions() -> impl Iterator<Item = &'static str> {
    REGIONS.iter().map(|known| known.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints(id: &str) -> [String; 3] {
        let region = Region::new(id).unwrap();
        [Service::Dcs, Service::Kafka, Service::Iam].map(|service| region.endpoint(service))
    }

    #[test]
    fn known_region_uses_its_first_endpoint() {
        for known in REGIONS {
            let iam = known.iam.unwrap_or("https://iam.myhuaweicloud.com");
            assert_eq!(endpoints(known.id), [known.dcs[0], known.kafka[0], iam]);
        }
    }

    #[test]
    fn region_with_irregular_endpoints_uses_the_table_and_unknown_region_the_pattern() {
        assert_eq!(
            endpoints("eu-west-101"),
            [
                "https://dcs.eu-west-101.myhuaweicloud.com",
                "https://dms.eu-west-101.myhuaweicloud.eu",
                "https://iam.myhuaweicloud.com",
            ]
        );
        assert_eq!(
            endpoints("xx-new-9"),
            [
                "https://dcs.xx-new-9.myhuaweicloud.com",
                "https://dms.xx-new-9.myhuaweicloud.com",
                "https://iam.xx-new-9.myhuaweicloud.com",
            ]
        );
    }
}

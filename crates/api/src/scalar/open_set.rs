//! Open sets: enums of the known values, with a variant for any other value.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::convert::scalar;
use crate::body::Field;

macro_rules! open_set {
    (
        $(#[$meta:meta])*
        $name:ident {
            $($variant:ident = $text:literal, $meaning:literal;)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`: ", $meaning, ".")] $variant,)+
            /// Any other value, as received.
            Unknown(String),
        }

        impl $name {
            /// Every known value, with its meaning.
            pub const KNOWN: &'static [(&'static str, &'static str)] = &[$(($text, $meaning)),+];

            /// Returns the value as the service spells it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown(text) => text,
                }
            }

            fn read(text: Cow<'_, str>) -> Self {
                match &*text {
                    $($text => Self::$variant,)+
                    _ => Self::Unknown(text.into_owned()),
                }
            }
        }

        impl Default for $name {
            /// Returns the empty text, which the V1.0 document shows for an unset value.
            fn default() -> Self {
                Self::Unknown(String::new())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::read(Cow::Borrowed(text))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::read(Cow::Owned(text))
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        // By text, so that `Unknown("SUCCESS".into())` equals `Success`.
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl Eq for $name {}

        impl std::hash::Hash for $name {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        // Anything that is a text: a known name costs no allocation.
        impl Field for $name {
            fn from_text(text: &str) -> Option<Self> {
                Some(text.into())
            }

            fn from_bool(value: bool) -> Option<Self> {
                String::from_bool(value).map(Self::from)
            }

            fn from_unsigned(number: u64) -> Option<Self> {
                String::from_unsigned(number).map(Self::from)
            }

            fn from_signed(number: i64) -> Option<Self> {
                String::from_signed(number).map(Self::from)
            }

            fn from_float(number: f64) -> Option<Self> {
                String::from_float(number).map(Self::from)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                scalar(deserializer, "a string")
            }
        }
    };
}

open_set! {
    /// State of a task: an open set, so that a new state breaks no client.
    ///
    /// DCS documents SUCCESS, FAILED, EXECUTING, CREATED and WAITING; Kafka documents CREATED,
    /// SUCCESS, FAILED, DELETED, EXECUTING and CANCELLED. V1.0 lists none and shows `""`.
    ///
    /// ```
    /// use hwtasks_api::TaskStatus;
    ///
    /// assert_eq!(TaskStatus::from("SUCCESS"), TaskStatus::Success);
    /// assert!(TaskStatus::Cancelled.is_terminal());
    /// assert_eq!(TaskStatus::from("PAUSED").as_str(), "PAUSED");
    /// assert!(!TaskStatus::from("PAUSED").is_terminal());
    /// ```
    TaskStatus {
        Created = "CREATED", "the task was created";
        Waiting = "WAITING", "the task is queued (DCS only)";
        Executing = "EXECUTING", "the task is running";
        Success = "SUCCESS", "the task succeeded";
        Failed = "FAILED", "the task failed";
        Cancelled = "CANCELLED", "the scheduled task was canceled (Kafka only)";
        Deleted = "DELETED", "the task was deleted (Kafka only)";
    }
}

impl TaskStatus {
    /// Returns whether the state is final: SUCCESS, FAILED, CANCELLED or DELETED, in whatever case.
    ///
    /// An unknown state is not final.
    pub fn is_terminal(&self) -> bool {
        let is = |known: &str| self.as_str().eq_ignore_ascii_case(known);
        ["SUCCESS", "FAILED", "CANCELLED", "DELETED"]
            .into_iter()
            .any(is)
    }
}

open_set! {
    /// Kind of a task: an open set.
    ///
    /// The DCS V2 documents list `ChangeInstanceSpec`, `BindEip`, `UnBindEip`, `AddReplica`,
    /// `DelReplica`, `AddWhitelist`, `UpdatePort` and `RemoveIpFromDns`. Newer DCS pages add
    /// `EXTEND`, `masterStandbySwapJob` and `modify`. The other names come from examples and from
    /// the Terraform provider; no document lists the names of Kafka.
    ///
    /// ```
    /// use hwtasks_api::TaskName;
    ///
    /// assert_eq!(TaskName::from("EXTEND"), TaskName::Extend);
    /// assert_eq!(TaskName::from("somethingNew").as_str(), "somethingNew");
    /// ```
    TaskName {
        ChangeInstanceSpec = "ChangeInstanceSpec", "DCS: change the specification (older name)";
        Extend = "EXTEND", "DCS: change the specification (name since 2024)";
        BindEip = "BindEip", "DCS: enable public access";
        UnBindEip = "UnBindEip", "DCS: disable public access";
        AddReplica = "AddReplica", "DCS: add replicas";
        DelReplica = "DelReplica", "DCS: delete replicas";
        AddWhitelist = "AddWhitelist", "DCS: set the IP address whitelist";
        UpdatePort = "UpdatePort", "DCS: change the port";
        RemoveIpFromDns = "RemoveIpFromDns", "DCS: remove an IP address from the domain name";
        MasterStandbySwapJob = "masterStandbySwapJob", "DCS: swap master and standby";
        Modify = "modify", "DCS: change the instance";
        DcsExportJob = "dcsExportJob", "DCS: export data";
        DeleteAcl = "DeleteAcl", "DCS: delete an account";
        ModifyAutoTopic = "modifyAutoTopic", "Kafka: turn automatic topic creation on or off";
        ChangeRetentionPolicy = "changeRetentionPolicy", "Kafka: change the retention policy";
        BindInstancePublicIp = "bindInstancePublicIp", "Kafka: enable public access";
        UnbindInstancePublicIp = "unbindInstancePublicIp", "Kafka: disable public access";
        KafkaConfigModify = "kafkaConfigModify", "Kafka: change the configuration";
    }
}

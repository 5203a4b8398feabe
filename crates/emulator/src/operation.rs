//! The two services and their operations: four of tasks and two instance lists.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A cloud service. Each service has its own listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// Distributed Cache Service.
    Dcs,
    /// Distributed Message Service for Kafka.
    Kafka,
}

impl Service {
    /// The name in the control API and in data files: `dcs` or `kafka`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dcs => "dcs",
            Self::Kafka => "kafka",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Service {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "dcs" => Ok(Self::Dcs),
            "kafka" => Ok(Self::Kafka),
            _ => Err(format!("unknown service {text:?}: expected dcs or kafka")),
        }
    }
}

/// An operation, named by its `operationId` in the OpenAPI documents of the project. The published documents have the task
/// operations only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Operation {
    /// `GET /v1.0/{project_id}/instances/{instance_id}/tasks` on the DCS host.
    ListDcsTasksV1,
    /// `GET /v2/{project_id}/instances/{instance_id}/tasks` on the DCS host.
    ListDcsTasks,
    /// `GET /v2/{project_id}/instances/{instance_id}/tasks` on the Kafka host.
    ListKafkaTasks,
    /// `GET /v2/{project_id}/instances/{instance_id}/tasks/{task_id}` on the Kafka host.
    ShowKafkaTask,
    /// `GET /v2/{project_id}/instances` on the DCS host.
    ListDcsInstances,
    /// `GET /v2/{project_id}/instances` on the Kafka host. It lists Kafka, RabbitMQ and RocketMQ instances.
    ListDmsInstances,
}

impl Operation {
    /// All operations.
    pub const ALL: [Self; 6] = [
        Self::ListDcsTasksV1,
        Self::ListDcsTasks,
        Self::ListKafkaTasks,
        Self::ShowKafkaTask,
        Self::ListDcsInstances,
        Self::ListDmsInstances,
    ];

    /// The service of the operation.
    pub fn service(self) -> Service {
        match self {
            Self::ListDcsTasksV1 | Self::ListDcsTasks | Self::ListDcsInstances => Service::Dcs,
            Self::ListKafkaTasks | Self::ShowKafkaTask | Self::ListDmsInstances => Service::Kafka,
        }
    }

    /// The path template, with path parameters in braces.
    pub fn path(self) -> &'static str {
        match self {
            Self::ListDcsTasksV1 => "/v1.0/{project_id}/instances/{instance_id}/tasks",
            Self::ListDcsTasks | Self::ListKafkaTasks => {
                "/v2/{project_id}/instances/{instance_id}/tasks"
            }
            Self::ShowKafkaTask => "/v2/{project_id}/instances/{instance_id}/tasks/{task_id}",
            Self::ListDcsInstances | Self::ListDmsInstances => "/v2/{project_id}/instances",
        }
    }
}

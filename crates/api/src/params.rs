//! `params_as`: parses the JSON text in a task's `params`.

use serde::de::DeserializeOwned;

use crate::dcs::{DcsTask, DcsTaskV1};
use crate::kafka::KafkaTask;

macro_rules! params_accessor {
    ($($task:ident),+) => {
        $(impl $task {
            /// Parses the parameters of the task as JSON; `None` if there are none.
            ///
            /// Every Kafka example shows JSON in `params`, but no document promises it. Expect text
            /// that is not JSON.
            ///
            /// # Errors
            ///
            /// If the text is not JSON, or not JSON that `T` accepts. Read `params` for the text.
            pub fn params_as<T: DeserializeOwned>(&self) -> Result<Option<T>, serde_json::Error> {
                match self.params.as_deref() {
                    None | Some("") => Ok(None),
                    Some(text) => serde_json::from_str(text).map(Some),
                }
            }
        })+
    };
}

params_accessor!(DcsTask, DcsTaskV1, KafkaTask);

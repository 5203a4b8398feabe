//! The JSON that tasks carry as text in `params`.

use serde::de::DeserializeOwned;

use crate::dcs::{DcsTask, DcsTaskV1};
use crate::kafka::KafkaTask;

macro_rules! params_accessor {
    ($($task:ident),+) => {
        $(impl $task {
            /// The parameters of the task, parsed; `None` when there are none.
            ///
            /// No document says that `params` holds JSON, though every Kafka example shows it, so
            /// text that is not JSON is to be expected.
            ///
            /// # Errors
            ///
            /// When the text is not JSON, or not the JSON that `T` takes; `params` has the text.
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

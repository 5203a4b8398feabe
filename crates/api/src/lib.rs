//! Types of the background-task APIs.

//! Lists of tasks: parameters, pages and sweeps.

pub(crate) mod pager;
pub(crate) mod params;
pub(crate) mod sweep;

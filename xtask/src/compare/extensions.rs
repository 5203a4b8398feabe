//! The vendor extensions of operations.

use super::Impact::{Breaking, Compatible, NeedsReview};
use super::{Comparison, Place, Sides, items, members, names};

/// The extensions that generated clients implement, and who depends on each.
const CONTRACT: [(&str, &str); 4] = [
    ("x-hwtasks-pagination", "clients that page through the list"),
    (
        "x-hwtasks-time-window",
        "clients that filter the list by time",
    ),
    ("x-hwtasks-waiter", "clients that wait for a task"),
    ("x-hwtasks-facade", "code that calls the generated method"),
];

impl Comparison<'_> {
    pub(super) fn extension(&mut self, place: &Place, name: &str, sides: Sides<'_>) {
        let contract = CONTRACT.iter().find(|(extension, _)| *extension == name);
        match (contract, sides) {
            (Some((_, affects)), (Some(was), Some(is))) if was.is_object() && is.is_object() => {
                let (was, is) = (members(Some(was)), members(Some(is)));
                for field in names(was, is) {
                    let (place, sides) = (place.child(field), (was.get(field), is.get(field)));
                    if !same_set(sides) {
                        self.push(
                            Breaking,
                            &place,
                            format!("`{field}` of `{name}`"),
                            sides,
                            affects,
                        );
                    }
                }
            }
            (Some(_), (None, is)) => {
                self.push(Compatible, place, format!("`{name}`"), (None, is), "");
            }
            (Some((_, affects)), sides) => {
                self.push(Breaking, place, format!("`{name}`"), sides, affects);
            }
            (None, sides) if name == "x-huaweicloud-api" => {
                let what = "the name in the official documents";
                self.push(
                    NeedsReview,
                    place,
                    what,
                    sides,
                    "readers of the official documents",
                );
            }
            (None, sides) => self.unknown(place, name, sides),
        }
    }
}

/// Whether both values are equal. The order of an array has no meaning in these extensions.
fn same_set(sides: Sides<'_>) -> bool {
    match sides {
        (Some(was), Some(is)) if was.is_array() && is.is_array() => {
            let (was, is) = (items(Some(was)), items(Some(is)));
            was.len() == is.len() && was.iter().all(|item| is.contains(item))
        }
        (was, is) => was == is,
    }
}

//! The one check of keys, tokens and project IDs, from whichever source they come.

/// Characters that show nothing, and come with a value that was copied from a page or a chat.
const INVISIBLE: [(char, char); 13] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{e0000}', '\u{e007f}'),
];

/// Returns what is wrong with an access key, a secret key or a token, as in `has a blank in it`; `None`
/// for a bare value. Shows no part of the value but an invisible character.
pub(crate) fn secret_flaw(value: &str) -> Option<String> {
    flaw(value, |c| match c.is_ascii() {
        true => None,
        false => Some("a character that is not ASCII".to_owned()),
    })
}

/// Returns what is wrong with a project ID; `None` for a bare ID.
pub(crate) fn project_flaw(id: &str) -> Option<String> {
    flaw(id, |_| None).or_else(|| {
        is_region(id).then(|| {
            format!("{id:?} is the ID of a region: give that of the project, or leave it out")
        })
    })
}

fn flaw(value: &str, of_this_value: impl Fn(char) -> Option<String>) -> Option<String> {
    if value.is_empty() {
        return Some("is empty".to_owned());
    }
    // Nearly every value, which is checked for each request.
    let is_plain = |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'');
    if value.bytes().all(is_plain) {
        return None;
    }
    let of = |c| always_wrong(c).or_else(|| of_this_value(c));
    let (at, what) = value
        .char_indices()
        .find_map(|(at, c)| Some((at, of(c)?)))?;
    let place = match at {
        0 => "at its beginning",
        _ if value[at..].chars().all(|c| of(c).is_some()) => "at its end",
        _ => "in it",
    };
    Some(format!("has {what} {place}"))
}

fn always_wrong(c: char) -> Option<String> {
    let what = match c {
        '\n' | '\r' => "a line break",
        '"' | '\'' => "a quote",
        _ if c.is_whitespace() => "a blank",
        _ if c.is_control() => "a control character",
        _ if INVISIBLE
            .iter()
            .any(|(from, to)| (*from..=*to).contains(&c)) =>
        {
            return Some(format!("the invisible character U+{:04X}", u32::from(c)));
        }
        _ => return None,
    };
    Some(what.to_owned())
}

/// Whether a text has the form of a region ID, such as `cn-north-4`.
fn is_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let (Some(country), Some(place), Some(number), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let letters = |part: &str| part.bytes().all(|b| b.is_ascii_lowercase());
    country.len() == 2
        && letters(country)
        && !place.is_empty()
        && letters(place)
        && (1..=3).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flaw_names_the_first_wrong_character_and_its_place() {
        for (value, flaw) in [
            ("", "is empty"),
            ("SK\r\n", "has a line break at its end"),
            ("\tSK", "has a blank at its beginning"),
            ("S\u{200b}K\n", "has the invisible character U+200B in it"),
            ("SK\n\u{feff}", "has a line break at its end"),
            ("S\u{7}", "has a control character at its end"),
            (
                "\u{201c}SK\u{201d}",
                "has a character that is not ASCII at its beginning",
            ),
            ("S\u{e9}K", "has a character that is not ASCII in it"),
        ] {
            assert_eq!(secret_flaw(value).as_deref(), Some(flaw), "{value:?}");
        }
        assert_eq!(secret_flaw("a+b/c=%\\,;:#[~"), None);
    }

    #[test]
    fn project_id_may_be_visible_text_but_no_region() {
        for id in [
            "a/b",
            "\u{9879}\u{76ee}",
            "cn-north-4_sub",
            "cn-north",
            "a4d31cb6-3d72-4",
        ] {
            assert_eq!(project_flaw(id), None, "{id:?}");
        }
        for region in crate::known_regions().chain(["xx-new-999"]) {
            assert!(project_flaw(region).is_some(), "{region}");
        }
        assert!(project_flaw("a b").is_some());
    }
}

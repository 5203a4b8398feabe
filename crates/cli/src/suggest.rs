//! The known word that a misspelled one probably means.

/// How alike two words are at least, as in the suggestions of clap.
const MIN_SIMILARITY: f64 = 0.7;

/// The known word that is most like this one, without regard to case.
pub(crate) fn closest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word = word.to_lowercase();
    let similarity = |known: &str| strsim::jaro(&word, &known.to_lowercase());
    let rated = known.into_iter().map(|known| (similarity(known), known));
    let rated = rated.filter(|(similarity, _)| *similarity > MIN_SIMILARITY);
    rated
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

/// `did you mean FAILED? `, if a known word is like this one.
pub(crate) fn question<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    let closest = closest(word, known);
    closest.map_or_else(String::new, |known| format!("did you mean {known}? "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closest_word_is_like_the_misspelled_one() {
        let known = ["SUCCESS", "FAILED", "CANCELLED", "DELETED"];
        for (word, meant) in [
            ("FAILD", Some("FAILED")),
            ("fail", Some("FAILED")),
            ("Canceled", Some("CANCELLED")),
            ("SUCESS", Some("SUCCESS")),
            ("PAUSED", None),
            ("", None),
        ] {
            assert_eq!(closest(word, known), meant, "{word}");
        }
    }
}

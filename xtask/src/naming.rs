//! Names, comments and literals as the languages write them.

/// The words of a name: `List`, `Dcs`, `Tasks`, `V1` of `ListDcsTasksV1`.
fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (index, &c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            continue;
        }
        let before = index.checked_sub(1).and_then(|index| chars.get(index));
        let after = chars.get(index + 1);
        let begins = c.is_uppercase()
            && (before.is_some_and(|before| before.is_lowercase() || before.is_numeric())
                || (before.is_some_and(|before| before.is_uppercase())
                    && after.is_some_and(|after| after.is_lowercase())));
        if begins && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.push(c);
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| {
        first
            .to_uppercase()
            .chain(chars.flat_map(char::to_lowercase))
            .collect()
    })
}

/// The text with its first letter in upper case.
pub fn capitalized_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// `begin_time` of `beginTime`.
pub fn snake(name: &str) -> String {
    words(name).join("_").to_lowercase()
}

/// `LIST_DCS_TASKS_V1` of `ListDcsTasksV1`.
pub fn screaming(name: &str) -> String {
    words(name).join("_").to_uppercase()
}

/// `listV1` of `list_v1`.
pub fn camel(name: &str) -> String {
    let mut words = words(name).into_iter();
    let first = words.next().unwrap_or_default().to_lowercase();
    words.fold(first, |name, word| name + &capitalized(&word))
}

/// `ListV1` of `list_v1`.
pub fn pascal(name: &str) -> String {
    words(name).iter().map(|word| capitalized(word)).collect()
}

/// `instance ID` of `instance_id`: a name in prose.
pub fn label(name: &str) -> String {
    let words = words(name)
        .into_iter()
        .map(|word| match word.to_lowercase() {
            word if word == "id" => "ID".to_owned(),
            word => word,
        });
    words.collect::<Vec<_>>().join(" ")
}

/// The text with a full stop, where it has no end of its own.
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '!', '?', ':']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// The first sentence of a text, with its full stop.
pub fn first_sentence(text: &str) -> String {
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let end = paragraph
        .find(". ")
        .map_or(paragraph, |end| &paragraph[..end]);
    sentence(end)
}

/// The text wrapped at `width` columns, each line behind `prefix`; paragraphs and list items keep
/// their breaks.
///
/// No line ends in blanks, and the last has no line break.
pub fn doc(text: &str, prefix: &str, width: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.trim().split('\n') {
        let paragraph = paragraph.trim_end();
        if paragraph.is_empty() {
            lines.push(prefix.trim_end().to_owned());
            continue;
        }
        let indent = if paragraph.starts_with("- ") {
            "  "
        } else {
            ""
        };
        let mut line = prefix.to_owned();
        let mut is_empty = true;
        for word in unbroken(paragraph) {
            if !is_empty && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::replace(&mut line, format!("{prefix}{indent}")));
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
            is_empty = false;
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// The words of a paragraph; code in backticks is one word.
fn unbroken(paragraph: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut in_code) = (0, false);
    for (index, c) in paragraph.char_indices() {
        match c {
            '`' => in_code = !in_code,
            ' ' if !in_code => {
                if start < index {
                    words.push(&paragraph[start..index]);
                }
                start = index + 1;
            }
            _ => {}
        }
    }
    if start < paragraph.len() {
        words.push(&paragraph[start..]);
    }
    words
}

/// A string literal that Rust, Python, TypeScript, Go and Java read alike.
pub fn quoted(text: &str, quote: char) -> String {
    let mut quoted = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c == quote => {
                quoted.push('\\');
                quoted.push(c);
            }
            c => quoted.push(c),
        }
    }
    quoted.push(quote);
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_case_of_each_language() {
        for (name, in_snake, in_screaming, in_camel, in_pascal) in [
            ("EXTEND", "extend", "EXTEND", "extend", "Extend"),
            ("BindEip", "bind_eip", "BIND_EIP", "bindEip", "BindEip"),
            (
                "ListDcsTasksV1",
                "list_dcs_tasks_v1",
                "LIST_DCS_TASKS_V1",
                "listDcsTasksV1",
                "ListDcsTasksV1",
            ),
            (
                "begin_time",
                "begin_time",
                "BEGIN_TIME",
                "beginTime",
                "BeginTime",
            ),
            (
                "X-Auth-Token",
                "x_auth_token",
                "X_AUTH_TOKEN",
                "xAuthToken",
                "XAuthToken",
            ),
            (
                "HTTPServer",
                "http_server",
                "HTTP_SERVER",
                "httpServer",
                "HttpServer",
            ),
        ] {
            assert_eq!(snake(name), in_snake);
            assert_eq!(screaming(name), in_screaming);
            assert_eq!(camel(name), in_camel);
            assert_eq!(pascal(name), in_pascal);
        }
        assert_eq!(label("instance_id"), "instance ID");
    }

    #[test]
    fn comment_wraps_words_and_keeps_lists_and_code() {
        let text = "One two three `a b c d e f` four.\n\n- first of two items\n- second";
        assert_eq!(
            doc(text, "/// ", 18),
            "/// One two three\n/// `a b c d e f`\n/// four.\n///\n/// - first of two\n\
             ///   items\n/// - second"
        );
    }

    #[test]
    fn literal_escapes_its_own_quote_only() {
        assert_eq!(quoted("a\"b'\\\n", '"'), "\"a\\\"b'\\\\\\n\"");
        assert_eq!(quoted("a\"b'", '\''), "'a\"b\\''");
    }

    #[test]
    fn first_sentence_ends_with_a_full_stop() {
        assert_eq!(
            first_sentence("What a task does. An open set"),
            "What a task does."
        );
        assert_eq!(first_sentence("List the tasks\n\nMore."), "List the tasks.");
    }
}

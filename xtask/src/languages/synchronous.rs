//! The half of the Python client without `await`, made from the half with it.
//!
//! A text is rewritten word by word. Everything that takes more than a word to rewrite stands in
//! `_backends` of the package, once for each half.

use anyhow::{Result, bail};

/// Words that stand for another one without `await`.
const WORDS: &[(&str, &str)] = &[
    ("_async", "_sync"),
    ("async_", "sync"),
    ("aclose", "close"),
    ("aclosing", "closing"),
    ("aiter_bytes", "iter_bytes"),
    ("aiter_stream", "iter_stream"),
    ("handle_async_request", "handle_request"),
    ("__aiter__", "__iter__"),
    ("__aenter__", "__enter__"),
    ("__aexit__", "__exit__"),
];
/// Words that `async` stands before.
const AFTER_ASYNC: &[&str] = &["def", "with", "for"];
/// Words that no rule may leave behind, beside `Async` before a capital.
const LEFTOVERS: &[&str] = &["async", "await", "asyncio", "anyio", "async_"];

/// Rewrites a Python text without `await`.
///
/// # Errors
///
/// When no rule removes a word of the other half: the error has `path` and the line.
pub(super) fn synchronous(text: &str, path: &str) -> Result<String> {
    let text = rewritten(text);
    for (index, line) in text.lines().enumerate() {
        for (is_word, word) in tokens(line) {
            let is_left = LEFTOVERS.contains(&word) || without_prefix(word).is_some();
            if is_word && is_left {
                bail!(
                    "{path}:{}: no rule removes `{word}` from this line",
                    index + 1
                );
            }
        }
    }
    Ok(text)
}

fn rewritten(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let tokens: Vec<_> = tokens(text).collect();
    let mut index = 0;
    while let Some(&(is_word, token)) = tokens.get(index) {
        index += 1;
        let [next, second] = [index, index + 1].map(|index| {
            tokens
                .get(index)
                .map(|&(_, token)| token)
                .unwrap_or_default()
        });
        if !is_word {
            made.push_str(token);
            continue;
        }
        match (token, next) {
            ("await", next) if next.starts_with(' ') => {
                made.push_str(&next[1..]);
                index += 1;
            }
            ("async", " ") if AFTER_ASYNC.contains(&second) => index += 1,
            ("Awaitable", ", ") => index += 1,
            ("Awaitable", next) if next.starts_with('[') => {
                let (inner, used) = bracketed(&tokens[index..]);
                made.push_str(&rewritten(&inner));
                index += used;
            }
            _ => {
                let replaced = WORDS.iter().find(|(word, _)| *word == token);
                let replaced = replaced.map(|&(_, word)| word);
                made.push_str(replaced.or_else(|| without_prefix(token)).unwrap_or(token));
            }
        }
    }
    made
}

/// `Client` of `AsyncClient`.
fn without_prefix(word: &str) -> Option<&str> {
    let rest = word.strip_prefix("Async")?;
    rest.starts_with(|c: char| c.is_ascii_uppercase())
        .then_some(rest)
}

/// The text within the brackets that these tokens begin with, and how many tokens it takes.
///
/// Tokens between words may hold several brackets, so what follows the closing one is kept.
fn bracketed(tokens: &[(bool, &str)]) -> (String, usize) {
    let mut inner = String::new();
    let mut depth = 0_usize;
    for (index, (_, token)) in tokens.iter().enumerate() {
        for (at, c) in token.char_indices() {
            match c {
                '[' => depth += 1,
                ']' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                inner.push_str(&token[at + c.len_utf8()..]);
                return (inner, index + 1);
            }
            if !(index == 0 && at == 0) {
                inner.push(c);
            }
        }
    }
    (inner, tokens.len())
}

/// The words of a text and the texts between them, in their order; whether each is a word.
fn tokens(text: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let is_word = is_of_word(first);
        let end = rest
            .find(|c| is_of_word(c) != is_word)
            .unwrap_or(rest.len());
        let (token, left) = rest.split_at(end);
        rest = left;
        Some((is_word, token))
    })
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str) -> String {
        synchronous(text, "a.py").expect("no word is left")
    }

    #[test]
    fn async_words_are_removed_or_replaced() {
        for (with, without) in [
            ("async def f() -> None:", "def f() -> None:"),
            ("    async with a, b:", "    with a, b:"),
            ("[x async for x in y]", "[x for x in y]"),
            ("return await call(await (x))", "return call((x))"),
            ("class AsyncClient(AsyncClosing):", "class Client(Closing):"),
            ("AsyncGenerator[T]", "Generator[T]"),
            ("await self.aclose()", "self.close()"),
            ("async with aclosing(x):", "with closing(x):"),
            ("async def __aexit__(self)", "def __exit__(self)"),
            (
                "from hwtasks._async.pages import a",
                "from hwtasks._sync.pages import a",
            ),
            (
                "from hwtasks._generated._async.dcs import AsyncDcs",
                "from hwtasks._generated._sync.dcs import Dcs",
            ),
            (
                "from hwtasks._backends import async_ as backend",
                "from hwtasks._backends import sync as backend",
            ),
        ] {
            assert_eq!(made(with), without);
        }
    }

    #[test]
    fn awaitable_is_replaced_by_its_argument() {
        for (with, without) in [
            (
                "from x import Awaitable, Callable",
                "from x import Callable",
            ),
            (
                "Callable[[str, float], Awaitable[T | None]] | None",
                "Callable[[str, float], T | None] | None",
            ),
            (
                "Callable[[str], Awaitable[list[T]]]",
                "Callable[[str], list[T]]",
            ),
            ("Awaitable[AsyncGenerator[T]], x", "Generator[T], x"),
        ] {
            assert_eq!(made(with), without);
        }
    }

    #[test]
    fn other_words_are_kept() {
        for text in [
            "asynchronous(Asynchronous, awaited)",
            "a_async = closed\n\n\nx",
            "'Äsync' # é\n",
        ] {
            assert_eq!(made(text), text);
        }
    }

    #[test]
    fn leftover_word_is_an_error_with_file_and_line() {
        for (text, word) in [
            ("x\nimport asyncio\n", "asyncio"),
            ("x\nasync  def f():\n", "async"),
            ("x\n(await\n x)\n", "await"),
        ] {
            let error = synchronous(text, "_async/a.py").expect_err("a word is left");
            let wanted = format!("_async/a.py:2: no rule removes `{word}` from this line");
            assert_eq!(error.to_string(), wanted);
        }
    }
}

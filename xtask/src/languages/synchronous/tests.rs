//! What has a twin, what it says, and which mistakes are errors.

use super::*;

fn made(text: &str) -> String {
    synchronous(text, "a.py", 1).expect("no word is left")
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
            "return _async_pages(async_.sleep(x))",
            "return _pages(sync.sleep(x))",
        ),
        ("_ASYNC_GATES = x[_AsyncGate]", "_GATES = x[_Gate]"),
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
        "Async(_async, __async_x, an_async_)",
        "a_async = closed\n\n\nx",
        "'Äsync' # é\n",
    ] {
        assert_eq!(made(text), text);
    }
}

fn module(text: &str) -> Result<Option<String>> {
    with_twins(text, "_client/a.py")
}

fn message(text: &str) -> String {
    let error = module(&format!("{text}\n{MARKER}\n")).expect_err("a mistake");
    error.to_string()
}

#[test]
fn leftover_word_is_an_error_with_file_and_line() {
    for (text, word) in [
        ("def async_f():\n    import asyncio\n", "asyncio"),
        ("class AsyncA:\n    async  with x: ...\n", "async"),
        ("class AsyncA:\n    (await\n x)\n", "await"),
    ] {
        let wanted = format!("_client/a.py:2: no rule removes `{word}` from this line");
        assert_eq!(message(text), wanted);
    }
}

#[test]
fn word_of_the_other_half_in_a_shared_definition_is_an_error_with_file_and_line() {
    for (text, word) in [
        ("\nasync def f():\n    pass\n", "async"),
        ("\nasync  def async_f():\n    pass\n", "async"),
        ("\nfor x in await y: ...\n", "await"),
        ("class A:\n    x = await y\n", "await"),
        ("def f(\n    x: AsyncPager,\n): ...\n", "AsyncPager"),
        ("@x\ndef f(a=async_.sleep): ...\n", "async_"),
        ("# c\nA: type = _AsyncA\n", "_AsyncA"),
    ] {
        let wanted = format!(
            "_client/a.py:2: `{word}` is in a statement without a twin: begin its name with \
             `Async` or `async_`"
        );
        assert_eq!(message(text), wanted);
    }
}

#[test]
fn word_of_the_other_half_in_texts_and_imports_is_kept_without_a_twin() {
    let text = "\"\"\"`await` of\nasync `AsyncA`.\"\"\"\nimport asyncio\nif X:\n    import AsyncA\n\n\n\
                def f():  # await\n    \"\"\"Await\n\nasync `await`.\"\"\"\n    return 'await', r\"\\\"async\"\n";
    let text = format!("{text}\n\nclass AsyncA: ...\n\n\n{MARKER}\n");
    let made = module(&text).expect("no mistake").expect("a place");
    assert_eq!(made, format!("{text}{UNFORMATTED}\n\n\nclass A: ...\n"));
}

#[test]
fn twins_are_those_of_asynchronous_definitions_with_what_belongs_to_them() {
    let text = "from a import AsyncB\n\n_C = 1\n\"\"\"Shared.\"\"\"\n_ASYNC_D = _C\n\"\"\"Of `AsyncE`.\"\"\"\n\n\n\
                # Stands alone.\n\n# Belongs to it.\n@a\n@b(\n    1,\n)\nclass AsyncE:\n    \"\"\"Is one\n\
                without indentation.\"\"\"\n\n    x = (\n)\n\n    async def aclose(self): ...\n\n\ndef f(): ...\n\n\n\
                async def _async_g(): ...\n";
    let twins = "_D = _C\n\"\"\"Of `E`.\"\"\"\n\n\n# Belongs to it.\n@a\n@b(\n    1,\n)\nclass E:\n    \"\"\"Is one\n\
                 without indentation.\"\"\"\n\n    x = (\n)\n\n    def close(self): ...\n\n\n\
                 def _g(): ...\n";
    let wanted = format!("{text}\n\n{MARKER}\n{UNFORMATTED}\n\n\n{twins}");
    let fresh = module(&format!("{text}\n{MARKER}\nclass Old: ...\n"));
    assert_eq!(fresh.expect("no mistake").expect("a place"), wanted);
    let again = module(&wanted).expect("no mistake").expect("a place");
    assert_eq!(again, wanted);
}

#[test]
fn module_without_the_marker_has_no_twins() {
    let text = format!("class AsyncA: ...\n\"\"\"{MARKER}\"\"\"\n");
    assert_eq!(module(&text).expect("no mistake"), None);
}

#[test]
fn marker_without_a_twin_or_with_an_ambiguous_one_is_an_error() {
    let none = message("class A: ...\n");
    assert!(
        none.starts_with("_client/a.py: no definition has a twin"),
        "{none}"
    );
    assert_eq!(
        message("A = 1\nclass AsyncA: ...\n"),
        "_client/a.py:2: the twin of `AsyncA` would replace `A`"
    );
}

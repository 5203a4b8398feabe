"""The one check of keys, tokens and project IDs, from whichever source they come."""

from __future__ import annotations

import re

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_REGION = re.compile("[a-z]{2}-[a-z]+-[0-9]{1,3}")


def secret_flaw(value: str) -> str | None:
    """Return what is wrong with a key or a token, as in `has a blank in it`; `None` for a bare value.

    Shows no part of the value but an invisible character.
    """
    return _flaw(value, is_ascii=True)


def project_flaw(name: str) -> str | None:
    """Return what is wrong with a project ID; `None` for a bare ID."""
    flaw = _flaw(name, is_ascii=False)
    if flaw is None and _REGION.fullmatch(name):
        return f"{name!r} is the ID of a region: give that of the project, or leave it out"
    return flaw


def _flaw(value: str, *, is_ascii: bool) -> str | None:
    if not value:
        return "is empty"
    flaws = [_of(character, is_ascii=is_ascii) for character in value]
    at = next((at for at, flaw in enumerate(flaws) if flaw), None)
    if at is None:
        return None
    place = "at its beginning" if at == 0 else "at its end" if all(flaws[at:]) else "in it"
    return f"has {flaws[at]} {place}"


def _of(character: str, *, is_ascii: bool) -> str | None:
    if character in "\r\n":
        return "a line break"
    if character in "\"'":
        return "a quote"
    if character.isspace() and not "\x1c" <= character <= "\x1f":
        return "a blank"
    if _CONTROL.match(character):
        return "a control character"
    if _INVISIBLE.match(character):
        return f"the invisible character U+{ord(character):04X}"
    return "a character that is not ASCII" if is_ascii and not character.isascii() else None

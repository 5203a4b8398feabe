"""An HTTP response, and its header `Retry-After`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

import httpx2

_VALUE = re.compile(r" *(?:[A-Za-z]+, (?=[0-9]{2}[ -][A-Z]))?[^,]+")
"""A value of a list: the comma after the weekday of a date separates nothing."""
_SECONDS = re.compile(r"\+?([0-9]{1,19})(?:\.([0-9]+))?")
_TIME = "[0-9]{2}:[0-9]{2}:[0-9]{2}"
_HTTP_DATE = re.compile(
    rf"\w+,? (?:([0-9]{{2}})[ -](\w{{3}})[ -]([0-9]{{4}}|[0-9]{{2}}) ({_TIME}) (?:GMT|UTC|\+0000)"
    rf"|(\w{{3}}) ([ 0-9][0-9]) ({_TIME}) ([0-9]{{4}}))"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response of any status: status, headers and the undecoded body."""

    status: int
    """The HTTP status code."""
    headers: httpx2.Headers = field(repr=False)
    """The headers; names are case-insensitive."""
    raw_body: bytes = field(repr=False)
    """The bytes of the body after decompression."""
    attempts: int = 1
    """How many attempts the call made."""

    @property
    def request_id(self) -> str | None:
        """The header `X-Request-Id`, which identifies the request in the logs of the service."""
        return self.headers.get("x-request-id")

    @property
    def status_line(self) -> str:
        """The status code with its name: `404 Not Found`."""
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return f"{self.status} <unknown status code>"


def retry_after(headers: httpx2.Headers, now: datetime) -> float | None:
    """Return the seconds of the header `Retry-After`: the longest of its values.

    A value is in seconds or a date, which counts from the header `Date`, or else from `now`. A value
    that is neither counts as absent.
    """
    since = _http_date(headers.get("date")) or now
    texts = [text.strip() for text in _VALUE.findall(headers.get("retry-after") or "")]
    dates = [date for text in texts if (date := _http_date(text)) is not None]
    waits = [max((date - since).total_seconds(), 0.0) for date in dates]
    waits += [float(wait) for text in texts if (wait := _seconds(text)) is not None]
    return max(waits, default=None)


def _seconds(text: str) -> float | None:
    """Return a number of seconds, with fractions of a millisecond rounded up."""
    found = _SECONDS.fullmatch(text)
    if found is None:
        return None
    fraction = found[2] or ""
    millis = int(f"{fraction[:3]:0<3}") + bool(fraction[3:].strip("0"))
    return int(found[1]) + millis / 1000


def _http_date(text: str | None) -> datetime | None:
    """Return an HTTP date in one of the three forms of RFC 9110; `+0000` and `UTC` mean GMT."""
    found = _HTTP_DATE.fullmatch(text or "")
    if found is None:
        return None
    day, month, year, time, month2, day2, time2, year2 = found.groups()
    century = "" if year2 or len(year) > len("99") else "20" if year < "70" else "19"
    try:
        # The names of `strptime` depend on the locale.
        number = _MONTHS.index(month or month2) + 1
        date = f"{century}{year or year2}-{number:02}-{(day or day2).replace(' ', '0')}"
        return datetime.fromisoformat(f"{date}T{time or time2}+00:00")
    except ValueError:
        return None

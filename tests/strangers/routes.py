"""Every address of the site, read from the URL resolver, and a real address for each."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
SAFE = ("GET", "HEAD", "OPTIONS")
API, ADMIN = "api/v1/", "admin/"
# Parts of an address that name no row of a campaign, and codes that are themselves the permission.
NO_ROWS = {"campaigns", "slug", "name", "kind", "table", "what", "rounds/to", "labelers/to", "code", "uidb64", "token"}
# What an address asks for in its query: without it there is nothing to show.
QUERIES = {
    "campaigns/<slug:slug>/bulk/<slug:kind>/": "?pk={problems}",
    "campaigns/<slug:slug>/export/": "?format=prm800k",
    "campaigns/<slug:slug>/export/card/": "?format=prm800k",
    "api/v1/campaigns/<slug:slug>/export/": "?format=prm800k",
    "api/v1/campaigns/<slug:slug>/export/card/": "?format=prm800k",
}
_PART = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True, slots=True)
class Route:
    """One address as urls.py writes it, without the slash at its beginning."""

    pattern: str

    @property
    def is_api(self) -> bool:
        """Whether it speaks JSON and takes tokens."""
        return self.pattern.startswith(API)

    @property
    def is_admin(self) -> bool:
        """Whether it is one of the admin's."""
        return self.pattern.startswith(ADMIN)

    @property
    def methods(self) -> tuple[str, ...]:
        """What is asked. The admin's views tell a POST from everything else and know no further methods."""
        return ("GET", "POST") if self.is_admin else METHODS

    @property
    def names_rows(self) -> bool:
        """Whether it names rows inside a campaign or of a person: then somebody else's are tried too."""
        named = any(NO_ROWS.isdisjoint(keys) for keys in self._keys())
        return not self.is_admin and (named or "{" in QUERIES.get(self.pattern, ""))

    def address(self, rows: Mapping[str, Any]) -> str:
        """A real address. Raises KeyError, naming the part, where `rows` has nothing to fill in."""
        filled = (str(rows[next((key for key in keys if key in rows), keys[0])]) for keys in self._keys())
        return "/" + _PART.sub(lambda _found: next(filled), self.pattern) + self._query(rows)

    def _query(self, rows: Mapping[str, Any]) -> str:
        return QUERIES.get(self.pattern, "").format(**rows)

    def _keys(self) -> Iterator[tuple[str, ...]]:
        """What may fill in each part, the most particular first: `rounds/to`, its own name, the word before it."""
        word = ""
        for piece in self.pattern.split("/"):
            if found := _PART.search(piece):
                yield f"{word}/{found[1]}", found[1], word
            else:
                word = piece


def routes() -> list[Route]:
    """All that the table is about.

    Left out: static files, which WhiteNoise gives everybody in front of the resolver; and of the admin what is written
    as a regular expression, an index of each application and "whatever else", both behind the door of all the others.
    """
    found = dict.fromkeys(_walk(get_resolver().url_patterns))
    return [Route(pattern) for pattern in found if not (pattern.startswith(ADMIN) and "(?P" in pattern)]


def _walk(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for one in patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, here)
        else:
            yield here

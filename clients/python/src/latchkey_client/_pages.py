"""Lists that are fetched page by page as they are read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from typing import Any, Generic, TypeVar

from ._errors import LatchkeyError

Item = TypeVar("Item")


def _next(cursor: str, following: str | None) -> str | None:
    """The cursor of the next page. Raises where it is this one's, which would be asked for without an end."""
    if following == cursor:
        raise LatchkeyError("The server gave the cursor of a page as that of the next one.")
    return following


class Paginated(Generic[Item]):
    """A list that is fetched as it is iterated over. Each iteration begins anew."""

    def __init__(self, fetch_page: Callable[[str | None], tuple[list[Item], str | None]]) -> None:
        self._fetch_page = fetch_page

    def pages(self) -> Iterator[list[Item]]:
        items, cursor = self._fetch_page(None)
        yield items
        while cursor:
            items, following = self._fetch_page(cursor)
            yield items
            cursor = _next(cursor, following)

    def __iter__(self) -> Iterator[Item]:
        for page in self.pages():
            yield from page

    def all(self) -> list[Item]:
        return list(self)


class AsyncPaginated(Generic[Item]):
    """The same for `async for`; awaited it is the whole list."""

    def __init__(self, fetch_page: Callable[[str | None], Awaitable[tuple[list[Item], str | None]]]) -> None:
        self._fetch_page = fetch_page

    async def pages(self) -> AsyncIterator[list[Item]]:
        items, cursor = await self._fetch_page(None)
        yield items
        while cursor:
            items, following = await self._fetch_page(cursor)
            yield items
            cursor = _next(cursor, following)

    async def __aiter__(self) -> AsyncIterator[Item]:
        async for page in self.pages():
            for item in page:
                yield item

    async def all(self) -> list[Item]:
        return [item async for item in self]

    def __await__(self) -> Generator[Any, None, list[Item]]:
        return self.all().__await__()

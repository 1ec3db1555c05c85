"""The connections to Graph, and new ones once it said that it is away.

A pool that goes on being used leads to the same server that is away.
Source: learn.microsoft.com/graph/errors, learn.microsoft.com/graph/throttling
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

AWAY = 503


@dataclass(eq=False)
class _Pool:
    http: httpx.AsyncClient
    under_way: int = 0


class Connections:
    """One pool at a time. An answer of 503 retires the pool it came over, which closes when nothing is under way."""

    def __init__(self, make: Callable[[], httpx.AsyncClient]) -> None:
        self._make = make
        self._pool = _Pool(make())
        self._retired: set[_Pool] = set()
        self._apart: list[httpx.AsyncClient] = []

    async def request(self, method: str, url: str, **how: Any) -> httpx.Response:
        """As ``httpx.AsyncClient.request``."""
        pool = self._pool
        pool.under_way += 1
        try:
            answer = await pool.http.request(method, url, **how)
            if answer.status_code == AWAY:
                self._renew(pool)
            return answer
        finally:
            pool.under_way -= 1
            await self._close_if_done(pool)

    def apart(self) -> httpx.AsyncClient:
        """A client for something else than Graph, which is closed with the others."""
        self._apart.append(self._make())
        return self._apart[-1]

    async def close(self) -> None:
        """Close everything. Of no use afterwards."""
        for http in (self._pool.http, *(each.http for each in self._retired), *self._apart):
            await http.aclose()

    def _renew(self, pool: _Pool) -> None:
        if pool is self._pool:
            self._retired.add(pool)
            self._pool = _Pool(self._make())

    async def _close_if_done(self, pool: _Pool) -> None:
        if pool in self._retired and not pool.under_way:
            self._retired.discard(pool)
            await pool.http.aclose()

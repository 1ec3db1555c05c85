"""The network between a process and Graph, which fails as told."""

from collections.abc import Callable, Mapping

import httpx

from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.faults import Fault

CALLS: Mapping[str, tuple[str, str]] = {
    "add": ("POST", r"/events$"),
    "read": ("GET", r"/(events|onlineMeetings)"),
    "change": ("PATCH", r"/events/"),
    "lobby": ("PATCH", r"/onlineMeetings/"),
    "link": ("GET", r"getVirtualAppointmentJoinWebUrl"),
    "text": ("POST", r"sendVirtualAppointmentSms"),
    "reminder": ("POST", r"sendVirtualAppointmentReminderSms"),
    "mail": ("POST", r"sendMail"),
    "end": ("POST|DELETE", r"/events/[^/]+(/cancel)?$"),
    "any": (".*", ""),
}
FAULTS: Mapping[str, Mapping[str, object]] = {
    "throttled": {"status": 429, "retry_after": 7},
    "broken": {"status": 500},
    "provisioning": {"status": 503, "retry_after": 45},
    "gateway": {"status": 504},
    "forbidden": {"status": 403},
    "gone": {"status": 404},
    "answer lost": {"drop_after_commit": True},
}
ABOUT_MEETINGS = ("lobby", "link", "text", "reminder")
CUT = "cut before"
"""The one the emulator cannot play: the request goes out and is never carried out, and nobody hears of it."""


class Wire:
    """Takes requests to the emulator. ``in_doubt`` is told those whose sender cannot know what became of them."""

    def __init__(self, emulator: GraphEmulator, *, in_doubt: Callable[[httpx.Request], None]) -> None:
        self._emulator = emulator
        self._in_doubt = in_doubt
        self._cuts: list[str] = []

    def fails(self, call: str, fault: str, times: int) -> None:
        """The next calls of a kind fail in a way."""
        method, path = CALLS[call]
        if fault == "gone" and call not in ABOUT_MEETINGS:
            fault = "forbidden"  # Graph does not call an event gone that is there
        if fault == CUT:
            self._cuts += [call] * times
        else:
            wish = {"method": method, "path": path, "times": times, **FAULTS[fault]}
            self._emulator.faults.add(Fault.model_validate(wish))

    async def carries(self, request: httpx.Request) -> httpx.Response:
        """One request and its answer."""
        for call in self._cuts:
            method, path = CALLS[call]
            if Fault(method=method, path=path).hits(request.method, request.url.path):
                self._cuts.remove(call)
                self._in_doubt(request)
                raise httpx.ReadTimeout("cut before it was carried out", request=request)
        is_answered = False
        try:
            response = await self._emulator.handle(request)
            is_answered = response.status_code < 500 or "retry-after" in response.headers
            return response
        finally:
            if not is_answered:
                self._in_doubt(request)

"""A replica dies at a moment of its work."""

from tests.chaos.arena import Arena, Figures

PROBES = ("intended", "called", "noted")
"""The moments of every call, see ``bot.work.settling.Probe``."""
DIES_WITHIN = 180.0
"""Seconds."""


async def dies_at(ring: Arena, moment: str, after: int, figures: Figures) -> None:
    """Start a replica that dies the so-manieth time it comes to a moment, and note what was under way."""
    host = await ring.host(kill_at=moment, kill_after=after, quick=True)
    if await host.dies(DIES_WITHIN):
        figures.kills += 1
        figures.in_flight.append(max(await ring.in_flight(), len(await ring.unsettled())))
        if not figures.in_flight[-1]:
            figures.wrong.append(f"nothing was under way at {moment} ({after}): that kill proves nothing")
    else:
        figures.wrong.append(f"never came to {moment} ({after})")
        await host.kill()

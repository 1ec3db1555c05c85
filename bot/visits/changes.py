"""What each change makes of a visit. Pure: a visit in, its next version out.

``tell_client`` says whether the client is told where what they know differs from the visit; whether it differs is seen
from ``told``. So a change that is taken back before anything was sent leaves no trace, whoever decides when.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.visits.errors import NothingToUndo
from bot.visits.models.objections import Override
from bot.visits.models.visit import Visit
from bot.visits.ports.work import ChangeKind


def moved(
    visit: Visit,
    starts_at: datetime,
    duration: timedelta,
    *,
    by: str,
    now: datetime,
    quiet: timedelta,
    override: Override | None = None,
) -> Visit:
    """The visit at another time. ``override`` is why it stands there against the rules, None where it does not."""
    has_new_start = starts_at != visit.starts_at
    return visit.model_copy(
        update={
            "starts_at": starts_at,
            "duration": duration,
            **against_rules(override),
            "tell_client": True,
            **_next_version(visit, by=by, now=now, quiet=quiet, has_new_schedule=has_new_start),
        }
    )


def cancelled(
    visit: Visit, *, by: str, now: datetime, quiet: timedelta, reason: str | None, tell_client: bool
) -> Visit:
    """The visit called off."""
    return visit.model_copy(
        update={
            "cancelled_at": now,
            "cancel_reason": reason,
            "tell_client": tell_client,
            **_next_version(visit, by=by, now=now, quiet=quiet, has_new_schedule=True),
        }
    )


def put_back(visit: Visit, *, by: str, now: datetime, in_new_event: bool) -> Visit:
    """The visit as it is, with what somebody changed in the calendar taken back; so there is nothing in it to undo.

    ``in_new_event``: the old one was deleted, so there is a new link for everyone.
    """
    next_version = _next_version(visit, by=by, now=now, quiet=timedelta(0), has_new_schedule=in_new_event)
    return visit.model_copy(update={"tell_client": True, **next_version, "undoes": visit.version})


def undone(visit: Visit, versions: Sequence[Visit], *, by: str, now: datetime) -> Visit:
    """The visit as it was before its latest change; one that was just booked is called off.

    Inside the quiet window the window of the state gone back to goes on; afterwards the correction goes out at once.

    Raises: NothingToUndo.
    """
    if visit.undoes is not None:
        raise NothingToUndo(visit, reason="undone_already")
    if visit.requested_by != by:
        raise NothingToUndo(visit, reason="changed_since")
    before = next((each for each in versions if each.version == visit.version - 1), None)
    if before is None:
        decided: dict[str, object] = {"cancelled_at": now, "cancel_reason": None}
        quiet_until = None
    else:
        decided = {name: getattr(before, name) for name in _DECIDED}
        quiet_until = before.quiet_until if visit.is_quiet(now) and before.is_quiet(now) else None
    back = visit.model_copy(update={**decided, "tell_client": True})
    has_new_schedule = (back.starts_at, back.organizer.id, back.is_cancelled) != (
        visit.starts_at,
        visit.organizer.id,
        visit.is_cancelled,
    )
    next_version = _next_version(visit, by=by, now=now, quiet=timedelta(0), has_new_schedule=has_new_schedule)
    return back.model_copy(update={**next_version, "quiet_until": quiet_until, "undoes": visit.version})


_DECIDED = (
    *("client", "organizer", "type_name", "starts_at", "duration", "buffer_before", "buffer_after", "time_zone"),
    *("notes", "text_client", "override_reason", "override_seen", "cancelled_at", "cancel_reason"),
)
"""What a change decides and Undo brings back; what effects found out since is kept."""


def against_rules(override: Override | None) -> dict[str, object]:
    """What a visit keeps of why it stands against the slot rules."""
    return {
        "override_reason": override.reason if override else None,
        "override_seen": tuple(sorted(override.seen)) if override else (),
    }


def override_of(visit: Visit) -> Override | None:
    """Why a visit stands against the slot rules, and against which."""
    return (
        Override(reason=visit.override_reason, seen=frozenset(visit.override_seen)) if visit.override_reason else None
    )


def kind_of(visit: Visit, before: Visit | None) -> ChangeKind:
    """The kind of work a change asks for."""
    if visit.is_cancelled:
        return "cancellation"
    return "booking" if before is None or before.is_cancelled else "reschedule"


def quiet_until(now: datetime, quiet: timedelta) -> datetime | None:
    """When the quiet window of a change made now is over; None where there is none."""
    return now + quiet if quiet > timedelta(0) else None


def _next_version(
    visit: Visit, *, by: str, now: datetime, quiet: timedelta, has_new_schedule: bool
) -> dict[str, object]:
    return {
        "version": visit.version + 1,
        "schedule_version": visit.schedule_version + (1 if has_new_schedule else 0),
        "requested_by": by,
        "changed_at": now,
        "quiet_until": quiet_until(now, quiet),
        "undoes": None,
    }

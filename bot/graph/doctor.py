"""What a configuration needs of a tenant, and what it lacks: for an administrator, as lines of text. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.graph import calls
from bot.graph.calls import Call, has
from bot.graph.config import GraphConfig
from bot.graph.identity import Identity
from bot.graph.refusals import POLICY_COMMAND

_MEETING_CALLS = (
    calls.FIND_MEETING,
    calls.CHANGE_MEETING,
    calls.CLIENT_LINK,
    calls.SEND_SMS,
    calls.ATTENDANCE_REPORTS,
    calls.ATTENDANCE_RECORDS,
)
_BACKEND_CALLS: dict[str, tuple[Call, ...]] = {
    "outlook": (
        calls.GET_SCHEDULE,
        calls.CREATE_EVENT,
        calls.FIND_EVENT,
        calls.READ_EVENT,
        calls.CALENDAR_VIEW,
        calls.CHANGE_EVENT,
        calls.CANCEL_EVENT,
        calls.DELETE_EVENT,
        *_MEETING_CALLS,
    ),
    "meeting": (
        calls.GET_SCHEDULE,
        calls.CREATE_OR_GET_MEETING,
        calls.READ_MEETING,
        calls.DELETE_MEETING,
        *_MEETING_CALLS,
    ),
    "bookings": (
        calls.GET_SCHEDULE,
        calls.LIST_BUSINESSES,
        calls.READ_BUSINESS,
        calls.LIST_SERVICES,
        calls.LIST_STAFF,
        calls.STAFF_AVAILABILITY,
        calls.APPOINTMENTS_BETWEEN,
        calls.CREATE_APPOINTMENT,
        calls.READ_APPOINTMENT,
        calls.CHANGE_APPOINTMENT,
        calls.CANCEL_APPOINTMENT,
        calls.DELETE_APPOINTMENT,
        *_MEETING_CALLS,
    ),
}
_BACKEND_CALLS["virtual-appointment"] = (
    *_BACKEND_CALLS["meeting"],
    calls.PUT_OLD_APPOINTMENT,
    calls.READ_OLD_APPOINTMENT,
    calls.CHANGE_OLD_APPOINTMENT,
    calls.DELETE_OLD_APPOINTMENT,
)
_ARRIVAL_CALLS = (
    calls.SUBSCRIBE,
    calls.LIST_SUBSCRIPTIONS,
    calls.RENEW_SUBSCRIPTION,
    calls.REAUTHORIZE_SUBSCRIPTION,
    calls.UNSUBSCRIBE,
)

USER_CONSENT = frozenset(
    {
        "OnlineMeetings.Read",
        "OnlineMeetings.ReadWrite",
        "OnlineMeetingArtifact.Read.All",
        "BookingsAppointment.ReadWrite.All",
        "Bookings.Read.All",
        "Bookings.ReadWrite.All",
        "Bookings.Manage.All",
        "Calendars.Read",
        "Calendars.ReadWrite",
        "Mail.Send",
        "User.Read",
    }
)
"""Delegated permissions a person may consent to alone; every other, and all of the app's own, an administrator grants.

Source: learn.microsoft.com/graph/permissions-reference
"""


@dataclass(frozen=True)
class Need:
    """A call the configuration makes, and as whom."""

    call: Call
    identity: Identity
    stands_in: bool = False
    """Whether the app makes it only where the person has not signed in."""

    @property
    def accepted(self) -> tuple[str, ...]:
        """The permissions of which one is enough, the least first."""
        return self.call.application if self.identity == "app" else self.call.delegated


@dataclass(frozen=True)
class Diagnosis:
    """Everything the doctor found out without asking anybody."""

    needs: Sequence[Need]
    application: Sequence[str]
    delegated: Sequence[str]
    needs_policy: bool
    missing: Sequence[str]
    """What the cloud lacks, by feature."""
    doubts: Sequence[Call]
    """Calls made app-only of which the documentation says both."""


def calls_made(config: GraphConfig) -> list[Call]:
    """Every call this configuration can make in its cloud."""
    made = list(_BACKEND_CALLS[config.backend])
    if config.backend in ("meeting", "virtual-appointment") and config.calendars_elsewhere:
        made.remove(calls.GET_SCHEDULE)
    if config.backend == "bookings" and config.bookings_tells == "bookings":
        made.remove(calls.SEND_SMS)
    if config.reminder_sms:
        made.append(calls.SEND_REMINDER_SMS)
    if config.sms_shape == "2022" and calls.SEND_SMS in made:
        made[made.index(calls.SEND_SMS)] = calls.SEND_OLD_SMS
    made.append(calls.SEND_MAIL)
    if config.arrivals:
        made += _ARRIVAL_CALLS
    return [each for each in made if each.exists_in(config.cloud)]


def diagnosis(config: GraphConfig) -> Diagnosis:
    """What the configuration needs; the same for the same configuration, whatever the tenant."""
    needs = [need for call in calls_made(config) for need in _needs_of(config, call)]
    features = config.cloud.features
    lacking = ("online_meetings", "client_link", "sms", "attendance", "arrivals", "bookings")
    return Diagnosis(
        needs=needs,
        application=fewest(each.accepted for each in needs if each.identity == "app"),
        delegated=fewest(each.accepted for each in needs if each.identity == "delegated"),
        needs_policy=any(each.call.policy for each in needs if each.identity == "app"),
        missing=[name for name in lacking if not has(features, name)],  # type: ignore[arg-type]
        doubts=[each.call for each in needs if each.call.unsettled and each.identity == "app"],
    )


def _needs_of(config: GraphConfig, call: Call) -> tuple[Need, ...]:
    """The call as whoever makes it, and as the app too where it may stand in for someone who has not signed in."""
    preferred = config.identities.preferred(call)
    if preferred == "delegated" and config.identities.may_fall_back(call):
        return Need(call, preferred), Need(call, "app", stands_in=True)
    return (Need(call, preferred),)


def fewest(accepted: Iterable[tuple[str, ...]]) -> list[str]:
    """The fewest permissions that cover every call: beside a strong one that some call needs, no weaker ones."""
    chosen: list[str] = []
    for each in sorted({one for one in accepted if one}, key=len):
        if not set(each) & set(chosen):
            chosen.append(each[0])
    return sorted(chosen)


def doctor(config: GraphConfig) -> list[str]:
    """The diagnosis in words, for the terminal."""
    found = diagnosis(config)
    lines = [
        f"Cloud: {config.cloud.name} ({config.cloud.graph}, sign-in at {config.cloud.login})",
        f"Tenant: {config.tenant_id or '(none)'}; app: {config.client_id or '(none)'}",
        f"Visits are kept as: {config.backend}",
        "",
        "Calls, who makes them, and the least permission each needs:",
        *(_line(each) for each in found.needs),
        "",
        *_consent("Application permissions to grant (an administrator)", found.application),
        *_consent("Delegated permissions to consent to", found.delegated, mark_admin=True),
    ]
    if found.needs_policy:
        command = POLICY_COMMAND.format(app=config.client_id or "<application id>", owner="<each organizer>")
        lines += [
            "Teams application access policy: a Teams administrator runs, and waits up to 30 minutes:",
            f"  {command}",
            "  (-Global instead of -Identity grants it for every organizer.)",
            "",
        ]
    if found.doubts:
        names = ", ".join(each.name for each in found.doubts)
        lines += [
            f"Unsettled: {names} as the app. The permission table allows it, the documentation pages do not:",
            "  if Microsoft refuses them, let them be made for the signed-in person instead.",
            "",
        ]
    if found.missing:
        lines += ["This cloud has no: " + ", ".join(each.replace("_", " ") for each in found.missing), ""]
    return lines


def _line(need: Need) -> str:
    policy = " + application access policy" if need.call.policy and need.identity == "app" else ""
    who = "delegated" if need.identity == "delegated" else "  or app " if need.stands_in else "app      "
    least = need.accepted[0] if need.accepted else "(not possible)"
    version = "" if need.call.version == "v1.0" else " [beta]"
    path = need.call.path.replace("{owner}", "/users/{id}" if need.identity == "app" else "/me")
    return f"  {who}  {need.call.method:6} {path}{version}: {least}{policy}"


def _consent(title: str, permissions: Sequence[str], *, mark_admin: bool = False) -> list[str]:
    if not permissions:
        return []
    shown = [f"{each} (administrator)" if mark_admin and each not in USER_CONSENT else each for each in permissions]
    return [f"{title}:", *(f"  {each}" for each in shown), ""]

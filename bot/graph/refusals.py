"""Why Graph said no, as a key for words, and what an administrator does about it."""

from bot.graph.calls import SEND_OLD_SMS, SEND_REMINDER_SMS, SEND_SMS, Call
from bot.graph.identity import Seat
from bot.visits.errors import CalendarRefused

SMS_CALLS = (SEND_SMS, SEND_REMINDER_SMS, SEND_OLD_SMS)

POLICY_COMMAND = (
    "New-CsApplicationAccessPolicy -Identity Visits -AppIds {app}; "
    "Grant-CsApplicationAccessPolicy -PolicyName Visits -Identity {owner}"
)
"""Source: learn.microsoft.com/graph/cloud-communication-online-meeting-application-access-policy"""


def reason(status: int, code: str, text: str) -> str:
    """A key under ``effect_reason``. The status decides; the error's words only tell a licence from a permission."""
    said = f"{code} {text}".casefold()
    if status == 402 or (status in (400, 403) and ("licen" in said or "premium" in said)):
        return "no_licence"
    if status == 401:
        return "not_signed_in"
    if status == 403:
        return "no_permission"
    if status == 404:
        return "not_found"
    if status == 400 and "resource not found for the segment" in said:
        return "not_in_cloud"
    return "refused"


def explained(refused: CalendarRefused, call: Call, seat: Seat) -> CalendarRefused:
    """The same refusal with what this call lacked: the permission, who grants it and the command."""
    why = refused.reason
    if call in SMS_CALLS and refused.status in (400, 422) and why == "refused":
        why = "number_refused"
    permission = None
    command = ""
    if refused.status == 403 and why == "no_permission":
        permission = least(call, seat)
        if call.policy and seat.identity == "app":
            command = policy_command(owner=seat.owner or "<user>")
    return CalendarRefused(
        refused.status,
        refused.graph_code,
        permission=permission,
        reason=why,
        call=call.name,
        identity=seat.identity,
        command=command,
    )


def least(call: Call, seat: Seat) -> str | None:
    """The least permission with which this identity may make the call."""
    accepted = call.application if seat.identity == "app" else call.delegated
    return accepted[0] if accepted else None


def policy_command(*, owner: str, app: str = "<application id>") -> str:
    """What a Teams administrator runs so that the app may act for this organizer; it takes up to half an hour."""
    return POLICY_COMMAND.format(app=app, owner=owner)

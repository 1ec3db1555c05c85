"""What a caller may do: permissions, the access policy, other people's mailboxes.

Source: learn.microsoft.com/graph/permissions-reference,
learn.microsoft.com/graph/cloud-communication-online-meeting-application-access-policy
"""

from datetime import timedelta

from bot.graph.emulator.exchange import Call, Caller, GraphError
from bot.graph.emulator.identity import Identity
from bot.graph.emulator.parts import User
from bot.graph.emulator.routing import Route
from bot.graph.emulator.world import World


class Gate:
    """Lets callers in, one call at a time."""

    def __init__(self, world: World, identity: Identity) -> None:
        self._world = world
        self._identity = identity

    def permit(self, route: Route, call: Call) -> None:
        """Refuse a caller the route is not for: kind, permissions, access policy, someone else's meetings."""
        needs = route.needs.app if call.caller.is_app else route.needs.delegated
        kind = "Application" if call.caller.is_app else "Delegated"
        outlook = any(each in route.pattern for each in ("event", "alendar", "findMeetingTimes", "sendMail"))
        code = "ErrorAccessDenied" if outlook else "Forbidden"
        if not needs:
            raise GraphError(403, code, f"{kind} permissions are not supported for this operation.")
        if self._world.switches.check_tokens and not call.caller.granted & set(needs):
            had = ", ".join(sorted(call.caller.granted))
            message = f"Missing permissions. API requires one of '{', '.join(needs)}'. The request has '{had}'."
            raise GraphError(403, code, message)
        if call.caller.is_app:
            if (
                route.needs.access_policy
                and call.subject is not None
                and not self._has_policy(call.caller, call.subject)
            ):
                raise self._no_policy(call)
        elif call.subject is not None and call.caller.user is not None and call.subject.id != call.caller.user.id:
            self._permit_others(route, call, code)

    def _permit_others(self, route: Route, call: Call, code: str) -> None:
        """A signed-in person reaches into someone else's mailbox only where it is shared, into meetings never."""
        if route.pattern == "{user}" or "/outlook/" in route.pattern:
            return
        shared = {"Calendars.ReadWrite.Shared"} | ({"Calendars.Read.Shared"} if call.method == "GET" else set())
        if code == "ErrorAccessDenied" and call.caller.granted & shared:
            return
        raise GraphError(403, code, "Access is denied. Check credentials and try again.")

    def _has_policy(self, caller: Caller, user: User) -> bool:
        waited = self._identity.now() - self._identity.began_at
        return any(
            each.app_id == caller.app_id
            and (each.users is None or user.id in each.users)
            and waited >= timedelta(minutes=each.after_minutes)
            for each in self._world.access_policies
        )

    def _no_policy(self, call: Call) -> GraphError:
        """Source: learn.microsoft.com/graph/cloud-communication-online-meeting-application-access-policy; older pages
        print the other code.
        """
        if self._world.switches.access_policy_error == "Unauthorized":
            message = f"App {call.caller.app_id} is not authorized to act on behalf of user {call.user.id}."
            return GraphError(403, "Unauthorized", message)
        return GraphError(403, "Forbidden", "No application access policy found for this app.")

"""People and zone names. Source: learn.microsoft.com/graph/api/user-get, outlookuser-supportedtimezones"""

import re
from typing import Any

from bot.graph.emulator.exchange import Answer, Call, bad_request
from bot.graph.emulator.paging import page, selected
from bot.graph.emulator.parts import User
from bot.graph.emulator.routing import Needs, route
from bot.graph.emulator.world import World
from bot.graph.zones import IANA_TO_WINDOWS, WINDOWS_TO_IANA, windows_name

USER = Needs(("User.Read", "User.ReadBasic.All", "User.Read.All"), ("User.Read.All",))
SETTINGS = Needs(
    ("MailboxSettings.Read", "MailboxSettings.ReadWrite"), ("MailboxSettings.Read", "MailboxSettings.ReadWrite")
)
_STANDARD = re.compile(
    r"supportedTimeZones\(TimeZoneStandard=microsoft\.graph\.timeZoneStandard'(Iana|Windows)'\)", re.I
)


class DirectoryArea:
    """``/users/{id}``, ``/me`` and what hangs on a mailbox."""

    def __init__(self, world: World) -> None:
        self._world = world

    @route("GET", "{user}", USER)
    def read(self, call: Call) -> Answer:
        """200 with the properties Graph returns by default."""
        context = f"{self._world.cloud.graph}/{call.version}/$metadata#users/$entity"
        return Answer(200, {"@odata.context": context, **selected(call, _person(call.user))})

    @route("GET", "users", Needs(("User.ReadBasic.All", "User.Read.All"), ("User.Read.All",)))
    def everyone(self, call: Call) -> Answer:
        """The directory, in pages."""
        if "$filter" in call.query:
            raise bad_request("Unsupported or invalid query filter clause.", "Request_UnsupportedQuery")
        return page(self._world, call, [_person(each) for each in self._world.users], "users")

    @route("GET", "{user}/mailboxSettings", SETTINGS)
    def settings(self, call: Call) -> Answer:
        """The mailbox's zone, always by its Windows name."""
        zone = windows_name(call.user.time_zone)
        context = f"{self._world.cloud.graph}/{call.version}/$metadata#users('{call.user.id}')/mailboxSettings"
        return Answer(
            200, {"@odata.context": context, "timeZone": zone, "timeFormat": "h:mm tt", "dateFormat": "M/d/yyyy"}
        )

    @route("GET", "{user}/outlook/{function}", USER)
    def time_zones(self, call: Call) -> Answer:
        """Zone names the mailbox server knows, Windows names unless IANA ones are asked for."""
        asked = _STANDARD.fullmatch(call["function"])
        if call["function"].casefold() != "supportedtimezones" and asked is None:
            raise bad_request(f"Resource not found for the segment '{call['function']}'.")
        names = sorted(IANA_TO_WINDOWS if asked and asked[1].casefold() == "iana" else WINDOWS_TO_IANA)
        context = f"{self._world.cloud.graph}/{call.version}/$metadata#Collection(microsoft.graph.timeZoneInformation)"
        return Answer(
            200, {"@odata.context": context, "value": [{"alias": each, "displayName": each} for each in names]}
        )


def _person(user: User) -> dict[str, Any]:
    given, _, surname = user.name.rpartition(" ")
    return {
        "businessPhones": [],
        "displayName": user.name,
        "givenName": given or None,
        "jobTitle": user.job_title,
        "mail": user.mailbox,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "surname": surname,
        "userPrincipalName": user.upn or user.mailbox,
        "id": user.id,
    }

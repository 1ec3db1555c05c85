"""The failure table of Teams' connector, row by row: understood, and acted upon."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bot.retry_after import LONGEST_WAIT
from bot.teams.connector import Connector
from bot.teams.failures import POLICY, FailureKind, classified
from bot.teams.hosts import GCC, TrustedHosts
from bot.teams.pace import LocalPace
from bot.teams.ports import ConversationType, Reference
from bot.teams.proactive import Home, TeamsNotifier
from bot.teams.sender import Sender
from bot.teams.tokens import PUBLIC, CredentialsRefused
from bot.visits.errors import ChatBusy, MessageGone, OutcomeUnknown, RecipientUnreachable
from bot.visits.ports.messages import MessageRef
from tests.clock import HandClock
from tests.personas import JORDAN, KIM, TENANT_ID
from tests.unit.teams.memory import MemoryContacts
from tests.unit.teams.world import APP_ID, NOW, SERVICE_URL, Teams, card

BLOCKED = {"errorCode": 209, "message": json.dumps({"subCode": "MessageWritesBlocked", "details": "blocked"})}


def error(code: str) -> dict[str, Any]:
    """The connector's usual error body."""
    return {"error": {"code": code, "message": "said in English"}}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, error("Bad Argument"), FailureKind.bad_request),
        (400, {"error": {"code": "BadArgument", "message": "Not a known activity id"}}, FailureKind.message_gone),
        (401, error("BotNotRegistered"), FailureKind.bot_not_registered),
        (403, error("BotDisabledByAdmin"), FailureKind.disabled_by_admin),
        (403, error("BotNotInConversationRoster"), FailureKind.not_in_conversation),
        (403, error("ConversationBlockedByUser"), FailureKind.blocked_by_user),
        (403, BLOCKED, FailureKind.writes_blocked),
        (403, {"error": {"code": "Forbidden", "message": json.dumps({"subCode": "MessageWritesBlocked"})}},
         FailureKind.writes_blocked),
        (403, error("ForbiddenOperationException"), FailureKind.not_installed),
        (403, error("InvalidBotApiHost"), FailureKind.wrong_host),
        (403, error("NotEnoughPermissions"), FailureKind.not_permitted),
        (403, b"<html>forbidden</html>", FailureKind.forbidden),
        (404, error("ConversationNotFound"), FailureKind.conversation_gone),
        (404, error("ActivityNotFoundInConversation"), FailureKind.message_gone),
        (412, error("PreconditionFailed"), FailureKind.conflicting),
        (413, error("MessageSizeTooBig"), FailureKind.too_big),
        (429, error("Throttled"), FailureKind.throttled),
        (500, error("ServiceError"), FailureKind.service_error),
        (502, b"<html>Bad gateway</html>", FailureKind.gateway),
        (503, b"", FailureKind.gateway),
        (504, b"{", FailureKind.gateway),
        (408, b"", FailureKind.gateway),
        (507, b"", FailureKind.service_error),
        (418, b"", FailureKind.bad_request),
    ],
)  # fmt: skip
def test_each_answer_is_understood(status: int, body: Any, kind: FailureKind) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    assert classified(status, {}, content, now=NOW).kind is kind


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        *(("7", 7), ("1.5", 1.5), ("Fri, 20 Nov 2026 17:00:30 GMT", 30), ("-3", 0), ("soon", None), ("", None)),
        *(("inf", LONGEST_WAIT), ("1e12", LONGEST_WAIT), ("nan", None)),
    ],
)
def test_retry_after_is_a_number_or_a_date(said: str, seconds: float | None) -> None:
    assert classified(429, {"Retry-After": said}, b"", now=NOW).retry_after == seconds


def test_whoever_is_noted_as_gone_got_nothing() -> None:
    # The note is written before the verdict, and a store that is away then says that nothing was delivered.
    assert not [kind for kind, policy in POLICY.items() if policy.kills and policy.may_have_arrived]


def test_the_table_has_a_row_for_each_kind() -> None:
    assert set(POLICY) == set(FailureKind)


# --- acting ---------------------------------------------------------------------------------------


class Tokens:
    """A token, until it is refused."""

    refused = False

    async def token(self) -> str:
        if self.refused:
            raise CredentialsRefused
        return "bot-token"


class Outside:
    """A notifier over the stub connector, with a clock that sleeping moves."""

    def __init__(self) -> None:
        self.teams = Teams()
        self.clock = HandClock(NOW)
        self.contacts = MemoryContacts()
        self.tokens = Tokens()
        connector = Connector(self.teams.http, self.clock, tokens=self.tokens, hosts=TrustedHosts())
        self.sender = Sender(
            connector, self.contacts, LocalPace(), self.clock, sleep=self.clock.sleep, jitter=lambda: 1.0
        )
        home = Home(TENANT_ID, APP_ID, PUBLIC.service_url)
        self.notifier = TeamsNotifier(
            self.sender, self.contacts, self.clock, time_zone="America/Los_Angeles", home=home
        )

    async def meets(self, conversation_id: str = "a:jordan") -> Reference:
        """Jordan writes to the bot."""
        reference = Reference(
            conversation_id=conversation_id,
            conversation_type=ConversationType.personal,
            tenant_id=TENANT_ID,
            service_url=SERVICE_URL,
            bot_id=f"28:{APP_ID}",
            user_id=JORDAN.teams_id,
            object_id=JORDAN.object_id,
            name=JORDAN.name,
            seen_at=self.clock.now(),
        )
        await self.contacts.seen(reference)
        self.clock.advance(seconds=1)
        return reference

    async def post(self) -> MessageRef:
        """A card for Jordan."""
        return await self.notifier.post(JORDAN.object_id, card("reminder"), summary="Visit at 2:30")

    @property
    def dead(self) -> str | None:
        """Why Jordan's chat is dead."""
        return next(iter(self.contacts.chats.values())).dead_reason


@pytest.fixture
async def outside() -> Outside:
    """Jordan is known."""
    world = Outside()
    await world.meets()
    return world


async def test_a_card_goes_out_with_summary_token_and_address(outside: Outside) -> None:
    sent = await outside.post()
    assert sent == MessageRef(conversation_id="a:jordan", activity_id="sent-1")
    method, path, body = outside.teams.calls[0]
    assert (method, path) == ("POST", "/amer/v3/conversations/a%3Ajordan/activities")
    assert body["summary"] == "Visit at 2:30"
    assert body["attachments"][0]["content"] == card("reminder")
    assert (body["from"]["id"], body["recipient"]["id"]) == (f"28:{APP_ID}", JORDAN.teams_id)
    assert "replyToId" not in body
    assert outside.teams.tokens == ["Bearer bot-token"]


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (403, error("BotDisabledByAdmin"), "disabled_by_admin"),
        (403, error("BotNotInConversationRoster"), "not_in_conversation"),
        (403, error("ConversationBlockedByUser"), "blocked_by_user"),
        (403, BLOCKED, "writes_blocked"),
        (403, error("ForbiddenOperationException"), "not_installed"),
    ],
)
async def test_a_dead_chat_is_tried_once_marked_and_revived_by_the_next_message(
    outside: Outside, status: int, body: Any, reason: str
) -> None:
    outside.teams.refuse_once(status, body)
    with pytest.raises(RecipientUnreachable) as told:
        await outside.post()
    assert (told.value.reason, outside.dead) == (reason, reason)
    with pytest.raises(RecipientUnreachable):
        await outside.post()
    assert len(outside.teams.calls) == 1
    await outside.meets()
    assert (await outside.post()).activity_id == "sent-2"


async def test_someone_heard_during_the_attempt_stays_alive(outside: Outside) -> None:
    def meanwhile(request: httpx.Request) -> httpx.Response:
        outside.teams.refusals.clear()
        chat = outside.contacts.chats["a:jordan"]
        heard = chat.reference.model_copy(update={"seen_at": outside.clock.now()})
        outside.contacts.chats["a:jordan"] = chat.model_copy(update={"reference": heard})
        return httpx.Response(403, json=error("ConversationBlockedByUser"))

    outside.teams.refusals.append(meanwhile)
    with pytest.raises(RecipientUnreachable):
        await outside.post()
    assert outside.dead is None


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, error("Bad Argument"), "bad_request"),
        (403, error("NotEnoughPermissions"), "not_permitted"),
        (413, error("MessageSizeTooBig"), "too_big"),
    ],
)
async def test_a_fault_of_ours_is_not_repeated_and_kills_nothing(
    outside: Outside, status: int, body: Any, reason: str
) -> None:
    outside.teams.refuse_once(status, body)
    with pytest.raises(RecipientUnreachable) as told:
        await outside.post()
    assert (told.value.reason, outside.dead, len(outside.teams.calls)) == (reason, None, 1)


@pytest.mark.parametrize("status", [412, 429])
async def test_waiting_helps(outside: Outside, status: int) -> None:
    outside.teams.refuse_once(status, headers={"Retry-After": "3"})
    assert (await outside.post()).activity_id == "sent-2"
    assert sum(outside.clock.slept) == 3


async def test_retry_after_beyond_our_patience_is_handed_on(outside: Outside) -> None:
    outside.teams.refuse_once(429, headers={"Retry-After": "120"})
    with pytest.raises(ChatBusy) as told:
        await outside.post()
    assert told.value.retry_after == 120
    with pytest.raises(ChatBusy):
        await outside.post()
    assert len(outside.teams.calls) == 1, "nothing passes before the time Teams named"
    outside.clock.advance(seconds=121)
    assert (await outside.post()).activity_id == "sent-2"


async def test_endless_throttling_ends_after_four_tries(outside: Outside) -> None:
    outside.teams.refusals.append(lambda request: httpx.Response(429))
    with pytest.raises(ChatBusy):
        await outside.post()
    assert len(outside.teams.calls) == 4


AMBIGUOUS: list[Callable[[Teams], None]] = [
    lambda teams: teams.refuse_once(500, error("ServiceError")),
    lambda teams: teams.refuse_once(502, b"<html>"),
    lambda teams: teams.refuse_once(503),
    lambda teams: teams.refuse_once(504),
    lambda teams: teams.refuse_once(408),
    lambda teams: teams.break_once(httpx.ReadTimeout("slow")),
    lambda teams: teams.break_once(httpx.RemoteProtocolError("cut")),
]


@pytest.mark.parametrize("happens", AMBIGUOUS)
async def test_a_message_that_may_have_arrived_is_never_posted_again(
    outside: Outside, happens: Callable[[Teams], None]
) -> None:
    happens(outside.teams)
    with pytest.raises(OutcomeUnknown):
        await outside.post()
    assert (len(outside.teams.calls), outside.dead) == (1, None)


@pytest.mark.parametrize("happens", AMBIGUOUS[1:])
async def test_an_edit_is_repeated(outside: Outside, happens: Callable[[Teams], None]) -> None:
    happens(outside.teams)
    await outside.notifier.edit(MessageRef(conversation_id="a:jordan", activity_id="1"), card("x"), summary="x")
    assert [method for method, _, _ in outside.teams.calls] == ["PUT", "PUT"]


async def test_a_connection_that_never_stood_is_tried_again(outside: Outside) -> None:
    outside.teams.break_once(httpx.ConnectError("refused"))
    assert (await outside.post()).activity_id == "sent-2"


async def test_a_gcc_tenant_s_host_is_rewritten_once_and_kept(outside: Outside) -> None:
    outside.teams.refuse_once(403, error("InvalidBotApiHost"))
    await outside.post()
    assert outside.teams.calls[1][1].startswith("/gcc/v3/")
    assert outside.contacts.chats["a:jordan"].reference.service_url == GCC
    outside.teams.refuse_once(403, error("InvalidBotApiHost"))
    with pytest.raises(RecipientUnreachable):
        await outside.post()
    assert len(outside.teams.calls) == 3


async def test_a_chat_that_is_gone_is_created_anew_once(outside: Outside) -> None:
    outside.teams.refuse_once(404, error("ConversationNotFound"))
    sent = await outside.post()
    assert [path for _, path, _ in outside.teams.calls] == [
        "/amer/v3/conversations/a%3Ajordan/activities",
        "/amer/v3/conversations",
        "/amer/v3/conversations/sent-2/activities",
    ]
    created = outside.teams.calls[1][2]
    assert created["members"] == [{"id": JORDAN.object_id}]
    assert (created["tenantId"], created["channelData"]["tenant"]["id"]) == (TENANT_ID, TENANT_ID)
    assert sent.conversation_id == "sent-2"
    assert list(outside.contacts.chats) == ["sent-2"]


async def test_a_chat_that_is_gone_again_is_given_up(outside: Outside) -> None:
    outside.teams.refusals.append(
        lambda request: (
            httpx.Response(404, json=error("ConversationNotFound"))
            if request.url.path.endswith("/activities")
            else None
        )
    )
    with pytest.raises(RecipientUnreachable):
        await outside.post()
    assert len(outside.teams.calls) == 3
    assert outside.dead == "conversation_gone"


async def test_someone_who_never_wrote_gets_a_chat_where_the_app_is_installed(outside: Outside) -> None:
    sent = await outside.notifier.post(KIM.object_id, card("reminder"), summary="x")
    assert [path for _, path, _ in outside.teams.calls] == [
        "/teams/v3/conversations",
        "/teams/v3/conversations/sent-1/activities",
    ]
    assert sent.conversation_id == "sent-1"
    outside.teams.refuse_once(403, error("ForbiddenOperationException"))
    with pytest.raises(RecipientUnreachable):
        await outside.notifier.post("99999999-0000-4000-8000-000000000000", card("reminder"), summary="x")


async def test_the_desk_s_chat_needs_no_earlier_message(outside: Outside) -> None:
    sent = await outside.notifier.post_to_chat("19:desk@thread.v2", card("notice"), summary="x")
    assert sent.conversation_id == "19:desk@thread.v2"
    assert "recipient" not in outside.teams.calls[0][2]


async def test_an_unregistered_bot_stops_sending_for_a_while(outside: Outside) -> None:
    outside.teams.refuse_once(401, error("BotNotRegistered"))
    for _ in range(3):
        with pytest.raises(ChatBusy):
            await outside.post()
    assert len(outside.teams.calls) == 1
    outside.clock.advance(seconds=61)
    assert (await outside.post()).activity_id == "sent-2"


async def test_without_a_token_of_ours_nothing_is_sent_and_later_may_help(outside: Outside) -> None:
    outside.tokens.refused = True
    with pytest.raises(ChatBusy):
        await outside.post()
    assert outside.teams.calls == []


async def test_a_message_that_is_gone_is_said(outside: Outside) -> None:
    outside.teams.refuse_once(404, error("ActivityNotFoundInConversation"))
    with pytest.raises(MessageGone):
        await outside.notifier.edit(MessageRef(conversation_id="a:jordan", activity_id="1"), card("x"), summary="x")


async def test_removing_the_app_stops_sending(outside: Outside) -> None:
    await outside.contacts.mark_uninstalled("a:jordan")
    with pytest.raises(RecipientUnreachable):
        await outside.post()
    assert outside.teams.calls == []


async def test_a_chat_gets_seven_a_second_and_a_tenant_twenty(outside: Outside) -> None:
    began = outside.clock.now()
    for _ in range(15):
        await outside.post()
    assert (outside.clock.now() - began).total_seconds() == pytest.approx(8 / 7, abs=0.01)
    for number in range(60):
        await outside.meets(f"a:{number}")
    began = outside.clock.now()
    for number in range(60):
        reference = outside.contacts.chats[f"a:{number}"].reference
        outside.contacts.chats = {
            reference.conversation_id: outside.contacts.chats[f"a:{number}"]
        } | outside.contacts.chats
        await outside.notifier.post_to_chat(f"a:{number}", card("x"), summary="x")
    assert (outside.clock.now() - began).total_seconds() == pytest.approx(40 / 20, abs=0.1)


async def test_what_is_known_of_a_person_is_in_their_chosen_zone_and_language(outside: Outside) -> None:
    person = await outside.notifier.person(JORDAN.object_id)
    assert person is not None
    assert (person.time_zone, person.locale) == ("America/Los_Angeles", "en-US")
    assert await outside.notifier.person("nobody") is None

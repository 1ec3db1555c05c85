"""Activities as people's clients send them, read as a person would."""

from typing import Any

import pytest

from bot.teams.arrivals import (
    MalformedActivity,
    checked,
    is_farewell,
    kind_of,
    pressed,
    reference_in,
    said,
)
from bot.teams.ports import ConversationType
from bot.teams.turns import TurnKind
from tests.personas import SOFIA
from tests.unit.teams import world
from tests.unit.teams.world import BOT, NOW, arrived, executed, invoked, submitted


def mention(text: str, *, of: dict[str, str] = BOT, literal: str | None = None) -> dict[str, Any]:
    """A message that mentions someone."""
    entity = {"type": "mention", "mentioned": of, "text": literal or f"<at>{of['name']}</at>"}
    return world.said(text, entities=[entity])


ANA = {"id": "29:ana", "name": "Ana"}


@pytest.mark.parametrize(
    ("activity", "text"),
    [
        (world.said("  book  Ana \n"), "book Ana"),
        (mention("<at>Visits</at>&nbsp;book Ana"), "book Ana"),
        (mention("<at>Visits</at> list Visits today"), "list Visits today"),
        (mention('<at id="0">Visits</at> help', literal='<at id="0">Visits</at>'), "help"),
        (mention('<at id="0">Visits</at> help', literal="<at>Visits</at>"), "help"),
        (mention("book <at>Ana</at> &amp; co", of=ANA), "book Ana & co"),
        (mention("help", literal="<at>Other</at>"), "help"),
        (world.said("say <at>Nobody</at> here"), "say Nobody here"),
        (world.said("a & b &amp; c"), "a & b &amp; c"),
        (world.said("line one\r\nline two"), "line one\nline two"),
        (world.said("x", entities="nonsense"), "x"),
        (world.said("x", entities=[None, 1, {"type": "mention"}]), "x"),
        (world.arrived("message"), ""),
    ],
)
def test_what_was_said_is_read_without_mentions(activity: dict[str, Any], text: str) -> None:
    assert said(activity) == text


@pytest.mark.parametrize(
    ("activity", "kind"),
    [
        (world.said("hi"), TurnKind.message),
        (submitted("menu.book.v1"), TurnKind.verb),
        (arrived("message", value={"draft": 1}), TurnKind.verb),
        (arrived("message", value='{"verb": "menu.book.v1"}', text="Book"), TurnKind.verb),
        (arrived("message", value={"some": "data"}, text="Book"), TurnKind.message),
        (arrived("message", value="plain", text="Book"), TurnKind.message),
        (arrived("message", value="{broken", text=""), TurnKind.message),
        (executed("menu.book.v1"), TurnKind.verb),
        (invoked("task/fetch"), TurnKind.invoke),
        (arrived("installationUpdate", action="add"), TurnKind.install),
        (arrived("installationUpdate", action="add-upgrade"), TurnKind.install),
        (arrived("installationUpdate", action="remove"), TurnKind.event),
        (arrived("conversationUpdate", membersAdded=[BOT]), TurnKind.install),
        (arrived("conversationUpdate", membersAdded=[ANA]), TurnKind.event),
        ({**arrived("conversationUpdate"), "channelData": None}, TurnKind.event),
        (arrived("messageReaction"), TurnKind.event),
        (arrived("somethingNew"), TurnKind.event),
    ],
)
def test_each_activity_has_its_kind(activity: dict[str, Any], kind: TurnKind) -> None:
    assert kind_of(activity) is kind


@pytest.mark.parametrize(
    "activity",
    [
        executed("visit.show.v1", {"visit_id": "v1"}),
        submitted("visit.show.v1", {"visit_id": "v1"}),
        arrived("message", value='{"verb": "visit.show.v1", "visit_id": "v1"}', text="Show"),
        invoked("suggestedAction/submit", {"verb": "visit.show.v1", "visit_id": "v1"}),
    ],
)
def test_a_press_is_the_same_however_it_arrives(activity: dict[str, Any]) -> None:
    verb, data = pressed(activity)
    assert (verb, data["visit_id"]) == ("visit.show.v1", "v1")


@pytest.mark.parametrize("value", [None, 1, "x", [], {"action": None}, {"action": []}, {"action": {"data": 7}}])
def test_a_press_without_sense_is_empty(value: Any) -> None:
    assert pressed(arrived("invoke", name="adaptiveCard/action", value=value)) == ("", {})


def test_the_reference_is_what_a_later_message_needs() -> None:
    reference = reference_in(world.said("hola", by=SOFIA), now=NOW)
    assert reference.object_id == SOFIA.object_id
    assert reference.user_id == SOFIA.teams_id
    assert reference.tenant_id == SOFIA.tenant_id
    assert reference.bot_id == BOT["id"]
    assert reference.locale == "es-MX"
    assert reference.teams_time_zone == "America/Los_Angeles"
    assert reference.conversation_type is ConversationType.personal
    assert SOFIA.name not in repr(reference)


def test_zone_and_locale_may_come_in_the_client_info_only() -> None:
    info = {"type": "clientInfo", "locale": "en-GB", "timezone": "Europe/London"}
    activity = {**world.said("hi"), "localTimezone": None, "locale": None, "entities": [info]}
    reference = reference_in(activity, now=NOW)
    assert (reference.locale, reference.teams_time_zone) == ("en-GB", "Europe/London")


def test_ids_of_entra_mean_the_same_in_capitals() -> None:
    said = world.said("hi", by=SOFIA)
    told = {
        **said,
        "from": {**said["from"], "aadObjectId": SOFIA.object_id.upper()},
        "channelData": {"tenant": {"id": SOFIA.tenant_id.upper()}},
    }
    reference = reference_in(told, now=NOW)
    assert (reference.object_id, reference.tenant_id) == (SOFIA.object_id, SOFIA.tenant_id)


def test_a_zone_or_locale_that_is_none_is_left_out() -> None:
    reference = reference_in({**world.said("hi"), "localTimezone": "Mars/Base", "locale": "<x>"}, now=NOW)
    assert (reference.locale, reference.teams_time_zone) == ("en-US", None)


def test_a_group_chat_is_known_by_its_flag_too() -> None:
    activity = {**world.said("hi"), "conversation": {"id": "19:x", "isGroup": True}}
    assert reference_in(activity, now=NOW).conversation_type is ConversationType.group_chat


def test_a_conversation_of_no_known_type_counts_as_a_group() -> None:
    activity = {**world.said("hi"), "conversation": {"id": "19:x", "conversationType": "moon"}}
    assert reference_in(activity, now=NOW).conversation_type is ConversationType.group_chat


@pytest.mark.parametrize("missing", ["type", "serviceUrl", "channelId", "conversation", "recipient"])
def test_an_activity_without_its_frame_is_malformed(missing: str) -> None:
    with pytest.raises(MalformedActivity, match=missing):
        checked({name: value for name, value in world.said("hi").items() if name != missing})


@pytest.mark.parametrize(
    ("activity", "farewell"),
    [
        (arrived("installationUpdate", action="remove"), True),
        (arrived("conversationUpdate", membersRemoved=[BOT]), True),
        (arrived("conversationUpdate", membersRemoved=[ANA]), False),
        (world.said("bye"), False),
    ],
)
def test_the_app_s_removal_is_noticed(activity: dict[str, Any], farewell: bool) -> None:
    assert is_farewell(activity) is farewell

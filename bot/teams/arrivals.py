"""An inbound activity, read: what kind of turn it is, what was said or pressed, by whom and where. Pure.

Activities are read as the JSON they came as: the SDK's models drop or rename fields (``conversation.tenantId``,
``value.trigger``) and complain about every one they do not know.
"""

import html
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.teams.ports import ConversationType, Reference
from bot.teams.turns import TurnKind
from bot.visits.models.values import known_zones

ACTION = "adaptiveCard/action"
SUBMITTED_BY_INVOKE = ("", "suggestedAction/submit", "suggestedActions/submit")
"""Invokes that are a plain Action.Submit: its data is the value. Microsoft's pages and packages differ on the name."""
LONGEST_TEXT = 10_000
"""Characters of a message that are read; the rest is cut off."""

_AT = re.compile(r"<at\b[^>]*>(.*?)</at>", re.IGNORECASE | re.DOTALL)
_SPACES = re.compile(r"[ \t\xa0]+")


class MalformedActivity(ValueError):
    """What was posted is no activity. The message names fields only, never what was in them."""


def object_at(node: Any, *path: str) -> Mapping[str, Any]:
    """The JSON object at a path; an empty one where there is none. Nothing inbound has the shape it should have."""
    for name in path:
        node = node.get(name) if isinstance(node, Mapping) else None
    return node if isinstance(node, Mapping) else {}


def text_at(node: Any, *path: str) -> str:
    """The text at a path; empty where there is none."""
    value = object_at(node, *path[:-1]).get(path[-1])
    return value if isinstance(value, str) else ""


def tenant_of(activity: Mapping[str, Any]) -> str:
    """Whose organisation the activity comes from."""
    return text_at(activity, "channelData", "tenant", "id") or text_at(activity, "conversation", "tenantId")


def checked(body: object) -> Mapping[str, Any]:
    """The activity in a request's body. Raises MalformedActivity."""
    if not isinstance(body, Mapping):
        raise MalformedActivity("not an object")
    missing = [
        name
        for name, value in (
            ("type", text_at(body, "type")),
            ("serviceUrl", text_at(body, "serviceUrl")),
            ("channelId", text_at(body, "channelId")),
            ("conversation.id", text_at(body, "conversation", "id")),
            ("recipient.id", text_at(body, "recipient", "id")),
        )
        if not value
    ]
    if missing:
        raise MalformedActivity(", ".join(missing))
    return body


def reference_in(activity: Mapping[str, Any], *, now: datetime) -> Reference:
    """Where to reach this conversation later, as every inbound activity tells."""
    zone = text_at(activity, "localTimezone") or text_at(_client_info(activity), "timezone")
    sent_by_bot = text_at(activity, "from", "id") == text_at(activity, "recipient", "id")
    person = {} if sent_by_bot else object_at(activity, "from")
    return Reference(
        conversation_id=text_at(activity, "conversation", "id"),
        conversation_type=_conversation_type(activity),
        tenant_id=tenant_of(activity).lower(),
        service_url=text_at(activity, "serviceUrl"),
        channel_id=text_at(activity, "channelId"),
        bot_id=text_at(activity, "recipient", "id"),
        user_id=text_at(person, "id"),
        object_id=text_at(person, "aadObjectId").lower(),
        name=text_at(person, "name")[:256],
        locale=locale_of(activity),
        teams_time_zone=zone if zone in known_zones() else None,
        seen_at=now,
    )


def locale_of(activity: Mapping[str, Any]) -> str:
    """The person's locale as Teams says."""
    said = text_at(activity, "locale") or text_at(_client_info(activity), "locale")
    return said if re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}", said) else "en-US"


def kind_of(activity: Mapping[str, Any]) -> TurnKind:
    """What kind of turn an activity makes.

    A button without Universal Actions arrives as a message with a ``value`` and, mostly, no text.
    """
    match text_at(activity, "type"):
        case "message":
            return TurnKind.verb if _submitted(activity) is not None else TurnKind.message
        case "invoke":
            return TurnKind.verb if text_at(activity, "name") in (ACTION, *SUBMITTED_BY_INVOKE) else TurnKind.invoke
        case "installationUpdate" if text_at(activity, "action") in ("add", "add-upgrade"):
            return TurnKind.install
        case "conversationUpdate" if _bot_came(activity):
            return TurnKind.install
    return TurnKind.event


def is_farewell(activity: Mapping[str, Any]) -> bool:
    """Whether the app was removed from the conversation."""
    if text_at(activity, "type") == "installationUpdate":
        return text_at(activity, "action") in ("remove", "remove-upgrade")
    return text_at(activity, "type") == "conversationUpdate" and _is_bot_among(activity, "membersRemoved")


def pressed(activity: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The verb and the data of a pressed button, the same however it arrived. An unknown verb is empty."""
    if text_at(activity, "type") == "invoke":
        action = object_at(activity, "value", "action")
        data = _as_object(action.get("data")) or {}
        if text_at(activity, "name") != ACTION:
            data = _as_object(activity.get("value")) or {}
        return text_at(action, "verb") or text_at(data, "verb"), data
    data = _submitted(activity) or {}
    return text_at(data, "verb"), data


def said(activity: Mapping[str, Any]) -> str:
    """What was typed: without mentions of the bot, other mentions as plain names, without entities of HTML."""
    text = text_at(activity, "text")[:LONGEST_TEXT]
    bot_id = text_at(activity, "recipient", "id")
    mentions = [each for each in _entities(activity) if each.get("type") == "mention"]
    for mention in mentions:
        if text_at(mention, "mentioned", "id") == bot_id:
            text = _without(text, text_at(mention, "text"), text_at(mention, "mentioned", "name"))
    text = _AT.sub(r"\1", text)
    if mentions or text_at(activity, "textFormat") == "xml" or "&nbsp;" in text:
        text = html.unescape(text)
    lines = (_SPACES.sub(" ", line).strip() for line in text.replace("\r\n", "\n").split("\n"))
    return "\n".join(lines).strip()


def _submitted(activity: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The data of an Action.Submit, if the message is one; ``messageBack`` may bring it as a JSON string."""
    data = _as_object(activity.get("value"))
    if data is None:
        return None
    return data if text_at(data, "verb") or not text_at(activity, "text").strip() else None


def _as_object(value: object) -> Mapping[str, Any] | None:
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, Mapping) else None


def _client_info(activity: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((each for each in _entities(activity) if each.get("type") == "clientInfo"), {})


def _entities(activity: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    entities = activity.get("entities")
    return [object_at(each) for each in entities] if isinstance(entities, list) else []


def _without(text: str, literal: str, name: str) -> str:
    """The text without one mention: the words that the entity says stand for it, else the tag with the name."""
    if literal and literal in text:
        return text.replace(literal, " ", 1)
    tag = next((each for each in _AT.finditer(text) if each[1].strip() == name), None)
    return f"{text[: tag.start()]} {text[tag.end() :]}" if tag else text


def _conversation_type(activity: Mapping[str, Any]) -> ConversationType:
    """One of Teams' three; what it calls otherwise counts as a group, where nothing personal is shown."""
    name = text_at(activity, "conversation", "conversationType")
    if not name:
        is_group = object_at(activity, "conversation").get("isGroup")
        return ConversationType.group_chat if is_group else ConversationType.personal
    return ConversationType(name) if name in set(ConversationType) else ConversationType.group_chat


def _bot_came(activity: Mapping[str, Any]) -> bool:
    return _is_bot_among(activity, "membersAdded")


def _is_bot_among(activity: Mapping[str, Any], field: str) -> bool:
    members = activity.get(field)
    bot_id = text_at(activity, "recipient", "id")
    return isinstance(members, list) and any(text_at(each, "id") == bot_id for each in members)

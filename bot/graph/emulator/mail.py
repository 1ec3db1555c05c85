"""Mail people send through Graph. Source: learn.microsoft.com/graph/api/user-sendmail"""

from typing import Any, Literal

from bot.graph.emulator.bodies import Body, parse
from bot.graph.emulator.event_bodies import EmailAddress, ItemBody
from bot.graph.emulator.exchange import Answer, Call, bad_request
from bot.graph.emulator.routing import Needs, route
from bot.graph.emulator.state import Mail, State

SEND = Needs(("Mail.Send",), ("Mail.Send",))


class Recipient(Body):
    """Whom it goes to."""

    email_address: EmailAddress


class Message(Body):
    """What is sent, as far as callers here may choose."""

    subject: str | None = None
    body: ItemBody | None = None
    to_recipients: list[Recipient]
    cc_recipients: list[Recipient] | None = None
    bcc_recipients: list[Recipient] | None = None
    reply_to: list[Recipient] | None = None
    importance: Literal["low", "normal", "high"] | None = None
    internet_message_headers: list[dict[str, Any]] | None = None
    single_value_extended_properties: list[dict[str, Any]] | None = None


class SendMailBody(Body):
    """The action's parameters."""

    message: Message
    save_to_sent_items: bool = True


class MailArea:
    """``sendMail``."""

    def __init__(self, state: State) -> None:
        self._state = state

    @route("POST", "{user}/sendMail", SEND)
    def send(self, call: Call) -> Answer:
        """202: accepted. There is no key: a repeat sends a second mail."""
        wanted = parse(SendMailBody, call.body, kind="sendMail", action=True, read_code="RequestBodyRead")
        message = wanted.message
        everyone = [*message.to_recipients, *(message.cc_recipients or []), *(message.bcc_recipients or [])]
        if not everyone:
            raise bad_request("At least one recipient is required.", "ErrorInvalidRecipients")
        for each in everyone:
            if "@" not in each.email_address.address:
                raise bad_request("At least one recipient is not valid.", "ErrorInvalidRecipients")
            text = message.body.content if message.body else ""
            self._state.mails.append(
                Mail(call.user.mailbox, each.email_address.address, "message", message.subject or "", text, call.now)
            )
        return Answer(202)

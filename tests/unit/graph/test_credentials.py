"""A credential that cannot be used: sign-in refuses, in words, and nothing crashes."""

from pathlib import Path

import msal
import pytest

from bot.graph.auth import Certificate, Credential, Federated, ManagedIdentity, MsalApp, Registration
from bot.graph.clouds import cloud_named
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.demo import demo_world
from bot.visits.errors import CalendarRefused
from tests.clock import HandClock
from tests.unit.graph.conftest import TENANT
from tests.unit.graph.test_sign_in import AUTHORITY, LoginOverHttp


class NoMachine:
    """Where there is no metadata service to ask for an identity."""

    def get(self, url: str, **said: object) -> object:
        raise msal.ManagedIdentityError("there is none here")

    def close(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize(
    "credential",
    [Certificate(Path("nowhere.pfx")), Federated(token_file=Path("nowhere.token")), ManagedIdentity("the-identity")],
    ids=lambda each: type(each).__name__,
)
async def test_a_credential_that_is_not_there_is_a_refusal_and_no_crash(
    credential: Credential, clock: HandClock
) -> None:
    emulator = GraphEmulator(demo_world(), clock=clock)
    app = MsalApp(
        Registration(
            credential,
            client_id=emulator.world.app.id,
            tenant_id=TENANT,
            cloud=cloud_named("global"),
            authority=AUTHORITY,
        ),
        clock=clock,
        http=NoMachine() if isinstance(credential, ManagedIdentity) else LoginOverHttp(emulator),
    )
    with pytest.raises(CalendarRefused) as raised:
        await app.for_app(None)
    assert raised.value.reason == "sign_in_refused"

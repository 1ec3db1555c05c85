"""How the login service says no. Source: learn.microsoft.com/entra/identity-platform/reference-error-codes"""

from bot.graph.emulator.exchange import Answer


def oauth_error(status: int, error: str, description: str, **more: str) -> Answer:
    """An error of OAuth."""
    return Answer(status, {"error": error, "error_description": description, **more})


class RefusedSignIn(Exception):
    """The token endpoint refuses; ``answer`` says why."""

    def __init__(self, status: int, error: str, description: str, **more: str) -> None:
        super().__init__(description)
        self.answer = oauth_error(status, error, description, **more)

"""How settings are written in an environment variable: lists, ids of Entra's, keys."""

from base64 import b64decode
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

KEY_BYTES = 32


def _listed(value: object) -> object:
    """``a, b`` as people write lists in an environment variable."""
    return tuple(each.strip() for each in value.split(",") if each.strip()) if isinstance(value, str) else value


def _tenant(value: str) -> str:
    """A tenant's id in small letters, as every token has it; a domain name signs in too, and then matches no token."""
    try:
        return str(UUID(value)) if value else ""
    except ValueError:
        raise ValueError(
            f"{value} is no tenant id: it takes the GUID that the Entra admin center shows as Tenant ID, no domain name"
        ) from None


Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
TenantId = Annotated[str, AfterValidator(_tenant)]
Tenants = Annotated[tuple[TenantId, ...], NoDecode, BeforeValidator(_listed)]
Ids = Annotated[tuple[Annotated[str, AfterValidator(str.lower)], ...], NoDecode, BeforeValidator(_listed)]
"""Object ids of people, in small letters as everywhere here."""


def is_key(text: str) -> bool:
    """Whether this is a key of 32 bytes, in either alphabet of base64."""
    try:
        return len(b64decode(text.replace("-", "+").replace("_", "/"), validate=True)) == KEY_BYTES
    except ValueError:
        return False

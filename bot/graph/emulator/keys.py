"""The emulator's signing key: one per process, made when first needed."""

import base64
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

KEY_ID = "emulator"
SIGNING_ALGORITHM = "RS256"


@lru_cache(maxsize=1)
def signing_key() -> rsa.RSAPrivateKey:
    """The private key tokens are signed with."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_jwk() -> dict[str, Any]:
    """The public key as a JSON web key."""
    numbers = signing_key().public_key().public_numbers()
    return {
        "kty": "RSA",
        "use": "sig",
        "kid": KEY_ID,
        "alg": SIGNING_ALGORITHM,
        "n": _base64url(numbers.n),
        "e": _base64url(numbers.e),
    }


def _base64url(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")

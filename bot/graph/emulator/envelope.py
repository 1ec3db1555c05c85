"""Rich notifications: the payload encrypted for the subscriber, and the tokens that prove who sent it.

Source: learn.microsoft.com/graph/webhooks-with-resource-data
"""

import base64
import json
import os
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from bot.graph.emulator.keys import KEY_ID, SIGNING_ALGORITHM, signing_key

NOTIFIER_APP = "0bf30f3b-4a52-48df-9a82-234910c4a086"
"""The application that sends Graph's change notifications; a subscriber checks that the token is its."""


class CertificateRefused(ValueError):
    """The subscriber's certificate is none, or its key is not RSA of 2048 to 4096 bits."""


def public_key_of(certificate: str) -> rsa.RSAPublicKey:
    """The key in a base64 X.509 certificate. Raises CertificateRefused."""
    try:
        raw = base64.b64decode(certificate, validate=False)
        parsed = (
            x509.load_pem_x509_certificate(raw) if raw.startswith(b"-----") else x509.load_der_x509_certificate(raw)
        )
        key = parsed.public_key()
    except ValueError:
        raise CertificateRefused("The encryption certificate cannot be read.") from None
    if not isinstance(key, rsa.RSAPublicKey) or not 2048 <= key.key_size <= 4096:
        raise CertificateRefused("The encryption certificate needs an RSA key of 2048 to 4096 bits.")
    return key


def encrypt(payload: dict[str, Any], certificate: str, certificate_id: str) -> dict[str, str]:
    """``encryptedContent``: AES-CBC under a fresh key whose first 16 bytes are the IV, the key under RSA-OAEP with
    SHA-1, an HMAC-SHA256 of the encrypted bytes as signature.
    """
    key = os.urandom(32)
    padder = PKCS7(128).padder()
    plain = padder.update(json.dumps(payload).encode()) + padder.finalize()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    data = encryptor.update(plain) + encryptor.finalize()
    signature = hmac.HMAC(key, hashes.SHA256())
    signature.update(data)
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)
    wrapped = public_key_of(certificate).encrypt(key, oaep)
    return {
        "data": base64.b64encode(data).decode(),
        "dataSignature": base64.b64encode(signature.finalize()).decode(),
        "dataKey": base64.b64encode(wrapped).decode(),
        "encryptionCertificateId": certificate_id,
        "encryptionCertificateThumbprint": x509_thumbprint(certificate),
    }


def x509_thumbprint(certificate: str) -> str:
    """The certificate's SHA-1 fingerprint, upper-case hex."""
    raw = base64.b64decode(certificate, validate=False)
    parsed = x509.load_pem_x509_certificate(raw) if raw.startswith(b"-----") else x509.load_der_x509_certificate(raw)
    return parsed.fingerprint(hashes.SHA1()).hex().upper()


def validation_token(app_id: str, tenant_id: str, now: datetime) -> str:
    """The JWT that comes with rich notifications: for our app, from Graph's notifier, good for an hour."""
    said = {
        "aud": app_id,
        "iss": f"https://sts.windows.net/{tenant_id}/",
        "tid": tenant_id,
        "appid": NOTIFIER_APP,
        "azp": NOTIFIER_APP,
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int((now + timedelta(hours=1)).timestamp()),
    }
    return jwt.encode(said, signing_key(), algorithm=SIGNING_ALGORITHM, headers={"kid": KEY_ID})

"""A subscriber's end: answers the handshake, keeps what is delivered, decrypts it."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.x509.oid import NameOID

URL = "https://bot.example/notifications"
LIFECYCLE = "https://bot.example/lifecycle"


class Listener:
    """Used as an httpx transport handler. ``answers`` are given first, then 202."""

    def __init__(self, key_size: int = 2048) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=key_size)
        self.received: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[int] = []
        self.shakes_hands = True

    def __call__(self, request: httpx.Request) -> httpx.Response:
        tokens = parse_qs(request.url.query.decode()).get("validationToken")
        if tokens:
            return httpx.Response(200, text=tokens[0] if self.shakes_hands else "hello")
        status = self.answers.pop(0) if self.answers else 202
        if status == 202:
            self.received.append((str(request.url), json.loads(request.content)))
        return httpx.Response(status)

    @property
    def items(self) -> list[dict[str, Any]]:
        """Every notification delivered to the notification address."""
        return [item for url, body in self.received if url == URL for item in body["value"]]

    def certificate(self) -> str:
        """Our certificate as Graph wants it: base64 of DER."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bot")])
        now = datetime.now(UTC)
        built = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(1)
            .not_valid_before(now)
            .not_valid_after(now + timedelta(days=1))
            .sign(self.key, hashes.SHA256())
        )
        return base64.b64encode(built.public_bytes(serialization.Encoding.DER)).decode()

    def decrypted(self, content: dict[str, str]) -> Any:
        """The payload, its signature checked."""
        oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)
        key = self.key.decrypt(base64.b64decode(content["dataKey"]), oaep)
        data = base64.b64decode(content["data"])
        signed = hmac.HMAC(key, hashes.SHA256())
        signed.update(data)
        signed.verify(base64.b64decode(content["dataSignature"]))
        decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        unpadder = PKCS7(128).unpadder()
        plain = unpadder.update(decryptor.update(data) + decryptor.finalize()) + unpadder.finalize()
        return json.loads(plain)

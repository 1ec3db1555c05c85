"""The certificate under which Graph encrypts its notifications for us."""

import base64
import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from bot.graph.arrivals import Post

KEY_SIZE = 2048


def new_key() -> rsa.RSAPrivateKey:
    """A private key as Graph demands: RSA, 2048 to 4096 bits."""
    return rsa.generate_private_key(public_exponent=65537, key_size=KEY_SIZE)


def kept_key(path: Path) -> rsa.RSAPrivateKey:
    """The key in a PEM file; made there the first time, readable by its owner alone."""
    if path.exists():
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError(f"{path} holds no RSA key")
        return key
    key = new_key()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return key


def post_for(public_url: str, key: rsa.RSAPrivateKey, now: datetime, *older: rsa.RSAPrivateKey) -> Post:
    """Where Graph writes to, with a certificate of our own over ``key``; ``older`` keys still open what they must."""
    certificate = self_signed(key, now)
    root = public_url.rstrip("/")
    return Post(
        notification_url=f"{root}/api/graph/notifications",
        lifecycle_url=f"{root}/api/graph/lifecycle",
        certificate=base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode(),
        certificate_id=key_id(key),
        keys={key_id(each): each for each in (key, *older)},
    )


def key_id(key: rsa.RSAPrivateKey) -> str:
    """A name for a key that is the same in every process that holds it."""
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(public).hexdigest()[:32]


def self_signed(key: rsa.RSAPrivateKey, now: datetime) -> x509.Certificate:
    """A certificate for the key; Graph takes self-signed ones."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "visits")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )

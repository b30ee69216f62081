"""Encryption of personal data at rest, and the blind index by which it is found again."""

import base64
import binascii
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12  # NIST SP 800-38D §8.2
_KEY_ID = b"\x01"  # stands before each ciphertext, so that a later key can live beside this one
_INDEX_BYTES = 16


class CryptoError(Exception):
    """A key is malformed, or a ciphertext does not belong to it."""


class Vault:
    """Seals and opens short texts with AES-GCM and makes keyed blind indexes of identifiers."""

    def __init__(self, key: str) -> None:
        """Take base64 of 32 bytes; raises CryptoError for anything else."""
        try:
            raw = base64.b64decode(key, validate=True)
        except (binascii.Error, ValueError):
            raise CryptoError("the data key is not base64") from None
        if len(raw) != 32:
            raise CryptoError("the data key is not 32 bytes long")
        self._cipher = AESGCM(_derive(raw, b"halo seal"))
        self._index_key = _derive(raw, b"halo index")

    def seal(self, text: str, purpose: str) -> bytes:
        """Encrypt a text; only the same purpose opens it again."""
        nonce = os.urandom(_NONCE_BYTES)
        data = text.encode("utf-8", "surrogatepass")
        return _KEY_ID + nonce + self._cipher.encrypt(nonce, data, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> str:
        """Decrypt what `seal` made; raises CryptoError if the key or the purpose is another."""
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            data = self._cipher.decrypt(nonce, body, purpose.encode())
        except (InvalidTag, ValueError):
            raise CryptoError(f"a sealed {purpose} does not belong to this key") from None
        return data.decode("utf-8", "surrogatepass")

    def index(self, identifier: str, purpose: str) -> bytes:
        """Give the 16-byte blind index of an identifier such as a NIK."""
        message = f"{purpose}\0{identifier}".encode()
        return hmac.new(self._index_key, message, hashlib.sha256).digest()[:_INDEX_BYTES]


def new_key() -> str:
    """Make a random key in the form that `Vault` takes."""
    return base64.b64encode(os.urandom(32)).decode()


def mask(identifier: str) -> str:
    """Hide the middle of a NIK or KK number: `7472••••••••0001`."""
    if len(identifier) <= 8:
        return "•" * len(identifier)
    return identifier[:4] + "•" * (len(identifier) - 8) + identifier[-4:]


def _derive(key: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(key)

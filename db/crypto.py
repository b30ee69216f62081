"""Encryption of personal data at rest, and the blind index by which it is found again."""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SEAL, INDEX, DIGEST = "seal", "index", "digest"  # what a data key is for
FIRST_KEY = 1
LAST_KEY = 255  # the id stands in one byte before each ciphertext

_NONCE_BYTES = 12  # NIST SP 800-38D §8.2
SEALING_BYTES = 1 + _NONCE_BYTES + 16  # by which what is sealed is longer: mark, nonce, AES-GCM tag
_INDEX_BYTES = 16
_KEY_BYTES = 32
# The keys of a store that keeps none of its own yet: derived from the master key.
_FIRST_KEYS = {SEAL: b"halo seal", INDEX: b"halo index", DIGEST: b"halo digest"}


class CryptoError(Exception):
    """A key is malformed, or a ciphertext does not belong to it."""


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key as the store keeps it: sealed with the master key."""

    purpose: str
    id: int
    wrapped: bytes
    retired: bool = False


WrappedKeys = Callable[[], Sequence[WrappedKey]]


@dataclass(frozen=True, slots=True)
class _Ring:
    """The opened data keys; the newest that is not retired seals."""

    ciphers: Mapping[bytes, AESGCM]
    mark: bytes
    cipher: AESGCM
    index: bytes
    digest: bytes


class Vault:
    """Seals and opens texts and files with AES-GCM and makes keyed blind indexes of identifiers.

    The data keys are those of the store, wrapped by the master key; a store that has none yet works
    with keys that are derived from the master key.
    """

    def __init__(self, key: str, wrapped_keys: WrappedKeys = tuple) -> None:
        """Take base64 of 32 bytes, and what reads the store's keys; raises CryptoError."""
        self._master = _raw(key)
        self._wrapping = AESGCM(_derive(self._master, b"halo wrap"))
        self._wrapped_keys = wrapped_keys
        self._ring: _Ring | None = None  # until it is first needed: the store may be away

    def of_store(self, wrapped_keys: WrappedKeys) -> "Vault":
        """Give a vault of the same master key for the keys of a store."""
        return Vault(base64.b64encode(self._master).decode(), wrapped_keys)

    def seal(self, text: str, purpose: str) -> bytes:
        """Encrypt a text; only the same purpose opens it again."""
        return self.seal_bytes(text.encode("utf-8", "surrogatepass"), purpose)

    def open(self, sealed: bytes, purpose: str) -> str:
        """Decrypt what `seal` made; raises CryptoError if the key or the purpose is another."""
        return self.open_bytes(sealed, purpose).decode("utf-8", "surrogatepass")

    def seal_bytes(self, data: bytes, purpose: str) -> bytes:
        """Encrypt bytes; only the same purpose opens them again."""
        ring = self._ring or self._read_keys()
        nonce = os.urandom(_NONCE_BYTES)
        return ring.mark + nonce + ring.cipher.encrypt(nonce, data, purpose.encode())

    def open_bytes(self, sealed: bytes, purpose: str) -> bytes:
        """Decrypt what `seal_bytes` made; raises CryptoError as `open` does."""
        ring = self._ring or self._read_keys()
        mark, nonce, body = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        cipher = ring.ciphers.get(mark)
        if cipher is None:  # sealed since the keys were read
            cipher = self._read_keys().ciphers.get(mark)
        if cipher is None:
            raise CryptoError(f"a sealed {purpose} has an unknown key")
        try:
            return cipher.decrypt(nonce, body, purpose.encode())
        except (InvalidTag, ValueError):
            raise CryptoError(f"a sealed {purpose} does not belong to this key") from None

    def index(self, identifier: str, purpose: str) -> bytes:
        """Give the 16-byte blind index of an identifier such as a NIK."""
        ring = self._ring or self._read_keys()
        message = f"{purpose}\0{identifier}".encode()
        return hmac.digest(ring.index, message, "sha256")[:_INDEX_BYTES]

    def digest(self, text: str) -> bytes:
        """Give the 16-byte keyed digest of a text, by which it is known again but not read."""
        ring = self._ring or self._read_keys()
        data = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, digest_size=_INDEX_BYTES, key=ring.digest).digest()

    @property
    def key_id(self) -> int:
        """The id of the key that seals."""
        return (self._ring or self._read_keys()).mark[0]

    def refresh(self) -> None:
        """Read the keys of the store anew; a vault that has keys keeps them where that fails."""
        try:
            self._read_keys()
        except CryptoError:  # another master key wraps them by now; this process is still to hear
            if self._ring is None:
                raise

    def wrap_new(self, purpose: str, key_id: int) -> bytes:
        """Make a random data key and give it wrapped."""
        return self._wrap(purpose, key_id, os.urandom(_KEY_BYTES))

    def wrap_first(self, purpose: str) -> bytes:
        """Give the derived first key of a purpose wrapped, so that it outlives the master key."""
        return self._wrap(purpose, FIRST_KEY, _derive(self._master, _FIRST_KEYS[purpose]))

    def rewrap(self, key: WrappedKey, master: "Vault") -> bytes:
        """Give a data key wrapped by the master key of another vault."""
        return master._wrap(key.purpose, key.id, self._unwrap(key))

    def _wrap(self, purpose: str, key_id: int, key: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._wrapping.encrypt(nonce, key, _label(purpose, key_id))

    def _unwrap(self, key: WrappedKey) -> bytes:
        nonce, body = key.wrapped[:_NONCE_BYTES], key.wrapped[_NONCE_BYTES:]
        try:
            return self._wrapping.decrypt(nonce, body, _label(key.purpose, key.id))
        except (InvalidTag, ValueError):
            raise CryptoError("the data keys do not belong to this master key") from None

    def _read_keys(self) -> _Ring:
        wrapped = self._wrapped_keys()
        keys = {(key.purpose, key.id): self._unwrap(key) for key in wrapped}
        if not keys:
            keys = {
                (purpose, FIRST_KEY): _derive(self._master, info)
                for purpose, info in _FIRST_KEYS.items()
            }
        ciphers = {
            bytes([key_id]): AESGCM(key)
            for (purpose, key_id), key in keys.items()
            if purpose == SEAL
        }
        retired = {bytes([key.id]) for key in wrapped if key.purpose == SEAL and key.retired}
        mark = max(ciphers.keys() - retired)
        self._ring = _Ring(
            ciphers, mark, ciphers[mark], keys[INDEX, FIRST_KEY], keys[DIGEST, FIRST_KEY]
        )
        return self._ring


def new_key() -> str:
    """Make a random key in the form that `Vault` takes."""
    return base64.b64encode(os.urandom(_KEY_BYTES)).decode()


def mask(identifier: str) -> str:
    """Hide the middle of a NIK: `7472••••••••0001`."""
    if len(identifier) <= 8:
        return "•" * len(identifier)
    return identifier[:4] + "•" * (len(identifier) - 8) + identifier[-4:]


def mask_kk(number: str) -> str:
    """Hide all of a KK number but its district: its last four digits prove in chat who asks."""
    return number[:4] + "•" * (len(number) - 4) if len(number) > 8 else "•" * len(number)


def _raw(key: str) -> bytes:
    try:
        raw = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        raise CryptoError("the data key is not base64") from None
    if len(raw) != _KEY_BYTES:
        raise CryptoError("the data key is not 32 bytes long")
    return raw


def _label(purpose: str, key_id: int) -> bytes:
    return f"{purpose}:{key_id}".encode()


def _derive(key: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(key)

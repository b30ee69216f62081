"""Passwords of staff: how they are kept and compared, and which are too easy to guess."""

import re

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST, MOST = 10, 200  # characters
_FEWEST_DIFFERENT = 5  # characters; what has fewer is a pattern such as 1212121212

# What RFC 9106 advises where memory is short; an old PC needs about a tenth of a second for it.
_HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4, hash_len=32, salt_len=16)
# Nobody's: compared with where there is no such login, so that the answer takes as long.
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$"
    "8beU54yUFQeDphdgOdo6hQ$B0bJCjQVLgxJZnnpNQ/pbLi4SwvubSlyd//jN9igyB0"
)  # fmt: skip
# Those of ten characters or more that people take first, without the digits at their ends.
_COMMON = frozenset(
    ("password", "passw0rd", "katasandi", "rahasia", "bismillah", "indonesia", "sayangkamu",
     "sayang", "iloveyou", "akucintakamu", "qwertyuiop", "qwerty", "asdfghjkl", "zxcvbnm",
     "administrator", "admin", "puskesos", "halopuskesos", "dinassosial", "dinsos", "kemensos",
     "pendamping", "petugas", "operator", "selamatpagi", "alhamdulillah", "merdeka",
     "pancasila", "garuda", "jakarta", "baubau", "semarang", "bengkulu", "komputer", "welcome",
     "letmein", "sukses", "bantuansosial", "bansos")
)  # fmt: skip
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


def hashed(password: str) -> str:
    """Give what is kept of a password."""
    return _HASHER.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Say whether this is the password; without one that is kept it takes as long to say no."""
    try:
        return _HASHER.verify(kept or _NOBODY, password[:MOST]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def weakness(password: str, login: str, name: str) -> str | None:
    """Say why a password may not be chosen: too_short, too_long, own_name or common; else None."""
    if len(password) < LEAST:
        return "too_short"
    if len(password) > MOST:
        return "too_long"
    bare = re.sub(r"[\W_]", "", password.lower())
    words = [name, login, *name.split(), *re.split(r"[._-]", login)]
    own = {re.sub(r"[\W_]", "", word.lower()).strip("0123456789") for word in words}
    core = bare.strip("0123456789")
    if core in own:
        return "own_name"
    if core in _COMMON or len(set(bare)) < _FEWEST_DIFFERENT or _is_run(bare):
        return "common"
    return None


def _is_run(bare: str) -> bool:
    return any(bare in run or bare in run[::-1] for run in _RUNS)

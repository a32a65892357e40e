"""Whether an encrypted PDF opens without a password, as most banks' PDFs do.

They are encrypted with an empty user password, which only restricts printing or copying, and every
reader opens them. Source: ISO 32000-2, 7.6.4 (the standard security handler, revisions 2 to 6).
The ciphers here are good for this question alone: no secret depends on them.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from itertools import count

_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_PLAIN_RC4, _OPEN_METADATA, _PLAIN_SHA = 2, 4, 5  # revisions
_LEAST_ROUNDS = 64
_RC4_REVISIONS, _SHA_REVISIONS = (
    {2: 32, 3: 32, 4: 32},
    {5: 48, 6: 48},
)  # → bytes of the user's proof


@dataclass(frozen=True, slots=True)
class Encryption:
    """What an encryption dictionary says; `file_id` is the first half of the trailer's ID."""

    handler: bytes
    revision: int
    key_bits: int
    owner: bytes
    user: bytes
    permissions: int
    file_id: bytes
    has_open_metadata: bool = False


def opens_without(encryption: Encryption) -> bool:
    """Whether the empty user password opens the file.

    A certificate is no empty password. What a future revision says can't be known: it counts as
    open, since a file too many costs a look and a file too few costs a proof.
    """
    if encryption.handler != b"Standard":
        return False
    revision, size = encryption.revision, len(encryption.user)
    if revision in _RC4_REVISIONS and size >= _RC4_REVISIONS[revision]:
        lengths = {encryption.key_bits // 8, 5, 16} & set(range(5, 17))
        return any(_opens_with_rc4(encryption, length) for length in lengths)
    if revision in _SHA_REVISIONS and size >= _SHA_REVISIONS[revision]:
        salt = encryption.user[32:40]
        proof = hashlib.sha256(salt).digest() if revision == _PLAIN_SHA else _hardened(salt)
        return proof == encryption.user[:32]
    return True


def _opens_with_rc4(encryption: Encryption, length: int) -> bool:
    """Algorithms 2 and 4 to 6, with a key of `length` bytes."""
    permissions = (encryption.permissions & 0xFFFFFFFF).to_bytes(4, "little")
    known = _PADDING + encryption.owner[:32] + permissions + encryption.file_id
    if encryption.revision == _OPEN_METADATA and encryption.has_open_metadata:
        known += b"\xff\xff\xff\xff"
    key = _md5(known)[:length]
    if encryption.revision == _PLAIN_RC4:
        return _rc4(key, _PADDING) == encryption.user[:32]
    for _ in range(50):
        key = _md5(key)[:length]
    made = _md5(_PADDING + encryption.file_id)
    for number in range(20):
        made = _rc4(bytes(one ^ number for one in key), made)
    return made == encryption.user[:16]


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for one in data:
        i = (i + 1) & 255
        j = (j + state[i]) & 255
        state[i], state[j] = state[j], state[i]
        out.append(one ^ state[(state[i] + state[j]) & 255])
    return bytes(out)


def _hardened(salt: bytes) -> bytes:
    """Algorithm 2.B for the empty password: some 70 rounds of AES and SHA-2, a quarter second."""
    key = hashlib.sha256(salt).digest()
    for number in count(1):
        made = _aes_cbc(key[:16], key[16:32], key * 64)
        hashes = (hashlib.sha256, hashlib.sha384, hashlib.sha512)
        key = hashes[sum(made[:16]) % 3](made).digest()
        if number >= _LEAST_ROUNDS and made[-1] <= number - 32:
            break
    return key[:32]


def _aes_cbc(key: bytes, start: bytes, data: bytes) -> bytes:
    """AES-128 in CBC mode without padding (FIPS 197), by the usual four tables."""
    box, (t0, t1, t2, t3) = _tables()
    words = _round_keys(key)
    rounds = [words[at : at + 4] for at in range(4, 40, 4)]
    (k0, k1, k2, k3), (l0, l1, l2, l3) = words[:4], words[40:]
    out = bytearray()
    a, b, c, d = (int.from_bytes(start[at : at + 4]) for at in range(0, 16, 4))
    for at in range(0, len(data), 16):
        block = int.from_bytes(data[at : at + 16])
        a ^= block >> 96 ^ k0
        b ^= block >> 64 & 0xFFFFFFFF ^ k1
        c ^= block >> 32 & 0xFFFFFFFF ^ k2
        d ^= block & 0xFFFFFFFF ^ k3
        for r0, r1, r2, r3 in rounds:
            a, b, c, d = (
                t0[a >> 24] ^ t1[b >> 16 & 255] ^ t2[c >> 8 & 255] ^ t3[d & 255] ^ r0,
                t0[b >> 24] ^ t1[c >> 16 & 255] ^ t2[d >> 8 & 255] ^ t3[a & 255] ^ r1,
                t0[c >> 24] ^ t1[d >> 16 & 255] ^ t2[a >> 8 & 255] ^ t3[b & 255] ^ r2,
                t0[d >> 24] ^ t1[a >> 16 & 255] ^ t2[b >> 8 & 255] ^ t3[c & 255] ^ r3,
            )
        a, b, c, d = (
            _last(box, a, b, c, d) ^ l0,
            _last(box, b, c, d, a) ^ l1,
            _last(box, c, d, a, b) ^ l2,
            _last(box, d, a, b, c) ^ l3,
        )
        out += (a << 96 | b << 64 | c << 32 | d).to_bytes(16)
    return bytes(out)


def _last(box: bytes, a: int, b: int, c: int, d: int) -> int:
    """A word of the last round, which mixes no columns."""
    return box[a >> 24] << 24 | box[b >> 16 & 255] << 16 | box[c >> 8 & 255] << 8 | box[d & 255]


def _round_keys(key: bytes) -> list[int]:
    box, _ = _tables()
    words = [int.from_bytes(key[at : at + 4]) for at in range(0, 16, 4)]
    constant = 1
    for at in range(4, 44):
        word = words[-1]
        if at % 4 == 0:
            turned = (word << 8 | word >> 24) & 0xFFFFFFFF
            word = _last(box, turned, turned, turned, turned) ^ constant << 24
            constant = _doubled(constant)
        words.append(words[at - 4] ^ word)
    return words


@cache
def _tables() -> tuple[bytes, tuple[list[int], ...]]:
    """The S-box, and what each of its values does to a column, for each of the four rows."""
    powers, value = [], 1
    for _ in range(255):
        powers.append(value)
        value ^= _doubled(value)  # times 3, which generates the field
    logs = {power: at for at, power in enumerate(powers)}
    box = bytes(_substituted(powers[-logs[one] % 255] if one else 0) for one in range(256))
    first = [(_doubled(s) << 24) | s << 16 | s << 8 | (_doubled(s) ^ s) for s in box]
    rows = [[(one >> by | one << (32 - by)) & 0xFFFFFFFF for one in first] for by in (0, 8, 16, 24)]
    return box, tuple(rows)


def _doubled(value: int) -> int:
    """Times 2 in the field of AES."""
    return (value << 1) ^ (0x11B if value & 0x80 else 0)


def _substituted(inverse: int) -> int:
    twice = inverse << 8 | inverse
    return (inverse ^ (twice >> 7) ^ (twice >> 6) ^ (twice >> 5) ^ (twice >> 4)) & 0xFF ^ 0x63

"""Check whether an encrypted PDF opens without a password, as the PDFs of most banks do.

These PDFs have an empty user password. Their encryption only restricts printing or copying, and
every reader opens them. Source: ISO 32000-2, 7.6.4 (the standard security handler, revisions 2 to
6). Do not use these ciphers for anything else: no secret may depend on them.
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
)  # revision → bytes of the entry U


@dataclass(frozen=True, slots=True)
class Encryption:
    """An encryption dictionary's entries; `file_id` is the first half of the trailer's ID."""

    handler: bytes
    revision: int
    key_bits: int
    owner: bytes
    user: bytes
    permissions: int
    file_id: bytes
    has_open_metadata: bool = False


def opens_without_password(encryption: Encryption) -> bool:
    """Return whether the empty user password opens the file.

    A file encrypted for a certificate does not open. A file of an unknown revision, or with
    too short an entry U, counts as open: a useless file costs somebody a look, a refused file costs
    a proof.
    """
    if encryption.handler != b"Standard":
        return False
    revision, size = encryption.revision, len(encryption.user)
    if revision in _RC4_REVISIONS and size >= _RC4_REVISIONS[revision]:
        lengths = {encryption.key_bits // 8, 5, 16} & set(range(5, 17))
        return any(_opens_with_rc4(encryption, length) for length in lengths)
    if revision in _SHA_REVISIONS and size >= _SHA_REVISIONS[revision]:
        salt = encryption.user[32:40]
        proof = hashlib.sha256(salt).digest() if revision == _PLAIN_SHA else _hash_2b(salt)
        return proof == encryption.user[:32]
    return True


def _opens_with_rc4(encryption: Encryption, length: int) -> bool:
    """Check the empty password with a key of `length` bytes (algorithms 2 and 4 to 6)."""
    permissions = (encryption.permissions & 0xFFFFFFFF).to_bytes(4, "little")
    key_input = _PADDING + encryption.owner[:32] + permissions + encryption.file_id
    if encryption.revision == _OPEN_METADATA and encryption.has_open_metadata:
        key_input += b"\xff\xff\xff\xff"
    key = _md5(key_input)[:length]
    if encryption.revision == _PLAIN_RC4:
        return _rc4(key, _PADDING) == encryption.user[:32]
    for _ in range(50):
        key = _md5(key)[:length]
    expected_proof = _md5(_PADDING + encryption.file_id)
    for number in range(20):
        expected_proof = _rc4(bytes(key_byte ^ number for key_byte in key), expected_proof)
    return expected_proof == encryption.user[:16]


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    output, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) & 255
        j = (j + state[i]) & 255
        state[i], state[j] = state[j], state[i]
        output.append(byte ^ state[(state[i] + state[j]) & 255])
    return bytes(output)


def _hash_2b(salt: bytes) -> bytes:
    """Hash the empty password (algorithm 2.B): about 70 rounds of AES and SHA-2, 0.25 s."""
    key = hashlib.sha256(salt).digest()
    for number in count(1):
        encrypted = _aes_cbc(key[:16], key[16:32], key * 64)
        hashes = (hashlib.sha256, hashlib.sha384, hashlib.sha512)
        key = hashes[sum(encrypted[:16]) % 3](encrypted).digest()
        if number >= _LEAST_ROUNDS and encrypted[-1] <= number - 32:
            break
    return key[:32]


def _aes_cbc(key: bytes, start: bytes, data: bytes) -> bytes:
    """Encrypt `data` with AES-128 in CBC mode without padding (FIPS 197), by four tables."""
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
            _last_round_word(box, a, b, c, d) ^ l0,
            _last_round_word(box, b, c, d, a) ^ l1,
            _last_round_word(box, c, d, a, b) ^ l2,
            _last_round_word(box, d, a, b, c) ^ l3,
        )
        out += (a << 96 | b << 64 | c << 32 | d).to_bytes(16)
    return bytes(out)


def _last_round_word(box: bytes, a: int, b: int, c: int, d: int) -> int:
    """Return a word of the last round, which does not mix columns."""
    return box[a >> 24] << 24 | box[b >> 16 & 255] << 16 | box[c >> 8 & 255] << 8 | box[d & 255]


def _round_keys(key: bytes) -> list[int]:
    box, _ = _tables()
    words = [int.from_bytes(key[at : at + 4]) for at in range(0, 16, 4)]
    constant = 1
    for at in range(4, 44):
        word = words[-1]
        if at % 4 == 0:
            rotated_word = (word << 8 | word >> 24) & 0xFFFFFFFF
            word = (
                _last_round_word(box, rotated_word, rotated_word, rotated_word, rotated_word)
                ^ constant << 24
            )
            constant = _double(constant)
        words.append(words[at - 4] ^ word)
    return words


@cache
def _tables() -> tuple[bytes, tuple[list[int], ...]]:
    """Return the S-box, and for each of a column's four rows the table that mixes its values."""
    powers, value = [], 1
    for _ in range(255):
        powers.append(value)
        value ^= _double(value)  # times 3, a generator of the field
    logs = {power: at for at, power in enumerate(powers)}
    box = bytes(_substitute(powers[-logs[number] % 255] if number else 0) for number in range(256))
    first_row = [(_double(s) << 24) | s << 16 | s << 8 | (_double(s) ^ s) for s in box]
    rows = [
        [(word >> by | word << (32 - by)) & 0xFFFFFFFF for word in first_row]
        for by in (0, 8, 16, 24)
    ]
    return box, tuple(rows)


def _double(value: int) -> int:
    """Multiply by 2 in the field of AES."""
    return (value << 1) ^ (0x11B if value & 0x80 else 0)


def _substitute(inverse: int) -> int:
    twice = inverse << 8 | inverse
    return (inverse ^ (twice >> 7) ^ (twice >> 6) ^ (twice >> 5) ^ (twice >> 4)) & 0xFF ^ 0x63

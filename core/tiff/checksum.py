"""The checksum of a file, of which parts are known already: CRC-32 as zlib computes it."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Mapping
from typing import BinaryIO

from ..progress import Stop
from .layout import EncodedBlock, thread_buffer

PIECE = 2**20
"""Bytes of a file that are read at once."""

POLYNOMIAL = 0xEDB88320
"""Of CRC-32 (ISO 3309). Its bits stand in reverse as in all numbers here: the highest is the coefficient of x^0."""

ONE = 1 << 31

BITS = 3
"""A byte has 2^3 bits."""


def file_checksum(path: str, stop: Stop, known: Mapping[EncodedBlock, int] | None = None) -> int:
    """Return the checksum of a file's bytes; of spans that are known theirs is taken, and they are not read.

    Raises
    ------
    OSError
        The file cannot be read.
    Cancelled
        The run was stopped.
    """
    checksum = position = 0
    with open(path, "rb", buffering=0) as file:
        for span, own in sorted((known or {}).items(), key=lambda item: item[0].offset):
            checksum = _read_on(file, span.offset - position, checksum, stop)
            checksum = joined_checksum(checksum, own, span.length)
            position = file.seek(span.offset + span.length)
        return _read_on(file, None, checksum, stop)


def _read_on(file: BinaryIO, length: int | None, checksum: int, stop: Stop) -> int:
    """Return the checksum continued over so many bytes, None for all that are left."""
    piece = thread_buffer(PIECE)
    while length != 0:
        stop.check()
        count = file.readinto(piece if length is None else piece[:length])  # type: ignore[attr-defined]
        if not count:
            break
        checksum = zlib.crc32(piece[:count], checksum)
        length = None if length is None else length - count
    return checksum


def joined_checksum(first: int, second: int, length: int) -> int:
    """Return the checksum of bytes and of `length` more behind them, of which each part has its own.

    A checksum is the remainder of the bits as a polynomial over GF(2), so that of the first part is to be multiplied by
    x to the number of bits behind it; as `crc32_combine` of zlib does it.
    """
    power, square = ONE, BITS
    while length:
        if length & 1:
            power = _product(_squares()[square % 32], power)
        length >>= 1
        square += 1
    return _product(power, first) ^ second


@functools.cache
def _squares() -> list[int]:
    """Return x to the power of 1, 2, 4 and so on, 32 of them; then they begin anew."""
    squares = [ONE >> 1]
    while len(squares) < 32:
        squares.append(_product(squares[-1], squares[-1]))
    return squares


def _product(first: int, second: int) -> int:
    """Return the product of two polynomials modulo that of CRC-32."""
    product = 0
    while first:
        if first & ONE:
            product ^= second
        first = first << 1 & 0xFFFFFFFF
        second = second >> 1 ^ POLYNOMIAL if second & 1 else second >> 1
    return product

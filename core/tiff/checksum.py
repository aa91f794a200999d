"""CRC-32 checksums of files, reusing known checksums of byte spans."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from ..progress import Stop
from .deflate import crc32
from .layout import EncodedBlock, thread_buffer

PIECE = 2**20
"""Bytes per read."""

POLYNOMIAL = 0xEDB88320
"""CRC-32 polynomial (ISO 3309) in reversed bit order: the highest bit is the coefficient of x^0,
as in all polynomials of this module."""

ONE = 1 << 31
"""The constant polynomial 1: only the coefficient of x^0 is set."""

BITS = 3
"""Base-2 logarithm of 8, the number of bits in a byte: `_squares()[BITS]` is x^8, a shift by one byte."""


def file_checksum(path: str, stop: Stop, known: Iterable[tuple[EncodedBlock, int]] = ()) -> int:
    """Return the CRC-32 of a file. Spans in `known` are not read; their checksums in `known` are used instead.

    Raises
    ------
    OSError
        The file cannot be read.
    Cancelled
        The run was stopped.
    """
    checksum = position = 0
    with open(path, "rb", buffering=0) as file:
        for span, own in sorted(known, key=lambda item: item[0].offset):
            checksum = _update_checksum(file, span.offset - position, checksum, stop)
            checksum = joined_checksum(checksum, own, span.length)
            position = file.seek(span.offset + span.length)
        return _update_checksum(file, None, checksum, stop)


def _update_checksum(file: BinaryIO, length: int | None, checksum: int, stop: Stop) -> int:
    """Return the checksum continued over the next `length` bytes, or over the rest of the file if `length` is None."""
    piece = thread_buffer(PIECE)
    while length != 0:
        stop.check()
        count = file.readinto(piece if length is None else piece[:length])  # type: ignore[attr-defined]
        if not count:
            break
        checksum = crc32(piece[:count], checksum)
        length = None if length is None else length - count
    return checksum


def joined_checksum(first: int, second: int, length: int) -> int:
    """Return the checksum of two concatenated parts, given the checksums of both; the second has `length` bytes.

    A CRC is the remainder of a polynomial over GF(2), so the first checksum is multiplied by x^(8 * length). zlib's
    `crc32_combine` uses the same method.
    """
    square = BITS
    while length:
        if length & 1:
            lowest, second_byte, third_byte, highest = _multiples(square % 32)
            first = (
                lowest[first & 255] ^ second_byte[first >> 8 & 255] ^ third_byte[first >> 16 & 255]
                ^ highest[first >> 24]
            )  # fmt: skip
        length >>= 1
        square += 1
    return first ^ second


@functools.cache
def _multiples(square: int) -> list[list[int]]:
    """Return one table per byte of a checksum, lowest byte first: every value of the byte times x^(2^square).

    A checksum times x^(2^square) is the XOR of one entry per table, so it takes 4 lookups instead of 32 steps.
    """
    bits = list(_times_powers(_squares()[square]))[::-1]
    tables = []
    for byte in range(4):
        table = [0]
        for bit in bits[8 * byte : 8 * byte + 8]:
            table += [each ^ bit for each in table]
        tables.append(table)
    return tables


@functools.cache
def _squares() -> list[int]:
    """Return x^(2^n) modulo the CRC-32 polynomial for n from 0 to 31; the sequence repeats after that."""
    squares = [ONE >> 1]
    while len(squares) < 32:
        squares.append(_product(squares[-1], squares[-1]))
    return squares


def _product(first: int, second: int) -> int:
    """Return the product of two polynomials modulo the CRC-32 polynomial."""
    product = 0
    for power, value in enumerate(_times_powers(second)):
        if first << power & ONE:
            product ^= value
    return product


def _times_powers(polynomial: int) -> Iterator[int]:
    """Yield the products of a polynomial with x^0, x^1, up to x^31, modulo the CRC-32 polynomial."""
    for _ in range(32):
        yield polynomial
        polynomial = polynomial >> 1 ^ POLYNOMIAL if polynomial & 1 else polynomial >> 1

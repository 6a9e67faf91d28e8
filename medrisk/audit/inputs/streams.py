"""The bytes of a file as one stream, whether it is packed (gzip, zstd) or not, that can be taken up again at a place."""

from __future__ import annotations

import codecs
import zlib
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import zstandard

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_PIECE = 1 << 16
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class ByteStream(Protocol):
    @property
    def fault(self) -> str:
        """Why the stream ended before the file should have, else empty."""

    def read(self, count: int) -> bytes:
        """``count`` bytes, fewer only at the end."""

    def skip(self, count: int) -> None:
        """Pass over ``count`` bytes from where the stream stands."""

    def close(self) -> None: ...


class PlainStream:
    """A file that is not packed."""

    def __init__(self, path: Path) -> None:
        self.fault = ""
        self._file: BinaryIO = path.open("rb")

    def read(self, count: int) -> bytes:
        return self._file.read(count)

    def skip(self, count: int) -> None:
        self._file.seek(count, 1)

    def close(self) -> None:
        self._file.close()


class PackedStream:
    """A gzip or zstd file, of one part or several. One that is cut short or damaged gives what could be unpacked."""

    def __init__(self, path: Path, kind: str) -> None:
        self.fault = ""
        self._kind = kind
        self._file: BinaryIO = path.open("rb")
        self._unpacker: Any = None
        self._ready = bytearray()
        self._ended = False

    def read(self, count: int) -> bytes:
        while len(self._ready) < count and not self._ended:
            self._unpack_more()
        taken = bytes(self._ready[:count])
        del self._ready[:count]
        return taken

    def skip(self, count: int) -> None:
        while count > 0 and (passed := len(self.read(min(count, 1 << 24)))):
            count -= passed

    def close(self) -> None:
        self._file.close()

    def _unpack_more(self) -> None:
        packed = self._file.read(_PIECE)
        if not packed:
            self._ended = True
            if self._unpacker is not None:
                self.fault = "the packed file is cut short here; copy or export it again"
            return
        try:
            while packed:
                if self._unpacker is None:
                    self._unpacker = (
                        zlib.decompressobj(31) if self._kind == "gzip" else zstandard.ZstdDecompressor().decompressobj()
                    )
                self._ready += self._unpacker.decompress(packed)
                packed = b""
                if self._unpacker.eof:
                    packed, self._unpacker = self._unpacker.unused_data.lstrip(b"\0"), None
        except (zlib.error, zstandard.ZstdError):
            self._ended = True
            self.fault = "the packed file is damaged here; copy or export it again"


class Utf16Stream:
    """UTF-16 with its mark, given as UTF-8. Places in it count bytes of UTF-8."""

    def __init__(self, inner: ByteStream) -> None:
        self._inner = inner
        self._decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
        self._ready = bytearray()
        self._ended = False

    @property
    def fault(self) -> str:
        return self._inner.fault

    def read(self, count: int) -> bytes:
        while len(self._ready) < count and not self._ended:
            raw = self._inner.read(_PIECE)
            self._ended = not raw
            self._ready += self._decoder.decode(raw, final=not raw).encode("utf-8", "replace")
        taken = bytes(self._ready[:count])
        del self._ready[:count]
        return taken

    def skip(self, count: int) -> None:
        while count > 0 and (passed := len(self.read(min(count, 1 << 24)))):
            count -= passed

    def close(self) -> None:
        self._inner.close()


class ReturnStream:
    """Lines that end in a carriage return alone, as old spreadsheets write them, with line feeds instead."""

    def __init__(self, inner: ByteStream) -> None:
        self._inner = inner

    @property
    def fault(self) -> str:
        return self._inner.fault

    def read(self, count: int) -> bytes:
        return self._inner.read(count).replace(b"\r", b"\n")

    def skip(self, count: int) -> None:
        self._inner.skip(count)

    def close(self) -> None:
        self._inner.close()


def packing_of(path: Path) -> str:
    """gzip, zstd or nothing, by the first bytes and not by the name. Raises OSError."""
    with path.open("rb") as file:
        start = file.read(4)
    return "gzip" if start[:2] == _GZIP else "zstd" if start == _ZSTD else ""


def open_bytes(path: Path) -> ByteStream:
    """The bytes of a file, unpacked. Raises OSError."""
    kind = packing_of(path)
    return PackedStream(path, kind) if kind else PlainStream(path)


def open_text(path: Path) -> ByteStream:
    """The bytes of a text file in an encoding in which a line feed is one byte, lines ended by line feeds. Raises OSError."""
    stream = open_bytes(path)
    start = stream.read(_PIECE)
    stream.close()
    stream = open_bytes(path)
    if start[:2] in _UTF16:
        stream = Utf16Stream(stream)
        ahead = Utf16Stream(open_bytes(path))
        start = ahead.read(_PIECE)
        ahead.close()
    return ReturnStream(stream) if b"\r" in start and b"\n" not in start else stream

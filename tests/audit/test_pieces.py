"""A file read in pieces gives the rows and rejects of the file read from start to end, wherever it was cut."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from prescription_rows import write_rows

from medrisk.audit.engines import RowChange
from medrisk.audit.inputs import open_sources
from medrisk.audit.rows import ReadOptions, Reject, Source
from medrisk.audit.spark.pieces import Piece, PieceRead, added_lines, cut, first_wrong
from medrisk.audit.spark.staging import STAGED_SCHEMA, read_piece, read_refused

BUCKETS = 4


@pytest.mark.parametrize("piece_bytes", [150, 1_000, 7_001, 1_000_000])
def test_wherever_a_file_is_cut_the_rows_and_rejects_are_the_same(tmp_path: Path, piece_bytes: int) -> None:
    sources = open_sources(
        [write_rows(tmp_path / "a.csv", 400, 1), write_rows(tmp_path / "b.csv", 50, 2)], ReadOptions()
    )
    whole = [Piece(number, number) for number in range(2)]
    pieces = cut(sources, piece_bytes)
    assert len(pieces) == 2 if piece_bytes == 1_000_000 else len(pieces) > 2
    rows, rejects = _read(sources, pieces, tmp_path)
    assert (rows, rejects) == _read(sources, whole, tmp_path)
    assert sum(number for *_, number in rows) + len(rejects) == 450
    assert rejects


def test_a_cut_inside_a_quoted_field_is_found_and_mended(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(
        'patient_id,drug_name,sig\nP1,furosemide,"one\ntwo\nP9,not a row,x"\nP2,lisinopril,1 od\n', encoding="utf-8"
    )
    sources = open_sources([file], ReadOptions())
    text = file.read_bytes()
    pieces = [Piece(0, 0, text.index(b"P1"), text.index(b"P9")), Piece(1, 0, text.index(b"P9"), None)]
    done = {piece.number: _staged(sources[0], piece, tmp_path) for piece in pieces}
    assert first_wrong(pieces, done) == Piece(1, 0, done[0].end, None)
    rows, rejects = _read(sources, pieces, tmp_path)
    assert ([row[0] for row in rows], rejects) == (["P1", "P2"], [])


def test_a_packed_file_is_one_piece_and_rows_that_repeat_others_are_kept_once(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(
        "patient_id,drug_name\n" + "P1,furosemide 40 mg\n" * 1000 + "P2,furosemide 40 mg\n", encoding="utf-8"
    )
    sources = open_sources([file], ReadOptions())
    rows, _ = _read(sources, cut(sources, 500), tmp_path / "rows")
    assert sorted((row[0], row[-1]) for row in rows) == [("P1", 1000), ("P2", 1)]
    staged = _staged(sources[0], Piece(0, 0), tmp_path)
    assert [pl.read_parquet(tmp_path / part).height for part in staged.parts] == [2]


def _read(
    sources: list[Source], pieces: list[Piece], folder: Path
) -> tuple[list[tuple[object, ...]], list[tuple[str, Reject]]]:
    """As the engine reads: pieces that began at a wrong place again, until none did."""
    folder.mkdir(exist_ok=True)
    done = {piece.number: _staged(sources[piece.source], piece, folder) for piece in pieces}
    while (wrong := first_wrong(pieces, done)) is not None:
        done[wrong.number] = _staged(sources[wrong.source], wrong, folder)
    parts = [pl.read_parquet(folder / part) for piece in pieces for part in done[piece.number].parts]
    said = [name for name in STAGED_SCHEMA if name not in ("rows", "bucket", "hash")]
    rows = pl.concat(parts).group_by(said).agg(pl.col("rows").sum()).sort(said)
    added = added_lines(pieces, done)
    rejects = [
        reject
        for piece, lines in zip(pieces, added, strict=True)
        for reject in read_refused(folder / done[piece.number].refused, sources[piece.source].name, lines)
    ]
    return rows.rows(), rejects


def _staged(source: Source, piece: Piece, folder: Path) -> PieceRead:
    folder.mkdir(exist_ok=True)
    return read_piece(source, piece, RowChange(), folder, BUCKETS)

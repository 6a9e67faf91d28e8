"""The SQLite file that a release is kept in."""

from __future__ import annotations

# Changes with the tables: a file of another format is not read, and `medrisk rxnorm status` asks to install anew.
FORMAT = 1

SUFFIX = ".sqlite"

# Ingredients stand in a concept's row as RxCUIs parted by blanks, in order: one look-up, no join.
TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE ingredient (rxcui INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE concept (rxcui INTEGER PRIMARY KEY, tty TEXT NOT NULL, name TEXT NOT NULL, ingredients TEXT NOT NULL);
CREATE TABLE name (rxcui INTEGER, kind TEXT, text TEXT, PRIMARY KEY (rxcui, kind, text)) WITHOUT ROWID;
CREATE TABLE brand (name TEXT NOT NULL, rxcui INTEGER, ingredients TEXT NOT NULL, route TEXT);
CREATE INDEX brand_rxcui ON brand (rxcui);
CREATE TABLE product (
    rxcui INTEGER PRIMARY KEY, form TEXT, route TEXT, brand TEXT, quantity REAL, quantity_unit TEXT, hours REAL,
    components TEXT NOT NULL, parts TEXT NOT NULL
);
CREATE TABLE ndc (code INTEGER PRIMARY KEY, rxcui INTEGER NOT NULL);
CREATE TABLE history (rxcui INTEGER PRIMARY KEY, tty TEXT NOT NULL, name TEXT NOT NULL, ingredients TEXT NOT NULL, successors TEXT NOT NULL);
"""

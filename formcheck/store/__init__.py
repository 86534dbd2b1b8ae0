"""The record of sets: database, files, review, and what leaves and enters it as one file."""

from formcheck.store.repository import DEFAULT_PERSON, OpenSet, SetSummary, Store, open_store

__all__ = ["DEFAULT_PERSON", "OpenSet", "SetSummary", "Store", "open_store"]

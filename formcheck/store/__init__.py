"""The record of sets: database, files, review, and what leaves and enters it as one file."""

from formcheck.store.repository import DEFAULT_PERSON, OpenSet, Store, open_store
from formcheck.store.summaries import SetSummary

__all__ = ["DEFAULT_PERSON", "OpenSet", "SetSummary", "Store", "open_store"]

"""Form checker for foot and ankle exercises: open, offline, measured."""

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("formcheck")

"""The review pages: a web server for the browser of this machine and nobody else."""

from formcheck.web.app import create_app
from formcheck.web.serve import serve

__all__ = ["create_app", "serve"]

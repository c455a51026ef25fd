"""The one TLS context.

Owns whose certificates are believed: the system's authorities, or those of SSL_CERT_FILE and SSL_CERT_DIR, which
OpenSSL reads itself. Making the context takes some 20 ms, so it is made for the first https address and shared by all.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from pathlib import Path

from feeds.errors import FetchFault
from feeds.fetch.faults import RequestError


def make_context(environment: Mapping[str, str] = os.environ) -> ssl.SSLContext:
    """Return a new context. Raises `RequestError` where SSL_CERT_FILE names a file that cannot be used."""
    named = environment.get("SSL_CERT_FILE", "")
    context = ssl.create_default_context()
    if named:
        try:
            context.load_verify_locations(named)
        except OSError as error:
            message = f"SSL_CERT_FILE names “{named}”, which cannot be read as a file of certificates."
            raise RequestError(FetchFault.TLS, message) from error
    elif not _has_authorities(context):
        # Python for macOS comes with none until a script of its installer is run.
        import certifi

        context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


def _has_authorities(context: ssl.SSLContext) -> bool:
    """Say whether the context has certificates, or a folder in which OpenSSL finds them when it needs them."""
    if context.cert_store_stats()["x509_ca"]:
        return True
    folder = ssl.get_default_verify_paths().capath  # Empty or None where there is no such folder.
    return bool(folder) and any(Path(folder).iterdir())

"""What went wrong with a request, as one error with a sentence for people.

Owns the kinds and the words. Every exception that a look-up, a connection, a handshake or an answer can end in is named
here once; nothing else in the program sees one of them. The library's own texts are not shown: they quote what the
server sent.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Mapping
from http import HTTPStatus

import httpcore

from feeds.errors import FetchFault


class RequestError(Exception):
    """A request that failed, inside this package, which does not yet say for which address; the fetcher adds that."""

    def __init__(
        self, fault: FetchFault, sentence: str, *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(sentence)
        self.fault = fault
        self.sentence = sentence
        self.status = status
        self.retry_after = retry_after


def from_exception(error: Exception, host: str) -> RequestError:
    """Return what an exception means that came up while `host` was being asked."""
    if isinstance(error, RequestError):
        return error
    if isinstance(error, socket.gaierror):
        return _name(error, host)
    if isinstance(error, UnicodeError):
        return RequestError(FetchFault.NAME, f"“{host}” cannot be the name of a host. Check the address.")
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate(error, host)
    if isinstance(error, ssl.SSLError):
        return _handshake(error, host)
    if isinstance(error, OSError):
        return _connection(error, host)
    if isinstance(error, httpcore.ProtocolError):
        return RequestError(FetchFault.PROTOCOL, f"The answer of {host} was broken off, or is no answer of HTTP.")
    return RequestError(
        FetchFault.PROTOCOL, f"The visit to {host} failed in a way Wirewatch does not know ({type(error).__name__})."
    )


def timed_out(host: str, seconds: float) -> RequestError:
    """Return what to raise when the whole-request deadline has passed while `host` was being asked."""
    return RequestError(FetchFault.TIMEOUT, f"{host} did not answer within {seconds:g} seconds.")


# ------------------------------------------------------------------ connections

_REFUSED = {
    errno.ECONNREFUSED: "does not accept connections. The server may be down, or the port may be wrong.",
    errno.ECONNRESET: "broke the connection off.",
    errno.ECONNABORTED: "broke the connection off.",
    errno.EPIPE: "broke the connection off.",
    errno.EHOSTUNREACH: "cannot be reached from here.",
    errno.ENETUNREACH: "cannot be reached: is this machine connected?",
    errno.ENETDOWN: "cannot be reached: is this machine connected?",
    errno.EADDRNOTAVAIL: "cannot be reached from here.",
    errno.EACCES: "cannot be reached: this machine does not allow the connection.",
    errno.EPERM: "cannot be reached: this machine does not allow the connection.",
    errno.EMFILE: "was not asked: too many connections and files are open here.",
    errno.ENFILE: "was not asked: too many connections and files are open here.",
}


def _name(error: socket.gaierror, host: str) -> RequestError:
    if error.errno == socket.EAI_AGAIN:
        message = f"The name {host} could not be looked up: no name server answered. Is this machine connected?"
    else:
        message = f"There is no host with the name {host}. Check the address."
    return RequestError(FetchFault.NAME, message)


def _connection(error: OSError, host: str) -> RequestError:
    if isinstance(error, TimeoutError):
        return RequestError(FetchFault.TIMEOUT, f"{host} did not take the connection in time.")
    if isinstance(error, ConnectionError) and error.errno is None:
        return RequestError(FetchFault.CONNECT, f"{host} broke the connection off.")
    return RequestError(FetchFault.CONNECT, f"{host} {_REFUSED.get(error.errno or 0, 'cannot be connected to.')}")


# ------------------------------------------------------------------ certificates

# Codes of OpenSSL's X509_verify_cert_error_string(3).
_EXPIRED = 10
_NOT_YET_VALID = 9
_UNKNOWN_AUTHORITY = frozenset({2, 18, 19, 20, 21, 24, 27})
_WRONG_HOST = frozenset({62, 64})


def _certificate(error: ssl.SSLCertVerificationError, host: str) -> RequestError:
    code = error.verify_code
    if code == _EXPIRED:
        message = f"The certificate of {host} has expired. If others still reach it, check the clock of this machine."
    elif code == _NOT_YET_VALID:
        message = f"The certificate of {host} is not valid yet. Check the clock of this machine."
    elif code in _WRONG_HOST:
        message = f"The certificate {host} shows is not for {host}. It may be another server that answers."
    elif code in _UNKNOWN_AUTHORITY:
        message = (
            f"The certificate of {host} is not from an authority this machine trusts. "
            "If it is your own, name the authority's file in SSL_CERT_FILE."
        )
    else:
        message = f"The certificate of {host} is not accepted (OpenSSL {code})."
    return RequestError(FetchFault.TLS, message)


def _handshake(error: ssl.SSLError, host: str) -> RequestError:
    if isinstance(error, ssl.SSLZeroReturnError | ssl.SSLEOFError):
        return RequestError(FetchFault.TLS, f"{host} broke the secure connection off.")
    if error.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"):
        return RequestError(FetchFault.TLS, f"{host} does not speak https at this port. Try the address with http://.")
    return RequestError(FetchFault.TLS, f"{host} and Wirewatch could not agree on a secure connection.")


# ------------------------------------------------------------------ statuses

_MEANINGS: Mapping[int, str] = {
    400: "{host} does not understand the request for this address (400).",
    401: "{host} asks for a name and a password (401). They can stand in the address: https://name:password@{host}/…",
    402: "{host} wants payment for this address (402).",
    403: "{host} refuses this address to Wirewatch (403). It may be for browsers or for members only.",
    404: "{host} has nothing at this address (404). Check it, or look for its new place on the site.",
    406: "{host} has nothing at this address in a form Wirewatch reads (406).",
    407: "The proxy asks for a name and a password (407). They can stand in the address of the proxy.",
    408: "{host} gave up waiting for the request (408).",
    410: "{host} says that this address is gone for good (410). It is not asked any more.",
    414: "{host} finds the address too long (414).",
    429: "{host} asks for fewer requests (429).",
    451: "{host} may not show this address for legal reasons (451).",
    500: "{host} has a fault of its own (500).",
    502: "{host} gets no answer from the server behind it (502).",
    503: "{host} is overloaded or being worked on (503).",
    504: "{host} gets no answer from the server behind it in time (504).",
}


def from_status(status: int, host: str, *, retry_after: float | None = None, credentials: bool = False) -> RequestError:
    """Return what an error status means (RFC 9110, 15.5 and 15.6); `credentials` says that a password was sent."""
    if status == 401 and credentials:
        message = f"{host} does not accept the name and password in the address (401)."
    elif status in _MEANINGS:
        message = _MEANINGS[status].format(host=host)
    else:
        side = "does not answer this request" if status < 500 else "has a fault of its own"
        message = f"{host} {side} ({status}{_phrase(status)})."
    if retry_after:
        message += f" It asks to wait {_duration(retry_after)}."
    fault = FetchFault.GONE if status == 410 else FetchFault.STATUS
    return RequestError(fault, message, status=status, retry_after=retry_after)


def _phrase(status: int) -> str:
    """Return the standard's words for a status; the server's own are not shown."""
    try:
        return f", {HTTPStatus(status).phrase}"
    except ValueError:
        return ""


def _duration(seconds: float) -> str:
    """Return a wait in the largest unit that says it well."""
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * size or seconds == size:
            count = round(seconds / size)
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return f"{round(seconds)} second{'s' if round(seconds) != 1 else ''}"

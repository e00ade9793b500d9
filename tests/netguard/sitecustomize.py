"""Blocks the network in every Python process whose PYTHONPATH starts with this folder, children included.

Python imports ``sitecustomize`` at start-up, and an audit hook cannot be removed afterwards, so this reaches kernels, the
commands that notebooks start, and code below the ``socket`` module. Loopback stays open: services of the course live there.
An attempt raises :class:`NetworkBlockedError` and is written to the file named by ``MLDESIGN_NETWORK_LOG``, so that one
swallowed by a library, or made in a background thread, still turns the notebook red. Programs that are not Python are not
reached.
"""

import os
import sys

LOCAL = {None, "", "localhost", "0.0.0.0", "::", "::1", "127.0.0.1"}


class NetworkBlockedError(ConnectionError):
    """Raised for any connection or name look-up that would leave this machine."""


def _is_local(host) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in LOCAL:
        return True
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _target(event, arguments):
    """Return the host and what is shown of the address, or None when the event leaves nothing."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        socket, address = arguments[0], arguments[-1]
        if getattr(socket.family, "name", "") in ("AF_INET", "AF_INET6") and isinstance(address, tuple):
            return address[0], f"{address[0]}:{address[1]}"
    elif event == "socket.getnameinfo":
        return arguments[0][0], f"{arguments[0][0]}:{arguments[0][1]}"
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        port = f":{arguments[1]}" if event == "socket.getaddrinfo" and arguments[1] else ""
        host = arguments[0].decode("ascii", "replace") if isinstance(arguments[0], bytes) else arguments[0]
        return host, f"{host}{port}"
    return None


def _guard(event, arguments):
    if not event.startswith("socket."):
        return
    target = _target(event, arguments)
    if target is None or _is_local(target[0]):
        return
    log = os.environ.get("MLDESIGN_NETWORK_LOG")
    if log:
        with open(log, "a", encoding="utf-8") as file:  # noqa: PTH123  # pathlib is too much for every start of Python
            file.write(f"{target[1]}\t{event}\n")
    raise NetworkBlockedError(
        f"{event} to {target[1]} is blocked: no cell of the course may need the network. "
        "Read the data from an installed package, or switch the tool's reporting off in mldesign/environment.py."
    )


sys.addaudithook(_guard)

# SPDX-License-Identifier: Apache-2.0
"""The socket of `ws debug --control`: programs learn where this session stops.

Lines of JSON, both ways. In: {"where": true}. Out: {"stopped": {...}} after each stop, whoever caused it, or
{"error": "..."}; an answer has the request again as "to". A "stopped" has what `hyp world --json` says of the CPU, and in a replay `icount` and `event` as well.
"""

import json
import os
import signal
import socket
import threading

import gdb

from . import session, world

_clients: list[socket.socket] = []
_lock = threading.Lock()


def install() -> None:
    path = session.told["control"]
    if path is None:
        return
    server = socket.socket(socket.AF_UNIX)
    try:
        server.bind(path)
    except OSError as error:
        raise gdb.error(f"{path} cannot be the control socket: {error.strerror}") from None
    server.listen()
    gdb.events.gdb_exiting.connect(lambda _event: os.unlink(path)) if hasattr(gdb.events, "gdb_exiting") else None
    gdb.events.before_prompt.connect(_tell_where)
    threading.Thread(target=_accept, args=(server,), daemon=True).start()


def _accept(server: socket.socket) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # they are GDB's
    while True:
        client, _address = server.accept()
        with _lock:
            _clients.append(client)
        threading.Thread(target=_serve, args=(client,), daemon=True).start()


def _serve(client: socket.socket) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        for line in client.makefile("r", encoding="utf-8"):
            gdb.post_event(lambda line=line: _do(client, line))
    except OSError:
        pass
    with _lock:
        if client in _clients:
            _clients.remove(client)


def _do(client: socket.socket, line: str) -> None:
    """In GDB's own thread."""
    asked = line.strip()
    try:
        asked = json.loads(line)
        if "where" not in asked:
            raise gdb.GdbError("the only request is where; a replay is started at an event with ws debug --at")
        _send(client, {"stopped": _where(), "to": asked})
    except (gdb.error, gdb.GdbError, ValueError, TypeError) as error:
        _send(client, {"error": str(error), "to": asked})


_last_told = None


def _where() -> dict:
    if session.is_replay():
        from . import replay
        return replay.here()
    return world.here()


def _tell_where() -> None:
    """To every client, if it is another place than it was."""
    global _last_told
    try:
        told = _where()
    except (gdb.error, gdb.GdbError):
        return
    if told == _last_told:
        return
    _last_told = told
    with _lock:
        clients = list(_clients)
    for client in clients:
        _send(client, {"stopped": told})


def _send(client: socket.socket, message: dict) -> None:
    try:
        client.sendall(json.dumps(message).encode() + b"\n")
    except OSError:
        pass

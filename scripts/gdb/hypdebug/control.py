# SPDX-License-Identifier: Apache-2.0
"""The socket of `ws debug --control`: programs learn where this session stops, and choose another event of a replay.

Lines of JSON, both ways. In: {"where": true} or {"goto": EVENT}. Out: {"stopped": {...}} after each stop, whoever caused it,
{"moving": EVENT} before the session is started again at an event, or {"error": "..."}; an answer has the request again as "to". A
"stopped" has what `hyp world --json` says of the CPU, and in a replay `icount` and `event` as well.
"""

import json
import os
import signal
import socket
import threading
from pathlib import Path

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
        if "goto" in asked:
            _leave_for(client, asked)
        elif "where" in asked:
            _send(client, {"stopped": _where(), "to": asked})
        else:
            raise gdb.GdbError("the requests are where and goto")
    except (gdb.error, gdb.GdbError, ValueError, TypeError) as error:
        _send(client, {"error": str(error), "to": asked})


def _leave_for(client: socket.socket, asked: dict) -> None:
    """What lets the machine run has to wait for it, and a request is none of GDB's commands, in which it could. So this GDB ends, and
    ws debug starts the replay again, at the event."""
    if not session.is_replay():
        raise gdb.GdbError("only a replay can go to an event; this is a live session")
    from . import replay
    event, last = asked["goto"], len(replay.events()) - 1
    if not isinstance(event, int) or not 0 <= event <= last:
        raise gdb.GdbError(f"the trace has no event {event}: they are 0 to {last}")
    thread = gdb.selected_thread()
    if thread is not None and thread.is_running():
        raise gdb.GdbError("the machine runs: stop it in GDB first")
    Path(session.told["wanted_event"]).write_text(str(event), encoding="ascii")
    _send(client, {"moving": event, "to": asked})
    gdb.execute("quit")


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

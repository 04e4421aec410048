# SPDX-License-Identifier: Apache-2.0
"""Drops files on a window as a file manager does: the source's side of XDND, version 5, with Xlib."""

import ctypes
import time
from pathlib import Path

_CLIENT_MESSAGE, _SELECTION_REQUEST, _SELECTION_NOTIFY = 33, 30, 31
_ATOM, _REPLACE, _CURRENT_TIME = 4, 0, 0
_VERSION = 5
_Long = ctypes.c_long


class _ClientMessage(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
                ("display", ctypes.c_void_p), ("window", ctypes.c_ulong), ("message_type", ctypes.c_ulong),
                ("format", ctypes.c_int), ("data", _Long * 5)]


class _SelectionRequest(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
                ("display", ctypes.c_void_p), ("owner", ctypes.c_ulong), ("requestor", ctypes.c_ulong),
                ("selection", ctypes.c_ulong), ("target", ctypes.c_ulong), ("property", ctypes.c_ulong),
                ("time", ctypes.c_ulong)]


class _Selection(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
                ("display", ctypes.c_void_p), ("requestor", ctypes.c_ulong), ("selection", ctypes.c_ulong),
                ("target", ctypes.c_ulong), ("property", ctypes.c_ulong), ("time", ctypes.c_ulong)]


class _Event(ctypes.Union):
    _fields_ = [("type", ctypes.c_int), ("message", _ClientMessage), ("request", _SelectionRequest),
                ("selection", _Selection), ("room", _Long * 24)]


def _library() -> ctypes.CDLL:
    x = ctypes.CDLL("libX11.so.6")
    word, pointer = ctypes.c_ulong, ctypes.c_void_p
    for name, result, *arguments in (
            ("XOpenDisplay", pointer, ctypes.c_char_p), ("XDefaultRootWindow", word, pointer),
            ("XInternAtom", word, pointer, ctypes.c_char_p, ctypes.c_int),
            ("XCreateSimpleWindow", word, pointer, word, *[ctypes.c_int] * 2, *[ctypes.c_uint] * 3, word, word),
            ("XSetSelectionOwner", ctypes.c_int, pointer, word, word, word),
            ("XSendEvent", ctypes.c_int, pointer, word, ctypes.c_int, _Long, ctypes.POINTER(_Event)),
            ("XNextEvent", ctypes.c_int, pointer, ctypes.POINTER(_Event)), ("XPending", ctypes.c_int, pointer),
            ("XChangeProperty", ctypes.c_int, pointer, word, word, word, ctypes.c_int, ctypes.c_int, ctypes.c_char_p,
             ctypes.c_int),
            ("XFlush", ctypes.c_int, pointer), ("XCloseDisplay", ctypes.c_int, pointer)):
        function = getattr(x, name)
        function.restype, function.argtypes = result, arguments
    return x


class _Source:
    def __init__(self, display: str, target: int, text: bytes):
        self.x = _library()
        self.display = self.x.XOpenDisplay(display.encode())
        if not self.display:
            raise RuntimeError(f"no display {display}")
        self.target, self.text = target, text
        self.window = self.x.XCreateSimpleWindow(self.display, self.x.XDefaultRootWindow(self.display), 0, 0, 1, 1, 0, 0, 0)

    def atom(self, name: str) -> int:
        return self.x.XInternAtom(self.display, name.encode(), 0)

    def say(self, name: str, *data: int) -> None:
        event = _Event()
        event.message = _ClientMessage(_CLIENT_MESSAGE, 0, 1, self.display, self.target, self.atom(name), 32,
                                       (_Long * 5)(self.window, *data))
        self.x.XSendEvent(self.display, self.target, 0, 0, ctypes.byref(event))
        self.x.XFlush(self.display)

    def wait_for(self, name: str, seconds: float = 20) -> _ClientMessage:
        """The target's message of that name. Meanwhile the text is handed over to who asks."""
        event = _Event()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.x.XPending(self.display):
                time.sleep(0.02)
                continue
            self.x.XNextEvent(self.display, ctypes.byref(event))
            if event.type == _SELECTION_REQUEST:
                self.hand_over(event.request)
            if event.type == _CLIENT_MESSAGE and event.message.message_type == self.atom(name):
                return event.message
        raise TimeoutError(f"the window did not say {name}")

    def hand_over(self, request: _SelectionRequest) -> None:
        self.x.XChangeProperty(self.display, request.requestor, request.property, request.target, 8, _REPLACE, self.text,
                               len(self.text))
        event = _Event()
        event.selection = _Selection(_SELECTION_NOTIFY, 0, 1, self.display, request.requestor, request.selection,
                                     request.target, request.property, request.time)
        self.x.XSendEvent(self.display, request.requestor, 0, 0, ctypes.byref(event))
        self.x.XFlush(self.display)

    def drop(self) -> None:
        self.x.XSetSelectionOwner(self.display, self.atom("XdndSelection"), self.window, _CURRENT_TIME)
        self.say("XdndEnter", _VERSION << 24, self.atom("text/uri-list"), 0, 0)
        self.say("XdndPosition", 0, 400 << 16 | 400, _CURRENT_TIME, self.atom("XdndActionCopy"))
        if not self.wait_for("XdndStatus").data[1] & 1:
            raise RuntimeError("the window does not take files")
        self.say("XdndDrop", 0, _CURRENT_TIME, 0, 0)
        self.wait_for("XdndFinished")
        self.x.XCloseDisplay(self.display)


def drop_files(display: str, target: int, *files: Path) -> None:
    """Drops the files on a window, and waits until it has taken them."""
    _Source(display, target, "".join(f"{file.as_uri()}\r\n" for file in files).encode()).drop()

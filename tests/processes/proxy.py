"""A TCP proxy that can do what networks do: drip, delay, cut, reset, swallow, refuse."""

import select
import socket
import struct
import threading

_TICK = 0.02


class Proxy:
    """Stands before a server of this machine, on a port of its own; what it does can be changed at any time.

    What is done bites on connections that are open, too, and on what the server sends:

    - ``through``: passes everything on;
    - ``drip``: so many bytes at a time (``size``), one piece every ``seconds``;
    - ``delay``: each piece ``seconds`` late;
    - ``cut``: hangs up after so many bytes (``after``);
    - ``reset``: the same with a reset in place of an orderly end;
    - ``swallow``: takes connections and bytes, and says nothing;
    - ``refuse``: nobody listens, and what was open is reset.

    Args:
        port: where the server listens.
    """

    def __init__(self, port):
        self._target = port
        self._how = ("through", {})
        self._changed = threading.Event()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._threads = []
        # Bound as long as the proxy stands: where nobody listens the port refuses, and nobody else is given it.
        self._held = _bound(0)
        self.port = self._held.getsockname()[1]
        self._listener = self._listen()
        self._start(self._accept)

    def through(self):
        """Pass everything on."""
        self._do("through")

    def drip(self, *, size=1, seconds=0.03):
        """Pass answers on in pieces."""
        self._do("drip", size=size, seconds=seconds)

    def delay(self, seconds):
        """Pass answers on late."""
        self._do("delay", seconds=seconds)

    def cut(self, *, after=0):
        """Hang up in an answer."""
        self._do("cut", after=after)

    def reset(self, *, after=0):
        """Reset in an answer."""
        self._do("reset", after=after)

    def swallow(self):
        """Take everything, and answer nothing."""
        self._do("swallow")

    def refuse(self):
        """Let nobody in."""
        self._do("refuse")

    def close(self):
        """End everything."""
        self._ended.set()
        self._changed.set()
        for thread in self._threads:
            thread.join()
        self._held.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _do(self, what, **options):
        with self._lock:
            changed, self._changed = self._changed, threading.Event()
            self._how = (what, options)
        changed.set()

    def _listen(self):
        listener = _bound(self.port)
        listener.listen(128)
        listener.settimeout(_TICK)
        return listener

    def _start(self, run, *given):
        thread = threading.Thread(target=run, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        while not self._ended.is_set():
            if self._how[0] == "refuse":
                self._refuse_for_a_while()
                continue
            try:
                inside, _ = self._listener.accept()
            except OSError:
                continue
            self._start(self._serve, inside)
        self._listener.close()

    def _refuse_for_a_while(self):
        """Let nobody in."""
        self._listener.close()
        while self._how[0] == "refuse" and not self._ended.is_set():
            self._changed.wait(_TICK)
        self._listener = self._listen()

    def _serve(self, inside):
        try:
            with inside, socket.create_connection(("127.0.0.1", self._target), timeout=5) as outside:
                for end in (inside, outside):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                _Talk(inside, outside).run(lambda: self._how, self._ended)
        except OSError:
            return


def _bound(port):
    """Return a socket that has a port, beside others of this proxy that have it too."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(("127.0.0.1", port))
    return bound


class _Talk:
    """One connection through the proxy."""

    def __init__(self, inside, outside):
        self._inside = inside
        self._outside = outside
        self._sent = 0
        self._waiting = b""
        self._pause = threading.Event()

    def run(self, how, ended):
        what = None
        while not ended.is_set():
            before, (what, options) = what, how()
            if what != before:
                self._sent = 0
            if what == "refuse" or (what in ("cut", "reset") and self._sent > 0 and not self._left(options)):
                return self._leave(what)
            readable, _, _ = select.select(
                [self._inside, self._outside], [], [], 0 if self._waiting else _TICK
            )
            if self._inside in readable:
                asked = self._inside.recv(65536)
                if not asked:
                    return None
                if what != "swallow":
                    self._outside.sendall(asked)
            if self._outside in readable and not self._waiting:
                self._waiting = self._outside.recv(65536)
                if not self._waiting:
                    return None
            if self._waiting and not self._answer(what, options):
                return self._leave(what)
        return None

    def _left(self, options):
        return max(0, options["after"] - self._sent)

    def _answer(self, what, options):
        """Send on what waits, as it is to be done; tell whether the connection stays."""
        piece = self._waiting
        if what == "swallow":
            self._waiting = b""
            return True
        if what == "drip":
            piece = piece[: options["size"]]
        if what in ("cut", "reset"):
            piece = piece[: self._left(options)]
            if not piece:
                return False
        self._inside.sendall(piece) if what != "delay" else self._send_late(piece, options["seconds"])
        self._sent += len(piece)
        self._waiting = self._waiting[len(piece) :]
        if what == "drip":
            self._pause.wait(options["seconds"])
        return True

    def _send_late(self, piece, seconds):
        self._pause.wait(seconds)
        self._inside.sendall(piece)

    def _leave(self, what):
        if what in ("reset", "refuse"):
            self._inside.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

"""A mail server for tests: real SMTP on this machine, told to refuse, to be silent, or to hang up."""

import base64
import contextlib
import socket
import threading
from email import message_from_bytes, policy


class MailServer:
    """Accepts mail and keeps it; each connection has a thread.

    Args:
        tls: the server's side of TLS; offered as STARTTLS, or from the first byte on where ``implicit``.
        implicit: whether TLS begins with the connection.
        login: user and password that are asked for.

    Attributes:
        messages: what was taken, as messages.
        heard: every command, in order.
        answers: what to say in place of the usual, by verb; ``"."`` for the end of a message.
    """

    def __init__(self, *, tls=None, implicit=False, login=None):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.messages = []
        self.recipients = []
        self.heard = []
        self.answers = {}
        self.pace = None
        self._tls = tls
        self._implicit = implicit
        self._login = login
        self._stopped = threading.Event()
        self._sockets = []
        threading.Thread(target=self._accept, daemon=True).start()

    def ids(self):
        """Return the ids in the Message-IDs of what was taken."""
        return [str(message["Message-ID"]).strip("<>").partition("@")[0] for message in self.messages]

    def stop(self):
        """Close everything."""
        self._stopped.set()
        for sock in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._sockets.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        talk = None
        with contextlib.suppress(OSError, ValueError):
            if self._implicit:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._sockets.append(connection)
            talk = _Talk(connection, self)
            self._talk(talk)
        with contextlib.suppress(OSError):
            (talk or connection).shutdown(socket.SHUT_RDWR)
        connection.close()

    def _talk(self, talk):
        talk.say(self.answers.get("greeting", "220 here"))
        while line := talk.hear():
            verb = line.split(" ")[0].split(":")[0].upper()
            self.heard.append(line)
            if verb in self.answers:
                talk.say(self.answers[verb])
            elif verb == "STARTTLS":
                talk.say("220 go ahead")
                connection = self._tls.wrap_socket(talk.connection, server_side=True)
                self._sockets.append(connection)
                talk.use(connection)
            elif verb == "DATA":
                self._take(talk)
            else:
                talk.say(self._answer(verb, line, talk))
            if verb == "QUIT":
                return

    def _answer(self, verb, line, talk):
        if verb == "EHLO":
            offers = ["250-here"]
            if self._tls and not talk.is_tls:
                offers.append("250-STARTTLS")
            if self._login:
                offers.append("250-AUTH PLAIN")
            return "\r\n".join([*offers, "250 8BITMIME"])
        if verb == "AUTH":
            _, user, password = base64.b64decode(line.split(" ")[2]).decode().split("\0")
            return "235 welcome" if (user, password) == self._login else "535 no"
        if verb == "RCPT":
            self.recipients.append(line.partition("<")[2].partition(">")[0])
        return "221 bye" if verb == "QUIT" else "250 fine"

    def _take(self, talk):
        talk.say("354 go on")
        lines = []
        while (line := talk.hear()) != ".":
            if line is None:
                return
            lines.append(line.removeprefix("."))
        if "." in self.answers:
            talk.say(self.answers["."])
            return
        text = "\r\n".join([*lines, ""]).encode()
        self.messages.append(message_from_bytes(text, policy=policy.default))
        talk.say("250 taken")


class _Talk:
    """One conversation, line by line."""

    def __init__(self, connection, server):
        self._server = server
        self.use(connection)

    def use(self, connection):
        self.connection = connection
        self.is_tls = hasattr(connection, "cipher")
        self._lines = connection.makefile("rb")

    def shutdown(self, how):
        self.connection.shutdown(how)

    def say(self, answer):
        if answer is None:
            raise ValueError("hangs up")
        text = f"{answer}\r\n".encode()
        if self._server.pace is None:
            self.connection.sendall(text)
            return
        for byte in text:
            if self._server._stopped.wait(self._server.pace):
                return
            self.connection.sendall(bytes((byte,)))

    def hear(self):
        line = self._lines.readline()
        return line.decode().rstrip("\r\n") if line.endswith(b"\n") else None

"""What a publisher has noted down on disk: which messages it tried to publish, and which were acknowledged."""

import os


class Notes:
    """Append-only lines `try A B` and `ack A B`: the messages from number A up to before B."""

    def __init__(self, path):
        self.path = path
        self._file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600)
        self._read = 0
        self._rest = b""
        self.acknowledged = 0
        self.tried = []
        self.refresh()

    def trying(self, call):
        os.write(self._file, b"try %d %d\n" % (call.start, call.stop))

    def has_acknowledged(self, call):
        os.write(self._file, b"ack %d %d\n" % (call.start, call.stop))

    def refresh(self):
        """Read what was written since; gives how many messages are acknowledged."""
        data = os.pread(self._file, 1 << 24, self._read)
        self._read += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            word, first, stop = line.split()
            if word == b"ack":
                self.acknowledged = int(stop)
            else:
                self.tried.append(range(int(first), int(stop)))
        return self.acknowledged

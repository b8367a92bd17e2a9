"""`contacts` without the second that Python needs to load it: each call is a fork of one process that has."""

import json
import os
import socket
import subprocess
import sys
from contextlib import contextmanager

_CLIENT = """#!{python} -SE
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as caller:
    caller.connect({path!r})
    socket.send_fds(caller, [json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()], [0, 1, 2])
    sys.exit(caller.recv(1)[0])
"""


@contextmanager
def ready_command(script, environ):
    """Make `script` a command that does what `contacts` does, for as long as the block lasts."""
    services = f"{script}.socket"
    process = subprocess.Popen([sys.executable, "-m", "tests.docs.ready_command", services], env=environ, stdout=-1)
    try:
        process.stdout.readline()  # it listens
        script.write_text(_CLIENT.format(python=sys.executable, path=services))
        script.chmod(0o755)
        yield
    finally:
        process.kill()
        process.wait()


def _serve(path):
    from service.cli.main import main

    with socket.socket(socket.AF_UNIX) as services:
        services.bind(path)
        services.listen()
        os.write(1, b"listening\n")
        while True:
            caller, _ = services.accept()
            if os.fork() == 0:
                _run(main, caller)
            caller.close()


def _run(main, caller):
    request, descriptors, _, _ = socket.recv_fds(caller, 1 << 20, 3)
    arguments, folder, environ = json.loads(request)
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    code = 1
    try:
        main(arguments)
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush()
        caller.send(bytes([code]))
        os._exit(code)


if __name__ == "__main__":
    _serve(sys.argv[1])

"""``pm`` without its second of importing: one process that has everything loaded, and forks for each call.

python -m tests.docs.forked SOCKET          and, beside it, ``pm`` of ``tests.docs.shell`` calls there
"""

from __future__ import annotations

import importlib
import json
import os
import socket
import sys

from bot.cli import SECTIONS, main

CALL = f"""#!{sys.executable} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as to:
    to.connect(PLACE)
    fds = [0, 1, 2, *(int(word[8:]) for word in sys.argv if word.startswith("/dev/fd/"))]
    said = json.dumps([sys.argv, os.getcwd(), dict(os.environ), fds]).encode()
    socket.send_fds(to, [len(said).to_bytes(4, "big")], fds)
    to.sendall(said)
    to.shutdown(socket.SHUT_WR)
    sys.exit(int(to.recv(8) or b"70"))
"""
"""What stands in ``bin/pm``."""


def serve(place: str) -> None:
    """Until it is killed."""
    for entry in (entry for section in SECTIONS.values() for entry in section.values()):
        importlib.import_module(entry.place.partition(":")[0])
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(place)
        door.listen(8)
        while True:
            caller, _ = door.accept()
            with caller:
                _answer(caller)


def _answer(caller: socket.socket) -> None:
    size, fds, _, _ = socket.recv_fds(caller, 4, 8)
    with caller.makefile("rb") as words:
        argv, folder, variables, numbers = json.loads(words.read(int.from_bytes(size, "big")))
    if (child := os.fork()) == 0:
        caller.close()
        os._exit(_play(argv, folder, variables, dict(zip(numbers, fds, strict=True))))
    for number in fds:
        os.close(number)
    _, status = os.waitpid(child, 0)
    caller.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def _play(argv: list[str], folder: str, variables: dict[str, str], fds: dict[int, int]) -> int:
    """As the program itself: its words, its folder, its environment, its files."""
    for number, fd in fds.items():
        os.dup2(fd, number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    sys.argv = argv
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    serve(sys.argv[1])

"""Fifty kills at random moments of writing: what was acknowledged is there, and the project is sound every time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from store_samples import add_codes, add_document

from coder.store import Project

HERE = Path(__file__).parent

# A child is forked and killed by a parent that has loaded everything, so that no time goes into starting Python.
PROGRAM = """
import json, os, random, signal, sys, time
sys.path.insert(0, sys.argv[1])
from coder.store import Project
from store_samples import code_often
path, document, code, coder = sys.argv[2:6]
moments = random.Random(7)
said = []
for kill in range(50):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        code_often(path, document, code, coder, 10**6, lambda id: os.write(write, id.encode() + b"\\n"))
    os.close(write)
    heard = os.fdopen(read, "rb")
    heard.readline()  # it is writing
    time.sleep(moments.uniform(0, 0.02))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    more = [line.strip().decode() for line in heard if line.endswith(b"\\n")]
    heard.close()
    said += more
    with Project.open(path) as project:
        stored = [made.id for made in project.codings()]
        problems = project.verify()
    print(json.dumps([kill, len(stored), len(set(stored)), sorted(set(said) - set(stored)), problems]), flush=True)
"""


def test_fifty_kills_while_writing_lose_nothing_that_was_acknowledged(path: Path) -> None:
    with Project.open(path) as project:
        aino = project.coder_named("Aino").id
        added = add_document(project, aino)
        (code,) = add_codes(project, aino, "trust")
    command = [sys.executable, "-c", PROGRAM, str(HERE), str(path), added.id, code.id, aino]
    told = [json.loads(line) for line in subprocess.run(command, capture_output=True, check=True).stdout.splitlines()]
    assert [kill for kill, *_ in told] == list(range(50))
    for _, stored, different, lost, problems in told:
        assert stored == different
        assert lost == []
        assert problems == []
    assert [stored for _, stored, *_ in told] == sorted(stored for _, stored, *_ in told)
    with Project.open(path) as project:
        assert project.verify() == []

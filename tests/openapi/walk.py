#!/usr/bin/env python3
"""Imports real documents with the binary, each in a process of its own: what it takes, how long, how much memory.

    walk.py BINARY PACKAGES [--seconds N]

PACKAGES has each package of documents.tsv, unpacked, in a directory of its name and version. Seconds are of the
processor, so that what else the machine does is not counted.
"""

import argparse
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

MOST_MEGABYTES = 400
HERE = pathlib.Path(__file__).parent


def rows():
    for line in (HERE / "documents.tsv").read_text().splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def imported(binary, document, seconds):
    """Exit code, length of the YAML, what was told, seconds, megabytes."""

    def bounded():
        resource.setrlimit(resource.RLIMIT_CPU, (seconds * 3, seconds * 3))

    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as told:
        command = [binary, "connectors", "import", str(document), "--key", "tried"]
        child = subprocess.Popen(command, stdout=out, stderr=told, preexec_fn=bounded)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        told.seek(0)
        text = told.read().decode(errors="replace")
        length, seconds_used = os.fstat(out.fileno()).st_size, used.ru_utime + used.ru_stime
        return child.returncode, length, text, seconds_used, used.ru_maxrss // 1024


def faults(expected, code, length, told, took, peak, seconds):
    if took > seconds:
        yield f"it took {took:.1f} s of {seconds}"
    if peak > MOST_MEGABYTES:
        yield f"it took {peak} MB of {MOST_MEGABYTES}"
    if expected == "refused":
        if code != 1 or not told.strip() or "panicked" in told:
            yield f"it was to be refused with a reason: exit {code}: {told[-300:]}"
        return
    taken = re.search(r"(\d+) of (\d+) operations were taken", told)
    if code != 0 or not taken:
        yield f"exit {code}: {told[-300:]}"
    elif int(taken.group(1)) < int(expected):
        yield f"{taken.group(0)}, and {expected} were expected"
    elif int(taken.group(1)) < int(taken.group(2)) and "left out" not in told:
        yield "it does not say what it left out"
    elif not length:
        yield "there is no YAML"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("packages", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=10)
    asked = parser.parse_args()
    failed, count = 0, 0
    for package, path, expected in rows():
        document = asked.packages / package / "package" / path
        if not document.is_file():
            sys.exit(f"{document} is not there")
        code, length, told, took, peak = imported(asked.binary, document, asked.seconds)
        found = list(faults(expected, code, length, told, took, peak, asked.seconds))
        first = (told.strip().splitlines() or [""])[0][:90]
        print(f"{'FAILED' if found else 'ok':6} {took:5.1f} s {peak:4} MB  {package} {path}: {first}", flush=True)
        for fault in found:
            print(f"         {fault}", flush=True)
        failed, count = failed + bool(found), count + 1
    print(f"{count - failed} of {count} documents are as they should be")
    sys.exit(1 if failed else 0)


main()

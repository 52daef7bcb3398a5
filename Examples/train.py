#!/usr/bin/env python3
#GSUB --members=4 --gpus-per-member=1
#GSUB --time=10m --name=train
#GSUB --checkpoint-every=1m --checkpoint-signal=USR2@5
"""Fits a line to numbers over several members, as a large model is trained over many nodes.

Each member has a part of the numbers; after each step the members add up their gradients, over TCP
connections to the first of them, and all take the same step. It needs nothing but Python's standard
library, and what Muster tells every job: RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT.

The first member keeps a checkpoint now and then, when the gang is told to by USR2, and at the end;
a gang that is started again goes on from it.

    gsub Examples/train.py --steps 200
"""

import argparse
import json
import os
import pathlib
import random
import signal
import socket
import struct
import time

RANK = int(os.environ.get("RANK", "0"))
WORLD_SIZE = int(os.environ.get("WORLD_SIZE", "1"))


class Gang:
    """Adds up numbers of all members: they send theirs to the first, which sends back the sums."""

    def __init__(self, address: str, port: int, patience: float = 60.0):
        self.peers: list[socket.socket] = []
        if WORLD_SIZE == 1:
            return
        if RANK == 0:
            with socket.create_server(("", port), backlog=WORLD_SIZE) as door:
                door.settimeout(patience)
                while len(self.peers) < WORLD_SIZE - 1:
                    self.peers.append(door.accept()[0])
        else:
            self.peers.append(self._reach(address, port, patience))
        for peer in self.peers:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @staticmethod
    def _reach(address: str, port: int, patience: float) -> socket.socket:
        deadline = time.monotonic() + patience
        while True:
            try:
                return socket.create_connection((address, port), timeout=patience)
            except OSError:
                # The first member may not have opened its door yet.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def add_up(self, numbers: list[float]) -> list[float]:
        """The sum over all members, place by place; the same for everybody."""
        form = struct.Struct(f"!{len(numbers)}d")
        if RANK > 0:
            self.peers[0].sendall(form.pack(*numbers))
            return list(form.unpack(self._read(self.peers[0], form.size)))
        for peer in self.peers:
            theirs = form.unpack(self._read(peer, form.size))
            numbers = [mine + other for mine, other in zip(numbers, theirs)]
        for peer in self.peers:
            peer.sendall(form.pack(*numbers))
        return numbers

    @staticmethod
    def _read(peer: socket.socket, size: int) -> bytes:
        read = b""
        while len(read) < size:
            part = peer.recv(size - len(read))
            if not part:
                raise ConnectionError("a member of the gang is gone")
            read += part
        return read


class Checkpoint:
    """The state of the work so far, in a file that is always whole."""

    def __init__(self, folder: str):
        self.path = pathlib.Path(folder) / "train.json"

    def load(self) -> dict:
        if self.path.exists():
            return json.loads(self.path.read_text())
        return {"step": 0, "slope": 0.0, "start": 0.0}

    def save(self, state: dict) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(state))
        new.replace(self.path)
        tell("CHECKPOINT=1")


def tell(news: str) -> None:
    """Tells Muster's agent, where there is one: what is lost by an eviction counts from here."""
    address = os.environ.get("MUSTER_NOTIFY")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.sendto(news.encode(), address)


def part_of_numbers(count: int) -> list[tuple[float, float]]:
    """This member's part of points near a line of slope 2 that starts at 1."""
    chance = random.Random(RANK)
    points = [chance.random() for _ in range(count)]
    return [(x, 2 * x + 1 + chance.gauss(0, 0.01)) for x in points]


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit a line over several members.")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--pause", type=float, default=0.0, help="seconds that a step takes")
    parser.add_argument("--checkpoint-every", type=int, default=50, metavar="STEPS")
    arguments = parser.parse_args()

    is_told = False

    def told(*_: object) -> None:
        nonlocal is_told
        is_told = True

    signal.signal(signal.SIGUSR2, told)
    checkpoint = Checkpoint(os.environ.get("MUSTER_CHECKPOINT_DIR", "."))
    state = checkpoint.load()
    gang = Gang(os.environ.get("MASTER_ADDR", "localhost"), int(os.environ.get("MASTER_PORT", "0")))
    if RANK == 0:
        begun = "goes on from" if state["step"] else "begins at"
        print(f"a gang of {WORLD_SIZE} {begun} step {state['step']}", flush=True)
    numbers = part_of_numbers(1000)
    tell("READY=1")
    for step in range(state["step"], arguments.steps):
        gradient = [0.0, 0.0, float(len(numbers)), float(is_told)]
        for x, y in numbers:
            error = state["slope"] * x + state["start"] - y
            gradient[0] += error * x
            gradient[1] += error
        # Whether anybody was told is added up as well: so all agree at which step they are kept.
        slope, start, count, told_members = gang.add_up(gradient)
        state = {
            "step": step + 1,
            "slope": state["slope"] - slope / count,
            "start": state["start"] - start / count,
        }
        is_due = (step + 1) % arguments.checkpoint_every == 0 or step + 1 == arguments.steps
        if RANK == 0 and (is_due or told_members):
            checkpoint.save(state)
            print(f"step {step + 1}: kept", flush=True)
        if told_members:
            is_told = False
        time.sleep(arguments.pause)
    if RANK == 0:
        print(f"y = {state['slope']:.2f} x + {state['start']:.2f}", flush=True)


if __name__ == "__main__":
    main()

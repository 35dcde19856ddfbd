"""Many people at once, for a while: ``python tests/load/people.py --people 20 --minutes 30``.

Starts ``pincite serve`` with the real model on a library of the seed documents, and asks over loopback only. Every answer
is compared with what the same question gets when nobody else asks: whether it is declined, and what it cites. (Its words may
differ: what the model has read just before is not read again, and that moves the last digits of its arithmetic.) Prints figures as JSON; exit 1 if an answer was lost,
was somebody else's, or the server grew.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

QUESTIONS = (
    "How many facilities did the U.S. strikes target?",
    "What sparked the American retaliation?",
    "Which city was hit by drone strikes on February 3?",
    "Who is the mayor of Vienna?",
    "How many soldiers died in Jordan?",
    "What is the capital of Iraqi Kurdistan?",
)
GROWTH = 1.15
"""How much more memory the server may have at the end than after the first tenth of the time."""


@dataclass
class Seen:
    """What the people saw."""

    alone: dict[str, list[dict[str, Any]]]
    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    counts: dict[int, int] = field(default_factory=dict)
    busy: int = 0
    worded_otherwise: int = 0
    wrong: list[str] = field(default_factory=list)
    memory: list[tuple[float, int]] = field(default_factory=list)


async def ask(client: httpx.AsyncClient, question: str) -> tuple[float, dict[str, Any]] | None:
    """Return (seconds to the first sign, answer), or None where the server is busy."""
    begun, first, name = time.monotonic(), None, ""
    async with client.stream("POST", "/v1/ask", json={"question": question, "stream": True}) as response:
        if response.status_code == 503:
            return None
        response.raise_for_status()
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: ") and name in ("passages", "answer", "error"):
                first = first or time.monotonic() - begun
                if name != "passages":
                    return first, json.loads(line.removeprefix("data: "))
    raise AssertionError("a stream ended without an answer")


def proof(answer: dict[str, Any]) -> tuple[bool, frozenset[str]]:
    """Return what an answer stands on: whether it was declined, and the words it cites."""
    return bool(answer.get("abstained")), frozenset(item["quote"] for item in answer.get("citations", ()))


async def person(number: int, url: str, until: float, seen: Seen) -> None:
    """Ask one question after the other until the time is over."""
    chance = random.Random(number)
    async with httpx.AsyncClient(base_url=url, timeout=600) as client:
        while time.monotonic() < until:
            question = chance.choice(QUESTIONS)
            begun = time.monotonic()
            got = await ask(client, question)
            if got is None:
                seen.busy += 1
                await asyncio.sleep(chance.uniform(1, 3))
                continue
            first, answer = got
            if answer.get("question") != question or proof(answer) not in map(proof, seen.alone[question]):
                seen.wrong.append(f"{question} -> {answer.get('text') or answer.get('message')}")
            elif answer["text"] not in [other["text"] for other in seen.alone[question]]:
                seen.worded_otherwise += 1
            seen.first.append(first)
            seen.whole.append(time.monotonic() - begun)
            seen.counts[number] = seen.counts.get(number, 0) + 1


def memory_of(process: int) -> int:
    """Return the resident memory of a process in MiB."""
    status = Path(f"/proc/{process}/status").read_text()
    match = re.search(r"VmRSS:\s+(\d+)", status)
    return int(match[1]) // 1024 if match else 0


async def watch(process: int, until: float, seen: Seen) -> None:
    """Note the server's memory every few seconds."""
    while time.monotonic() < until:
        seen.memory.append((time.monotonic(), memory_of(process)))
        await asyncio.sleep(5)


async def load(url: str, process: int, people: int, seconds: float) -> dict[str, Any]:
    """Let people ask for a time; return the figures."""
    async with httpx.AsyncClient(base_url=url, timeout=600) as client:
        alone: dict[str, list[dict[str, Any]]] = {question: [] for question in QUESTIONS}
        for question in QUESTIONS * 2:
            got = await ask(client, question)
            assert got is not None
            alone[question].append(got[1])
    seen = Seen(alone)
    until = time.monotonic() + seconds
    await asyncio.gather(watch(process, until, seen), *(person(n, url, until, seen) for n in range(people)))
    settled = seen.memory[len(seen.memory) // 10][1]
    return {
        "people": people,
        "seconds": seconds,
        "answers": len(seen.whole),
        "answers_per_person": [min(seen.counts.values()), max(seen.counts.values())],
        "told_to_come_back": seen.busy,
        "wrong": seen.wrong,
        "worded_otherwise": seen.worded_otherwise,
        "first_sign_s": quantiles(seen.first),
        "whole_answer_s": quantiles(seen.whole),
        "memory_mib": [settled, seen.memory[-1][1], max(m for _, m in seen.memory)],
    }


def quantiles(values: list[float]) -> dict[str, float]:
    """Return median, 95th percentile and maximum."""
    ordered = sorted(values)
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    return {"p50": round(statistics.median(ordered), 1), "p95": round(p95, 1), "max": round(ordered[-1], 1)}


def main() -> None:
    """Start a server, load it, stop it, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=30.0)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "ui.cli", "serve", "--port", "0", "--library", f"{folder}/library"]
        seeds = Path(__file__).parents[2] / "seeds" / "documents"
        subprocess.run([*command[:3], "add", str(seeds), "--library", f"{folder}/library"], check=True)
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        )
        assert server.stdout is not None
        found = re.search(r"http://\S+", server.stdout.readline())
        assert found is not None
        try:
            figures = asyncio.run(load(found[0].rstrip("/"), server.pid, options.people, 60 * options.minutes))
        finally:
            server.terminate()
            server.wait()
    print(json.dumps(figures, indent=2))
    settled, last, _ = figures["memory_mib"]
    sys.exit(bool(figures["wrong"]) or last > GROWTH * settled)


if __name__ == "__main__":
    main()

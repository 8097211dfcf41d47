"""The report of a run, as Markdown and as JSON: a row a case, with what was sent, answered, expected, and how to mend it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outpost_conformance import __version__
from outpost_conformance.run import Result, Verdict


class ReportNameUnknown(Exception):
    """A report file that ends neither in .md nor in .json."""


@dataclass(frozen=True)
class Report:
    url: str
    started_at: str
    schemes: Sequence[str]
    results: Sequence[Result]

    @property
    def failed(self) -> bool:
        return any(result.verdict is Verdict.FAILED for result in self.results)

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(result.verdict for result in self.results)
        return {verdict.value: counted[verdict] for verdict in Verdict}

    @property
    def summary(self) -> str:
        """ "27 passed, 0 warning, 1 failed, 2 not checked"."""
        return ", ".join(f"{count} {name}" for name, count in self.counts.items())

    def write(self, path: Path) -> None:
        """Raises ReportNameUnknown."""
        check_name(path)
        path.write_text(self.json() if path.suffix == ".json" else self.markdown(), encoding="utf-8")

    def json(self) -> str:
        found = {
            "object": "conformance_report",
            "kit": __version__,
            "url": self.url,
            "started_at": self.started_at,
            "schemes": list(self.schemes),
            "summary": self.counts,
            "cases": [_case(result) for result in self.results],
        }
        return json.dumps(found, ensure_ascii=False, indent=2) + "\n"

    def markdown(self) -> str:
        lines = [
            "# Conformance of a webhook receiver",
            "",
            f"`{self.url}`, {self.started_at}, kit {__version__}, schemes {' and '.join(self.schemes)}: {self.summary}.",
            "",
            "| case | verdict | sent | answered | expected | found | how to mend it |",
            "|---|---|---|---|---|---|---|",
            *(_row(result) for result in self.results),
        ]
        return "\n".join(lines) + "\n"


def check_name(path: Path) -> None:
    if path.suffix not in {".md", ".json"}:
        raise ReportNameUnknown(f"{path}: a report ends in .md or .json")


def line(result: Result) -> str:
    """For the terminal: the verdict, the case, and below it what was found and how to mend it."""
    words = [f"{result.verdict.upper():<12} {result.case.id:<18} {result.case.title}"]
    words += [f"{'':13}{text}" for text in result.found]
    if result.verdict in {Verdict.FAILED, Verdict.WARNING}:
        words.append(f"{'':13}→ {result.case.mend}")
    return "\n".join(words)


def _case(result: Result) -> dict[str, Any]:
    return {
        "id": result.case.id,
        "title": result.case.title,
        "verdict": result.verdict.value,
        "sent": [
            {"what": one.sending.label, "headers": dict(one.sending.headers), "bytes": len(one.sending.body)}
            for one in result.exchanges
        ],
        "answered": [
            {"status": one.status, "seconds": round(one.seconds, 3), "beginning": one.answer}
            for one in result.exchanges
        ],
        "expected": result.case.expected,
        "found": list(result.found),
        "mend": result.case.mend,
    }


def _row(result: Result) -> str:
    cells = (
        f"**{result.case.id}** {result.case.title}",
        result.verdict.value,
        "; ".join(one.sending.label for one in result.exchanges),
        "; ".join(one.shown for one in result.exchanges),
        result.case.expected,
        "; ".join(result.found),
        "" if result.verdict is Verdict.PASSED else result.case.mend,
    )
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")

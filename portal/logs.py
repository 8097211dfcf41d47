"""Log lines: words first, then fields as key=value, on one line whatever the fields hold."""

from __future__ import annotations

import datetime as dt
import json
import logging

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class LineFormatter(logging.Formatter):
    """2026-11-23T05:12:07.120Z INFO payments.operations debit settled reference="PAY-…" """

    def format(self, record: logging.LogRecord) -> str:
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        fields = " ".join(
            f"{key}={json.dumps(value, default=str, ensure_ascii=False)}"
            for key, value in vars(record).items()
            if key not in _STANDARD
        )
        # json.dumps keeps a line break inside a message from forging a second line.
        words = json.dumps(record.getMessage(), ensure_ascii=False)[1:-1].replace('\\"', '"')
        line = f"{at} {record.levelname} {record.name} {words} {fields}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line

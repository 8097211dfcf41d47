"""Log lines: words first, then fields as key=value, on one line whatever the fields hold."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re

# Django hands the whole request along with its records; its path stands in the message already.
_LEFT_OUT = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request"}
# Whoever has such an address may do what the page offers: its secret part is not for a log.
_LINK = re.compile(r"/(pay/PAY-[0-9A-Z]+|identity|was-i-charged|refunds)/(?!RF-)[^/\s\"'?<>]{16,}")


class LineFormatter(logging.Formatter):
    """2026-11-23T05:12:07.120Z INFO payments.operations debit settled reference="PAY-…" """

    def format(self, record: logging.LogRecord) -> str:
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        fields = " ".join(
            f"{key}={json.dumps(value, default=str, ensure_ascii=False)}"
            for key, value in vars(record).items()
            if key not in _LEFT_OUT
        )
        # json.dumps keeps a line break inside a message from forging a second line.
        words = json.dumps(record.getMessage(), ensure_ascii=False)[1:-1].replace('\\"', '"')
        line = f"{at} {record.levelname} {record.name} {words} {fields}".rstrip()
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return _LINK.sub(r"/\1/…", line)


class Unexpected(logging.Filter):
    """Lets through what was raised and not answered on purpose: a refusal with 503 is an answer and wakes nobody."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.exc_info is not None

"""Dates as the API writes them."""

import datetime


def parse_datetime(text: str) -> datetime.datetime:
    """Reads RFC 3339. Python 3.10 knows no `Z`."""
    return datetime.datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)

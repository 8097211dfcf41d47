"""What a question of the help page is made of."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Question:
    """Lazy texts; numbers stand in them as %(name)s of portal.pages.help_figures. `id` is its anchor for ever."""

    id: str
    question: Promise | str
    paragraphs: tuple[Promise | str, ...] = ()
    steps: tuple[Promise | str, ...] = ()
    closing: tuple[Promise | str, ...] = ()
    links: tuple[tuple[str, Promise | str], ...] = ()
    # Whose number stands beneath: the shop's, the bank's, or both.
    phone: bool = False
    bank: bool = False
    # A template with tables, where sentences don't do.
    part: str = ""


@dataclass(frozen=True)
class Group:
    id: str
    title: Promise | str
    questions: tuple[Question, ...]

"""What can go wrong between page, component and card, as the codes that the page is told."""


class ReaderError(Exception):
    """A request that the component answers with `ok: false`; `code` is one of the codes in protocol.md."""

    def __init__(self, code: str, *, tries_left: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.tries_left = tries_left


class CardGone(Exception):
    """The card that a session was begun with is no longer in the reader."""

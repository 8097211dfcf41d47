"""How static files are kept: named by their content, and compressed once, when they are collected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class OwnAndForeignFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # its base has no types
    """Ours get Brotli's best, which customers wait for; those of other packages get gzip, which takes a twentieth of the time.

    Only staff and platforms ever load the others (console, reference of the API), and they are forty times as large.
    """

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        paths = list(paths)
        ours = [path for path in paths if path.startswith("portal/")]
        others = [path for path in paths if not path.startswith("portal/")]
        self._uses_brotli = True
        yield from super().compress_files(ours)
        self._uses_brotli = False
        yield from super().compress_files(others)

    def create_compressor(self, **kwargs: Any) -> Compressor:
        return Compressor(use_brotli=self._uses_brotli, **kwargs)

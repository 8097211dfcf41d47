"""The picture code: its digits, the picture that people read and the recording that people hear instead. Pure."""

from __future__ import annotations

import io
import math
import random
import secrets
import sys
import unicodedata
import wave
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

# Digits alone: they sound as clear as they look, so the recording is no weaker or harder than the picture.
DIGITS = "0123456789"
LENGTH = 6

WIDTH, HEIGHT = 300, 108
_PAPER = (255, 255, 255)
_INKS = ((26, 54, 93), (93, 26, 54), (26, 84, 48), (84, 58, 16), (62, 28, 104))
_FONT_SIZE = 66
_TILE = (78, 92)
_TILT_DEGREES = 18
_LINES, _DOTS = 5, 420

_RECORDINGS = Path(__file__).parent / "audio"
_PAUSE_SECONDS = (0.28, 0.5)
# The murmur is about a tenth as loud as the answer: people hear past it, a comparison of bytes does not.
_MURMUR, _HISS = 0.08, 260
_LOUDEST = 32_767


def new_answer() -> str:
    """Six digits that nobody can guess."""
    return "".join(secrets.choice(DIGITS) for _ in range(LENGTH))


def tidy(text: str) -> str:
    """What was typed, as it was meant: "１２３ 456" → "123456"."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def picture_image(answer: str, *, seed: str) -> bytes:
    """A PNG of the answer, each digit tilted and shifted, the whole bent like a wave, under lines and dots.

    The same `seed` gives the same picture: many different drawings of one answer would be easier to read for a
    program. Nobody else may know the seed, or they could draw all answers and compare.
    """
    chance = random.Random(seed)  # noqa: S311 - how it looks; the answer came from secrets
    picture = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    _scribble(picture, chance)
    step = (WIDTH - 24) / len(answer)
    for place, digit in enumerate(answer):
        drawn = _drawn_digit(digit, chance)
        left = int(12 + place * step + (step - drawn.width) / 2 + chance.uniform(-3, 3))
        top = int((HEIGHT - drawn.height) / 2 + chance.uniform(-9, 9))
        picture.paste(drawn, (left, top), drawn)
    return _png(_bent(picture, chance))


def picture_audio(answer: str, language: str, *, seed: str) -> bytes:
    """A WAV that says the answer digit by digit, in Mandarin or in English, over a soft murmur.

    Each digit is spoken a little faster or slower, louder or softer than recorded: a program can't find it by comparing
    bytes. The same `seed` gives the same sound, for the same reason as with the picture.
    """
    spoken = "en" if language.startswith("en") else "zh-hant"
    chance = random.Random(f"{spoken} {seed}")  # noqa: S311 - how it sounds; the answer came from secrets
    rate = _recording(spoken, "0").rate
    sound = _silence(rate, chance)
    for digit in answer:
        sound += _spoken_digit(_recording(spoken, digit).samples, chance)
        sound += _silence(rate, chance)
    murmur = _murmur(spoken, len(sound), chance)
    mixed = array(
        "h", (max(-_LOUDEST, min(_LOUDEST, int(one + other))) for one, other in zip(sound, murmur, strict=True))
    )
    joined = io.BytesIO()
    with wave.open(joined, "wb") as target:
        target.setparams((1, mixed.itemsize, rate, 0, "NONE", "not compressed"))
        target.writeframes(mixed.tobytes() if sys.byteorder == "little" else _swapped(mixed))
    return joined.getvalue()


def _drawn_digit(digit: str, chance: random.Random) -> Image.Image:
    font = ImageFont.load_default(_FONT_SIZE * chance.uniform(0.9, 1.1))
    tile = Image.new("RGBA", _TILE, (*_PAPER, 0))
    ImageDraw.Draw(tile).text(
        (_TILE[0] / 2, _TILE[1] / 2),
        digit,
        font=font,
        fill=chance.choice(_INKS),
        anchor="mm",
        stroke_width=chance.choice((0, 1)),
    )
    return tile.rotate(chance.uniform(-_TILT_DEGREES, _TILT_DEGREES), resample=Image.Resampling.BICUBIC)


def _scribble(picture: Image.Image, chance: random.Random) -> None:
    draw = ImageDraw.Draw(picture)
    for _ in range(_DOTS):
        dot = (chance.randrange(WIDTH), chance.randrange(HEIGHT))
        draw.point(dot, fill=_pale(chance))
    for _ in range(_LINES):
        corners = [(x, chance.randrange(HEIGHT)) for x in range(0, WIDTH + 1, WIDTH // 4)]
        draw.line(corners, fill=_pale(chance), width=2)


def _pale(chance: random.Random) -> tuple[int, int, int]:
    return chance.randrange(130, 215), chance.randrange(130, 215), chance.randrange(130, 215)


def _bent(picture: Image.Image, chance: random.Random) -> Image.Image:
    """Columns pushed up and down along a wave: an easy thing for an eye, a nuisance for cutting into digits."""
    bent = Image.new("RGB", picture.size, _PAPER)
    phase, length = chance.uniform(0, 2 * math.pi), chance.uniform(90, 140)
    for x in range(WIDTH):
        shift = round(5 * math.sin(phase + 2 * math.pi * x / length))
        bent.paste(picture.crop((x, 0, x + 1, HEIGHT)), (x, shift))
    return bent


def _png(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, format="PNG", optimize=True)
    return target.getvalue()


@dataclass(frozen=True)
class _Recording:
    rate: int
    samples: Sequence[int]


def _spoken_digit(samples: Sequence[int], chance: random.Random) -> list[float]:
    """The recording at another speed and loudness, between its samples a straight line."""
    speed, loudness = chance.uniform(0.9, 1.12), chance.uniform(0.7, 1.0)
    spoken = []
    for place in range(int((len(samples) - 1) / speed)):
        left = int(place * speed)
        part = place * speed - left
        spoken.append(loudness * (samples[left] * (1 - part) + samples[left + 1] * part))
    return spoken


def _silence(rate: int, chance: random.Random) -> list[float]:
    return [0.0] * int(rate * chance.uniform(*_PAUSE_SECONDS))


def _murmur(spoken: str, length: int, chance: random.Random) -> list[float]:
    """Digits said backwards, one after the other and far softer than the answer, so that pauses are not silent."""
    murmur: list[float] = []
    while len(murmur) < length:
        backwards = _spoken_digit(_recording(spoken, chance.choice(DIGITS)).samples[::-1], chance)
        murmur += [_MURMUR * sample + chance.uniform(-_HISS, _HISS) for sample in backwards]
    return murmur[:length]


def _swapped(samples: array[int]) -> bytes:
    little = array("h", samples)
    little.byteswap()
    return little.tobytes()


@cache
def _recording(spoken: str, digit: str) -> _Recording:
    with wave.open(str(_RECORDINGS / spoken / f"{digit}.wav"), "rb") as sound:
        samples = array("h", sound.readframes(sound.getnframes()))
        if sys.byteorder == "big":  # a WAV is little-endian
            samples.byteswap()
        return _Recording(sound.getframerate(), samples)

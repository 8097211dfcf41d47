import io
import math
import wave
from array import array
from pathlib import Path

import pytest
from PIL import Image

from cards import errors, operations, picture_code
from cards.picture_code import DIGITS, LENGTH, new_answer, picture_audio, picture_image, tidy
from cards.queries import open_answer
from common.sealing import unseal


def ink_of(png: bytes) -> int:
    """How many pixels of the picture are dark enough to be a digit's."""
    picture = Image.open(io.BytesIO(png)).convert("L")
    return sum(picture.histogram()[:110])


def test_an_answer_is_six_digits_and_never_the_one_before():
    answers = [new_answer() for _ in range(50)]

    assert all(len(answer) == LENGTH and set(answer) <= set(DIGITS) for answer in answers)
    assert len(set(answers)) > 45


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("123456", "123456"), (" 123 456 ", "123456"), ("１２３　４５６", "123456"), ("12-34", "12-34")],
)
def test_what_was_typed_is_read_as_it_was_meant(typed, meant):
    assert tidy(typed) == meant


def test_the_picture_is_a_png_with_ink_on_it_and_the_same_each_time_it_is_fetched():
    first = picture_image("135790", seed="a")

    assert Image.open(io.BytesIO(first)).format == "PNG"
    assert ink_of(first) > 800
    assert picture_image("135790", seed="a") == first
    assert picture_image("135790", seed="b") != first


@pytest.mark.parametrize("language", ["zh-hant", "en"])
def test_the_recording_says_each_digit_and_lasts_a_few_seconds(language):
    with wave.open(io.BytesIO(picture_audio("012345", language, seed="a"))) as sound:
        seconds = sound.getnframes() / sound.getframerate()

    assert 4 < seconds < 12


def test_the_recordings_of_two_languages_differ_and_of_two_answers_too():
    sounds = {
        picture_audio(answer, language, seed="a") for answer in ("012345", "987654") for language in ("zh-hant", "en")
    }

    assert len(sounds) == 4


def samples_of(wav: bytes) -> array:
    with wave.open(io.BytesIO(wav)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        return array("h", sound.readframes(sound.getnframes()))


def loudness(samples) -> float:
    return math.sqrt(sum(sample * sample for sample in samples) / len(samples))


@pytest.mark.parametrize("language", ["zh-hant", "en"])
def test_the_recording_is_the_same_each_time_and_of_another_picture_another(language):
    first = picture_audio("135790", language, seed="a")

    assert picture_audio("135790", language, seed="a") == first
    assert picture_audio("135790", language, seed="b") != first


@pytest.mark.parametrize("language", ["zh-hant", "en"])
def test_no_digit_can_be_found_in_the_recording_by_comparing_bytes(language):
    said = picture_audio("0123456789", language, seed="a")

    for digit in DIGITS:
        raw = Path(picture_code.__file__).parent.joinpath("audio", language, f"{digit}.wav").read_bytes()
        middle = len(raw) // 2
        assert raw[middle : middle + 16] not in said


@pytest.mark.parametrize("language", ["zh-hant", "en"])
@pytest.mark.parametrize("seed", ["a", "b", "c", "d"])
def test_the_murmur_is_there_in_each_pause_and_far_softer_than_the_digits(language, seed):
    samples = samples_of(picture_audio("135790", language, seed=seed))

    pause = samples[200:2800]  # before the first digit nothing but the murmur is heard
    assert 100 < loudness(pause) < loudness(samples) / 4


@pytest.mark.django_db
class TestUse:
    def test_a_right_answer_is_good_once(self, at):
        picture = operations.issue_picture_code(subject="PAY-1", at=at)
        answer = unseal(picture.answer_sealed)

        operations.use_picture_code(picture_id=picture.id, answer=answer, subject="PAY-1", at=at)

        with pytest.raises(errors.PictureCodeUsed):
            operations.use_picture_code(picture_id=picture.id, answer=answer, subject="PAY-1", at=at)

    def test_a_wrong_answer_uses_the_picture_up(self, at):
        picture = operations.issue_picture_code(subject="PAY-1", at=at)

        with pytest.raises(errors.PictureCodeWrong):
            operations.use_picture_code(picture_id=picture.id, answer="x", subject="PAY-1", at=at)
        with pytest.raises(errors.PictureCodeUsed):
            operations.use_picture_code(
                picture_id=picture.id, answer=unseal(picture.answer_sealed), subject="PAY-1", at=at
            )

    def test_a_picture_of_another_payment_is_no_use(self, at):
        picture = operations.issue_picture_code(subject="PAY-1", at=at)

        with pytest.raises(errors.PictureCodeExpired):
            operations.use_picture_code(
                picture_id=picture.id, answer=unseal(picture.answer_sealed), subject="PAY-2", at=at
            )

    def test_it_is_too_old_when_its_time_is_over(self, at):
        picture = operations.issue_picture_code(subject="PAY-1", at=at)
        late = at + operations.PICTURE_CODE_LIFE

        with pytest.raises(errors.PictureCodeExpired):
            operations.use_picture_code(
                picture_id=picture.id, answer=unseal(picture.answer_sealed), subject="PAY-1", at=late
            )

    def test_after_five_wrong_ones_even_a_right_one_has_to_wait(self, at):
        for _ in range(operations.PICTURE_CODE_TRIES):
            picture = operations.issue_picture_code(subject="PAY-1", at=at)
            with pytest.raises(errors.PictureCodeWrong):
                operations.use_picture_code(picture_id=picture.id, answer="x", subject="PAY-1", at=at)
        soon = at + operations.PICTURE_CODE_REST / 2
        picture = operations.issue_picture_code(subject="PAY-1", at=soon)
        answer = unseal(picture.answer_sealed)

        with pytest.raises(errors.PictureCodeTries):
            operations.use_picture_code(picture_id=picture.id, answer=answer, subject="PAY-1", at=soon)

        rested = at + operations.PICTURE_CODE_REST
        picture = operations.issue_picture_code(subject="PAY-1", at=rested)
        answer = unseal(picture.answer_sealed)
        operations.use_picture_code(picture_id=picture.id, answer=answer, subject="PAY-1", at=rested)

    def test_a_picture_can_be_drawn_until_it_was_tried(self, at):
        picture = operations.issue_picture_code(subject="PAY-1", at=at)
        answer = unseal(picture.answer_sealed)
        assert open_answer(picture_id=picture.id, subject="PAY-1", at=at) == answer

        operations.use_picture_code(picture_id=picture.id, answer=answer, subject="PAY-1", at=at)

        with pytest.raises(errors.PictureCodeExpired):
            open_answer(picture_id=picture.id, subject="PAY-1", at=at)

"""What GDAL says where no call of rasterio raises it."""

from __future__ import annotations

import logging
import threading

import pytest

from parallel_raster.core.reading.gdal_errors import gdal_words, raised_errors

LOGGER = logging.getLogger("rasterio._env")


def say(text, level=logging.INFO):
    LOGGER.log(level, text)


def test_an_error_is_raised():
    with pytest.raises(RuntimeError, match="^it broke$"), raised_errors():
        say("GDAL signalled an error: err_no=1, msg='it broke'")


def test_a_warning_and_a_note_are_not_raised():
    with raised_errors():
        say("odd", logging.WARNING)
        say("a note")


def test_what_another_thread_hears_is_not_said_here():
    with gdal_words() as words:
        other = threading.Thread(target=say, args=("GDAL signalled an error: msg='elsewhere'",))
        other.start()
        other.join()
    assert words == []


def test_who_listens_around_another_goes_on_hearing():
    with gdal_words() as outer:
        with gdal_words():
            pass
        say("later", logging.WARNING)
    assert [word.text for word in outer] == ["later"]


def test_the_level_of_the_log_is_put_back_by_the_last_of_many():
    """Threads that end in another order than they began must leave it as it was."""
    level, inside, done = LOGGER.level, threading.Event(), threading.Event()

    def listen():
        with gdal_words():
            inside.set()
            done.wait(10)

    other = threading.Thread(target=listen)
    with gdal_words() as words:
        other.start()
        inside.wait(10)
    assert LOGGER.level == logging.INFO and words == []
    done.set()
    other.join()
    assert LOGGER.level == level

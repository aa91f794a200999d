"""Tests for capturing GDAL errors that rasterio logs but does not raise."""

from __future__ import annotations

import logging
import threading

import pytest

from parallel_raster.core.reading.gdal_errors import gdal_words, raised_errors

LOGGER = logging.getLogger("rasterio._env")


def log_message(text, level=logging.INFO):
    LOGGER.log(level, text)


def test_an_error_is_raised():
    with pytest.raises(RuntimeError, match="^it broke$"), raised_errors():
        log_message("GDAL signalled an error: err_no=1, msg='it broke'")


def test_warnings_and_infos_are_not_raised():
    with raised_errors():
        log_message("odd", logging.WARNING)
        log_message("a note")


def test_messages_of_other_threads_are_not_collected():
    with gdal_words() as words:
        other = threading.Thread(target=log_message, args=("GDAL signalled an error: msg='elsewhere'",))
        other.start()
        other.join()
    assert words == []


def test_an_outer_block_collects_after_an_inner_one_ends():
    with gdal_words() as outer:
        with gdal_words():
            pass
        log_message("later", logging.WARNING)
    assert [word.text for word in outer] == ["later"]


def test_messages_that_the_application_hides_are_collected_and_stay_hidden(caplog):
    message = "GDAL signalled an error: msg='hidden'"
    for hide, show in (
        (lambda: logging.disable(logging.CRITICAL), lambda: logging.disable(logging.NOTSET)),
        (lambda: setattr(LOGGER, "disabled", True), lambda: setattr(LOGGER, "disabled", False)),
        (lambda: LOGGER.setLevel(logging.CRITICAL), lambda: LOGGER.setLevel(logging.NOTSET)),
    ):
        hide()
        try:
            with gdal_words() as words:
                log_message(message)
                log_message("odd", logging.WARNING)
            log_message("after", logging.ERROR)
        finally:
            show()
        assert [word.text for word in words] == [message, "odd"] and not caplog.records
    with gdal_words():
        log_message("odd", logging.WARNING)
        log_message("shown by default", logging.ERROR)
    assert [record.message for record in caplog.records] == ["odd", "shown by default"]


def test_the_last_listener_restores_the_logger():
    """The logger is restored, even if threads end in a different order than they started."""
    LOGGER.disabled = True
    inside, done = threading.Event(), threading.Event()

    def listen():
        with gdal_words():
            inside.set()
            done.wait(10)

    other = threading.Thread(target=listen)
    with gdal_words() as words:
        other.start()
        inside.wait(10)
    assert LOGGER.isEnabledFor(logging.INFO) and words == []
    done.set()
    other.join()
    assert LOGGER.disabled and not LOGGER.isEnabledFor(logging.CRITICAL) and not LOGGER.filters
    LOGGER.disabled = False

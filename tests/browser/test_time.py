"""Time on the page: the slider, its keys and buttons, playing, and what the address and the history keep."""

from __future__ import annotations

from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opened, Opener
from tests.webs import registry

pytestmark = pytest.mark.browser

# One deal of each sort: it comes, it grows, it is paid, it lapses.
LIFE = """
a -> b: $4bn purchase 2025-03-10; 2025-11-20 signed $9bn
b -> a: $3bn 2025-08-15; 2026-06-10 cancelled
a -> c: $2bn purchase 2026-01-20
c -> a: $1bn loan 2026-02-10
"""


def _dates(seen: Opened) -> list[str]:
    days: list[str] = seen.tab.evaluate("aiweb.data.dates")
    return days


def _date(seen: Opened) -> str:
    day: str = seen.tab.evaluate("aiweb.state.date")
    return day


def test_the_slider_moves_the_picture_and_the_numbers(opened: Opener) -> None:
    """A deal appears, another grows, a third ends; the numbers are those of the day."""
    seen = opened(registry(LIFE))
    days = _dates(seen)
    stop = seen.tab.locator("#stop")
    stop.fill(str(days.index("2025-08-31")))
    assert seen.drawn() == {("a", "b"), ("b", "a")}
    assert seen.text("#number-gross .value") == "$7bn"
    assert seen.text("#number-circular .value") == "$6bn"
    stop.fill(str(days.index("2025-11-30")))
    assert seen.text("#number-gross .value") == "$12bn"
    assert stop.get_attribute("aria-valuetext") == "30 Nov 2025"
    stop.fill(str(days.index("2026-06-30")))
    assert seen.drawn() == {("a", "b"), ("a", "c"), ("c", "a")}
    assert seen.text("#number-circular .value") == "$2bn"
    assert seen.errors == []


# A deal a year, so that years stand close to each other on the track.
YEARS = "\n".join(
    f"a -> b: ${year - 2010}bn purchase {year}-0{year % 9 + 1}-10" for year in range(2012, 2027)
)


def test_years_on_the_track_do_not_run_into_each_other(opened: Opener) -> None:
    """Those without room are left out, the last never; they come and go with the width."""
    spans = """() => [...document.querySelectorAll(".rail small")].filter((year) => !year.hidden)
      .map((year) => [year.getBoundingClientRect().left, year.getBoundingClientRect().right])"""
    seen = opened(registry(YEARS), viewport={"width": 1900, "height": 760})
    written = []
    for width in (1900, 1440, 1000, 900):
        seen.tab.set_viewport_size({"width": width, "height": 760})
        seen.tab.evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
        )
        shown = seen.tab.evaluate(spans)
        assert all(before[1] < after[0] for before, after in pairwise(shown))
        expect(seen.tab.locator(".rail small").last).to_be_visible()
        written.append(len(shown))
    assert written == sorted(written, reverse=True)
    assert written[0] > written[-1] > 1
    assert seen.errors == []


def test_the_days_that_stand_out_are_marked(opened: Opener) -> None:
    """The article's and the registry's, on the track and in what is read out."""
    seen = opened(registry(LIFE))
    marks = seen.tab.locator(".rail i")

    assert [mark.get_attribute("title") for mark in marks.all()] == [
        "8 Oct 2025, the article",
        "31 Dec 2026, the registry",
    ]
    assert seen.tab.locator("#stop").get_attribute("aria-valuetext") == "31 Dec 2026, the registry"
    assert seen.tab.get_by_label("Day", exact=True).count() == 1
    boxes = [mark.bounding_box() for mark in marks.all()]
    thumb = seen.tab.locator("#stop").bounding_box()
    assert thumb
    assert all(box and thumb["x"] <= box["x"] <= thumb["x"] + thumb["width"] for box in boxes)
    assert [step["x"] for step in boxes if step] == sorted(step["x"] for step in boxes if step)
    assert seen.tab.locator("#player").bounding_box()["height"] <= 34  # type: ignore[index]


def test_steps_and_keys_go_by_one_stop(opened: Opener) -> None:
    """Buttons, arrows on the slider, and the keys `,` and `.` from anywhere."""
    seen = opened(registry(LIFE))
    days = _dates(seen)
    seen.tab.locator("#time-back").click()
    assert _date(seen) == days[-2]
    seen.tab.locator("#stop").focus()
    seen.tab.keyboard.press("ArrowLeft")
    assert _date(seen) == days[-3]
    seen.tab.keyboard.press("Home")
    assert _date(seen) == days[0]
    expect(seen.tab.locator("#time-back")).to_have_attribute("aria-disabled", "true")
    seen.tab.locator("body").press(".")
    assert _date(seen) == days[1]
    seen.tab.locator("body").press(",")
    assert _date(seen) == days[0]
    assert seen.text("#live").startswith("As known on") or days[0][:4] in seen.text("#live")


def test_back_goes_through_the_days_that_were_chosen(opened: Opener) -> None:
    """Each choice is a step of the history, and the address keeps the day."""
    seen = opened(registry(LIFE))
    days = _dates(seen)
    seen.tab.locator("#time-back").click()
    seen.tab.locator("#time-back").click()
    assert f"date={days[-3]}" in seen.tab.evaluate("location.hash")
    seen.tab.go_back()
    expect(seen.tab.locator("#stop")).to_have_value(str(len(days) - 2))
    assert _date(seen) == days[-2]
    seen.tab.go_forward()
    expect(seen.tab.locator("#stop")).to_have_value(str(len(days) - 3))
    seen.tab.reload()
    seen.tab.wait_for_selector("html[data-ready]")
    assert _date(seen) == days[-3]


def test_playing_goes_to_the_end_and_stops(opened: Opener) -> None:
    """It passes every day once, in order, and leaves one step in the history."""
    seen = opened(registry(LIFE))
    days = _dates(seen)
    seen.tab.locator("#stop").fill(str(len(days) - 4))
    before: int = seen.tab.evaluate("history.length")
    seen.tab.clock.install()
    seen.tab.evaluate(
        """() => {
          const output = document.getElementById("shown");
          window.passed = [];
          const watch = new MutationObserver(() => window.passed.push(aiweb.state.date));
          watch.observe(output, { childList: true });
        }"""
    )
    seen.tab.locator("#time-play").click()
    expect(seen.tab.locator("#time-play")).to_have_attribute("aria-label", "Pause")
    seen.tab.clock.run_for(10_000)

    expect(seen.tab.locator("#time-play")).to_have_attribute("aria-label", "Play")
    passed: list[str] = [*dict.fromkeys(seen.tab.evaluate("passed"))]
    assert passed == days[-3:]
    assert seen.tab.evaluate("history.length") == before + 1
    assert _date(seen) == days[-1]
    assert "Stopped at 31 Dec 2026" in seen.text("#live")
    seen.tab.go_back()
    expect(seen.tab.locator("#stop")).to_have_value(str(len(days) - 4))


def test_playing_can_be_paused_and_starts_over_at_the_end(opened: Opener) -> None:
    """From the last day it begins at the first day with deals; nothing is said while it runs."""
    seen = opened(registry(LIFE))
    days = _dates(seen)
    seen.tab.clock.install()
    seen.tab.locator("body").press("p")
    assert _date(seen) == days[0]
    said = seen.text("#live")
    seen.tab.clock.run_for(1_600)
    assert seen.text("#live") == said
    seen.tab.locator("#time-play").click()
    stopped = _date(seen)
    assert days[0] < stopped < days[-1]
    seen.tab.clock.run_for(5_000)
    assert _date(seen) == stopped


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_reduced_motion_steps_without_gliding(opened: Opener, motion: str) -> None:
    """An arrow that grows passes through widths between, unless less motion was asked for."""
    seen = opened(registry(LIFE), reduced_motion=motion)
    days = _dates(seen)
    seen.tab.locator("#stop").fill(str(days.index("2025-10-31")))
    seen.tab.evaluate(
        """() => {
          window.widths = new Set();
          aiweb.edges.on("update", () => window.widths.add(aiweb.edges.get("a>b").width.toFixed(3)));
        }"""
    )
    seen.tab.clock.install()
    seen.tab.locator("#time-forward").click()
    assert _date(seen) == "2025-11-30"
    seen.tab.clock.run_for(800)
    widths = sorted(map(float, seen.tab.evaluate("[...widths]")))

    assert all(one < other for one, other in pairwise(widths))
    assert (len(widths) > 2) == (motion == "no-preference")


def test_a_what_if_is_left_with_a_word_when_the_day_changes(opened: Opener, shipped_page: str) -> None:
    """It is of the registry's own day; back restores it."""
    seen = opened(shipped_page, at="whatif=openai-fails&language=en")
    assert seen.tab.evaluate("aiweb.state.whatif") == "openai-fails"
    assert not seen.tab.locator("#cleared").is_visible()
    seen.tab.locator("#time-back").click()

    assert seen.tab.evaluate("aiweb.state.whatif") == ""
    assert "what-if was left" in seen.text("#cleared")
    assert "what-if was left" in seen.text("#live")
    seen.tab.go_back()
    expect(seen.tab.locator("#cleared")).to_be_hidden()
    assert seen.tab.evaluate("aiweb.state.whatif") == "openai-fails"


def test_one_day_alone_has_no_slider(opened: Opener) -> None:
    """
    a -> b: $7bn
    ---
    as_of: 2025-01-01
    """
    seen = opened(registry(test_one_day_alone_has_no_slider.__doc__))

    assert len(_dates(seen)) == 1
    assert not seen.tab.locator("#player").is_visible()
    seen.tab.locator("body").press(".")
    assert seen.errors == []

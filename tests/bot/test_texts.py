"""What members read: a prompt is quoted as plain text, and the lesson fits Discord's limits."""

import pytest
from msgspec import structs

from bot.explainer.lesson import job_lesson
from bot.jobs.forecast import Place
from bot.texts import common, info, results, status
from generator import Completed, Progress, Upload, load_catalogue
from tests.bot.jobs import make_job

CATALOGUE = load_catalogue()
BUILTIN = CATALOGUE["builtin"]
COMPLETED = Completed(
    id="abcde",
    path="clips/abcde.mp4",
    width=256,
    height=256,
    num_frames=BUILTIN.defaults.num_frames,
    fps=8,
    size_bytes=12_345,
    seconds={"denoising": 2.5, "decoding": 0.5},
)


def test_a_quoted_prompt_neither_mentions_nor_formats() -> None:
    quoted = common.quote(
        "**bold** @everyone <@123456789012345678> <@&123456789012345678> ||spoiler|| `code`"
    )
    assert "@everyone" not in quoted
    assert "<@123456789012345678>" not in quoted
    assert "<@&123456789012345678>" not in quoted
    assert r"\*\*bold\*\*" in quoted


def test_a_quoted_prompt_links_nowhere_and_names_no_place() -> None:
    quoted = common.quote("https://example.com/a_b <#123> <t:0:R> </video:1>")
    assert quoted == r"https:\//example.com/a\_b \<#123> \<t:0:R> \</video:1>"


def test_words_from_right_to_left_leave_what_follows_in_its_order() -> None:
    assert common.quote("שלום") == "\u2068שלום\u2069"
    assert common.quote("\u202eevil\u2069") == "evil"


def test_words_in_code_are_shown_as_they_are_and_do_not_end_it() -> None:
    assert common.in_code("1_2 `@everyone", 40) == "1_2 '@\u200beveryone"


def test_a_long_time_is_said_in_minutes() -> None:
    job = make_job(started_at=100.0, finished_at=103.14)
    assert "made in 3.1 s" in results.result(job, [COMPLETED], BUILTIN, "modelscope")
    long = make_job(created_at=10.0, started_at=205.0, finished_at=1000.0)
    said = results.result(long, [COMPLETED], BUILTIN, "modelscope")
    assert "made in 13 min 15 s · waited 3 min 15 s" in said


def test_a_long_prompt_is_cut_where_it_is_quoted_but_whole_in_the_alt_text() -> None:
    job = make_job()
    spec = BUILTIN
    long_prompt = spec.request(
        id="abcde", prompt="word " * 199, seed=1, output_path="clips/abcde.mp4"
    )
    job = make_job(request=long_prompt)
    assert len(status.queued(job, spec, Place(1, 1))) < 2000
    assert len(results.result(job, [COMPLETED], spec, "modelscope")) < 2000
    assert len(results.alt_text(job)) <= 1024


def test_the_command_to_copy_asks_for_the_same_video_and_shows_it_to_nobody_else() -> None:
    request = BUILTIN.request(id="abcde", prompt="a red circle", seed=0, output_path="a.mp4")
    line = info.command_line(make_job(request=request, private=True, spoiler=True))
    assert line.startswith("/video prompt:a red circle model:builtin size:")
    assert line.endswith(" seed:0 private:true spoiler:true")
    assert "private" not in info.command_line(make_job())


def test_place_and_progress_are_said_in_words() -> None:
    job = make_job()
    assert "Place **2 of 4**" in status.queued(job, BUILTIN, Place(2, 4))
    in_time = Place(2, 4, 1_700_000_000.0, 1_700_000_060.2)
    assert "· starts <t:1700000000:R> · ready about <t:1700000060:R>" in status.queued(
        job, BUILTIN, in_time
    )
    assert "Place **2 of 4** · learning how" in status.queued(job, BUILTIN, Place(2, 4))
    paused = status.queued(job, BUILTIN, Place(2, 4, paused=True), status.GENERATOR_DOWN)
    assert "Place **2 of 4**\nThe generator does not start" in paused
    assert "Starting now" in status.queued(job, BUILTIN, Place(1, 1))
    step = Progress("abcde", "denoising", 5, 20)
    running = status.running(job, BUILTIN, step, ready_at=1_700_000_000)
    assert "step **5 of 20**" in running
    assert "<t:1700000000:R>" in running
    assert "Loading the model" in status.running(job, BUILTIN, Progress("abcde", "loading"), None)


@pytest.mark.parametrize(
    ("done", "total", "words"),
    [
        (3_140_000_000, 9_600_000_000, "Downloading Built-in: **3.1 of 9.6 GB**"),
        (0, 35_000_000, "Downloading Built-in: **0.0 of 35.0 MB**"),
        (35_000_000, 35_000_000, "Loading the model…"),
    ],
)
def test_a_download_is_said_in_bytes(done: int, total: int, words: str) -> None:
    progress = Progress("abcde", "loading", done_bytes=done, total_bytes=total)
    assert words in status.running(make_job(), BUILTIN, progress, None)


def test_a_prompt_outside_the_small_world_is_told_what_the_model_knows_and_how_to_switch() -> None:
    request = BUILTIN.request(
        id="abcde", prompt="a dog on a skateboard", seed=1, output_path="clips/abcde.mp4"
    )
    text = results.result(make_job(request=request), [COMPLETED], BUILTIN, "modelscope")
    assert "circle" in text
    assert "/video model:modelscope" in text
    inside = results.result(make_job(), [COMPLETED], BUILTIN, "modelscope")
    assert "modelscope" not in inside


@pytest.mark.parametrize(
    ("size", "fps", "words"),
    [
        ((256, 256), 8.0, "Shown coarser to fit the upload limit; the full clip is kept."),
        ((160, 160), 8.0, "Shown at 160×160 to fit the upload limit; the full clip is kept."),
        ((160, 160), 4.0, "Shown at 160×160 and 4 frames a second to fit the upload limit"),
        ((256, 256), 12.5, "Shown at 12.5 frames a second to fit the upload limit"),
    ],
)
def test_a_reduced_clip_says_so(size: tuple[int, int], fps: float, words: str) -> None:
    upload = Upload(path="u.mp4", width=size[0], height=size[1], fps=fps, size_bytes=900)
    reduced = structs.replace(COMPLETED, upload=upload)
    assert words in results.result(make_job(), [reduced], BUILTIN, "modelscope")
    assert "Shown" not in results.result(make_job(), [COMPLETED], BUILTIN, "modelscope")


def test_the_lesson_of_a_job_uses_its_own_numbers() -> None:
    embed = job_lesson(make_job(completed=COMPLETED), BUILTIN)
    text = str(embed.to_dict())
    steps = BUILTIN.defaults.num_inference_steps
    assert f"**{steps} steps**" in text
    assert "seed **7**" in text
    assert f"{2 * steps} passes" in text
    assert "denoising 2.5 s" in text

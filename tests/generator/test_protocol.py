"""The wire format, pinned as text: a change here is a change of the protocol."""

import msgspec
import pytest
from msgspec import structs

from generator.protocol import (
    Cancel,
    Cancelled,
    Command,
    Completed,
    Event,
    Failed,
    Filmstrip,
    GenerationRequest,
    Progress,
    Ready,
    Shutdown,
    Upload,
    decode_command,
    decode_event,
    encode_line,
)

REQUEST = GenerationRequest(
    id="7",
    model="builtin",
    prompt='a "red"\ncircle ☃',
    width=128,
    height=64,
    num_frames=19,
    fps=8,
    num_inference_steps=16,
    guidance_scale=4.0,
    seed=4294967295,
    output_path="clips/7.mp4",
)

COMPLETED = Completed(
    id="7",
    path="clips/7.mp4",
    width=256,
    height=128,
    num_frames=19,
    fps=8,
    size_bytes=12345,
    seconds={"denoising": 1.5, "encoding": 0.25},
    device_name="H200",
    peak_memory_bytes=2**30,
    revision="c0ffee",
)
UPLOAD = Upload(path="clips/7.upload.mp4", width=160, height=80, fps=12.5, size_bytes=900)
STRIP = Filmstrip("clips/7.strip.jpg", (0, 1, 16))

COMMANDS: list[tuple[Command, str]] = [
    (
        REQUEST,
        r'{"type":"generate","id":"7","model":"builtin","prompt":"a \"red\"\ncircle ☃",'
        r'"negative_prompt":"","width":128,"height":64,"num_frames":19,"fps":8,'
        r'"num_inference_steps":16,"guidance_scale":4.0,"seed":4294967295,'
        r'"output_path":"clips/7.mp4","max_bytes":null,"image_path":null,'
        '"continues":null,"upscales":null,"smooths":null,"variation_seed":null,"variation_strength":0.0,'
        '"lora":null,"previews":false,"filmstrip":false}',
    ),
    (Cancel("7"), '{"type":"cancel","id":"7"}'),
    (Shutdown(), '{"type":"shutdown"}'),
]

EVENTS: list[tuple[Event, str]] = [
    (
        Ready("cpu", "x86_64", 8_000_000_000),
        '{"type":"ready","device":"cpu","device_name":"x86_64","memory_bytes":8000000000}',
    ),
    (
        Progress("7", "denoising", 3, 16),
        '{"type":"progress","id":"7","stage":"denoising","step":3,"total_steps":16,'
        '"done_bytes":0,"total_bytes":0,"preview":null}',
    ),
    (
        COMPLETED,
        '{"type":"completed","id":"7","path":"clips/7.mp4","width":256,"height":128,'
        '"num_frames":19,"fps":8,"size_bytes":12345,"seconds":{"denoising":1.5,"encoding":0.25},'
        '"device_name":"H200","peak_memory_bytes":1073741824,"revision":"c0ffee",'
        '"upload":null,"filmstrip":null}',
    ),
    (
        structs.replace(COMPLETED, seconds={}, upload=UPLOAD, filmstrip=STRIP),
        '{"type":"completed","id":"7","path":"clips/7.mp4","width":256,"height":128,'
        '"num_frames":19,"fps":8,"size_bytes":12345,"seconds":{},'
        '"device_name":"H200","peak_memory_bytes":1073741824,"revision":"c0ffee",'
        '"upload":{"path":"clips/7.upload.mp4","width":160,"height":80,"fps":12.5,'
        '"size_bytes":900},"filmstrip":{"path":"clips/7.strip.jpg","steps":[0,1,16]}}',
    ),
    (Cancelled("7", 3, 16), '{"type":"cancelled","id":"7","step":3,"total_steps":16}'),
    (
        Failed(
            id="7",
            reason="out_of_memory",
            message="Ask for {frames} frames.",
            values={"frames": 8},
            retryable=True,
        ),
        '{"type":"failed","id":"7","reason":"out_of_memory","message":"Ask for {frames} frames.",'
        '"values":{"frames":8},"retryable":true,"path":null}',
    ),
]


@pytest.mark.parametrize(("command", "line"), COMMANDS)
def test_command_on_the_wire(command: Command, line: str) -> None:
    assert encode_line(command).decode() == line + "\n"
    assert decode_command(line.encode()) == command


@pytest.mark.parametrize(("event", "line"), EVENTS)
def test_event_on_the_wire(event: Event, line: str) -> None:
    assert encode_line(event).decode() == line + "\n"
    assert decode_event(line.encode()) == event


def test_a_completed_clip_names_the_file_to_post_and_all_there_are() -> None:
    full, reduced = COMPLETED, structs.replace(COMPLETED, upload=UPLOAD)
    assert full.shown_path == "clips/7.mp4"
    assert full.paths == ("clips/7.mp4", "clips/7.thumb.jpg")
    assert reduced.shown_path == "clips/7.upload.mp4"
    assert reduced.paths == ("clips/7.mp4", "clips/7.upload.mp4", "clips/7.thumb.jpg")


def test_fields_with_a_default_may_be_left_out() -> None:
    assert decode_event(b'{"type":"progress","id":"7","stage":"loading"}') == Progress(
        "7", "loading"
    )


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"hello",
        b"[]",
        b'{"id":"7"}',
        b'{"type":"dance"}',
        b'{"type":"cancel"}',
        b'{"type":"cancel","id":7}',
    ],
)
def test_anything_else_is_refused(line: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_command(line)


def test_a_failure_is_worded_in_any_language() -> None:
    german = {"Ask for {frames} frames.": "Bitte um {frames} Bilder."}
    failure = Failed(
        id="7", reason="invalid", message="Ask for {frames} frames.", values={"frames": 8}
    )
    assert failure.text() == "Ask for 8 frames."
    assert failure.text(lambda message: german[message]) == "Bitte um 8 Bilder."
    assert Failed(id="7", reason="internal", message="No {such} thing").text() == "No {such} thing"

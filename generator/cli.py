"""The command line: with `--prompt` it makes one clip, without it is the worker."""

import argparse
import asyncio
import contextlib
import os
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, get_args

import msgspec
from msgspec import structs
from tqdm import tqdm

from generator import (
    Cancelled,
    Completed,
    Failed,
    GenerationError,
    GenerationRequest,
    Generator,
    GeneratorError,
    ModelFileError,
    PresetName,
    Progress,
    UnknownModelError,
    load_catalogue,
    open_generator,
)
from generator.catalogue import Catalogue
from generator.download_command import download_models
from generator.env_file import usual_models_file
from generator.reencoding import refit
from generator.runtime import Runtime
from generator.spec import SEEDS
from generator.thumbnails import draw_thumbnail
from generator.worker import run_worker

_MODELS_FILE_HELP = "a TOML file with your own models; default: MODELS_FILE, also from .env"
_SETTINGS = ("width", "height", "num_frames", "fps", "num_inference_steps", "guidance_scale")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help lists the options)\n")


def main(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit status."""
    if arguments[:1] == ["download"]:
        return _download(arguments[1:])
    if arguments[:1] == ["fit"]:
        return _fit(arguments[1:])
    if arguments[:1] == ["thumbnails"]:
        return _thumbnails(arguments[1:])
    if arguments[:1] == ["enhance"]:
        return _enhance(arguments[1:])
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.prompt is not None:  # the worker's is the bot's to name
        options.models_file = options.models_file or usual_models_file()
    try:
        catalogue = load_catalogue(options.models_file)
    except ModelFileError as error:
        parser.error(str(error))
    if options.prompt is None:
        if sys.stdin.isatty():
            parser.error("--prompt is missing")
        _work(options, catalogue)
    try:
        request = _request(options, catalogue)
    except (GeneratorError, ValueError) as error:
        parser.error(str(error))
    try:
        return asyncio.run(_make_clip(request, options))
    except GeneratorError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _download(arguments: Sequence[str]) -> int:
    parser = _Parser("python -m generator download", description="Download models ahead of time.")
    parser.add_argument("models", metavar="MODEL", nargs="+", help="a name of the catalogue")
    parser.add_argument("--models-file", type=Path, help=_MODELS_FILE_HELP)
    options = parser.parse_args(arguments)
    try:
        catalogue = load_catalogue(options.models_file or usual_models_file())
        return download_models(options.models, catalogue)
    except (ModelFileError, UnknownModelError) as error:
        parser.error(str(error))


def _fit(arguments: Sequence[str]) -> int:
    parser = _Parser("python -m generator fit", description="Write a smaller file of a clip.")
    parser.add_argument("clip", type=Path, help="the MP4; stays as it is")
    parser.add_argument("folder", type=Path, help="another one, where the smaller file goes")
    parser.add_argument("max_bytes", type=int, help="its size at most")
    options = parser.parse_args(arguments)
    if not options.clip.is_file():
        parser.error(f"there is no clip {options.clip}")
    if not options.folder.is_dir() or options.folder.samefile(options.clip.parent):
        parser.error(f"{options.folder} must be a folder, and another than the clip's")
    os.nice(10)  # nobody waits for it as they do for a clip that is being made
    try:
        upload = refit(options.clip, options.folder, options.max_bytes)
    except (GenerationError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(msgspec.json.encode(upload).decode())
    return 0


def _thumbnails(arguments: Sequence[str]) -> int:
    parser = _Parser("python -m generator thumbnails", description="Draw a picture of each clip.")
    parser.add_argument("clips", metavar="CLIP", type=Path, nargs="+", help="an MP4")
    failures: list[Exception] = []
    for clip in parser.parse_args(arguments).clips:
        try:
            draw_thumbnail(clip)
        except (GenerationError, OSError) as error:
            failures.append(error)
    print(*failures, sep="\n", end="", file=sys.stderr)
    return 1 if failures else 0


def _enhance(arguments: Sequence[str]) -> int:
    parser = _Parser(
        "python -m generator enhance",
        description="Suggest a better prompt; reads one as a JSON string, and prints one.",
    )
    parser.add_argument("model", help="a folder, or a repository of the Hugging Face Hub")
    parser.add_argument("--max-characters", type=int, default=1000, help="default: 1000")
    parser.add_argument("--prepare", action="store_true", help="only download the model")
    options = parser.parse_args(arguments)
    os.nice(10)
    try:
        from generator.pipelines.enhancing import enhance, prepare  # seconds of imports

        if options.prepare:
            prepare(options.model)
            return 0
        prompt = msgspec.json.decode(sys.stdin.buffer.read(), type=str)
        suggestion = enhance(options.model, prompt, options.max_characters)
    except (GenerationError, msgspec.DecodeError) as error:
        print(error, file=sys.stderr)
        return 1
    print(msgspec.json.encode(suggestion).decode())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        "python -m generator",
        description=__doc__,
        epilog="`python -m generator download MODEL...` downloads models ahead of time.",
    )
    clip = parser.add_argument_group("the clip")
    clip.add_argument("--prompt", help="what to show")
    clip.add_argument("--output", type=Path, help="the MP4 to write")
    clip.add_argument(
        "--model", default="builtin", help="a name of the catalogue; default: builtin"
    )
    clip.add_argument("--preset", choices=get_args(PresetName), default="normal", help="quality")
    clip.add_argument("--negative-prompt", default="", help="what to avoid")
    clip.add_argument("--image", type=Path, help="the picture it begins with, for models that can")
    clip.add_argument("--seed", type=int, help="the same seed gives the same clip")
    for name in _SETTINGS:
        kind = float if name == "guidance_scale" else int
        clip.add_argument(f"--{name.replace('_', '-')}", type=kind, help="default: the preset's")
    process = parser.add_argument_group("the process")
    process.add_argument("--device", choices=["cuda", "mps", "cpu"], help="default: the best")
    process.add_argument("--threads", type=int, help="CPU threads to use")
    process.add_argument("--models-file", type=Path, help=_MODELS_FILE_HELP)
    process.add_argument("--preload", help="worker: a model to load before the first request")
    return parser


def _request(options: argparse.Namespace, catalogue: Catalogue) -> GenerationRequest:
    """Return the request; raises `ValueError` or `GeneratorError` for what cannot be made."""
    if options.output is None:
        raise ValueError("--output is missing")
    if not options.output.parent.is_dir():
        raise ValueError(f"there is no folder {options.output.parent}")
    if options.output.is_dir():
        raise ValueError(f"{options.output} is a folder; name a file in it")
    if options.threads is not None and options.threads < 1:
        raise ValueError("--threads must be at least 1")
    if not options.prompt.strip():
        raise ValueError("--prompt is empty")
    if options.image is not None and not options.image.is_file():
        raise ValueError(f"there is no picture {options.image}")
    seed = secrets.randbelow(SEEDS) if options.seed is None else options.seed
    if not 0 <= seed < SEEDS:
        raise ValueError(f"--seed must be 0 .. {SEEDS - 1}")
    asked = {name: getattr(options, name) for name in _SETTINGS}
    spec = catalogue[options.model]
    request = spec.request(
        id="clip",
        prompt=options.prompt,
        negative_prompt=options.negative_prompt,
        seed=seed,
        output_path=str(options.output.absolute()),
        preset=options.preset,
        **asked,
    )
    if options.image is not None:
        request = structs.replace(request, image_path=str(options.image.absolute()))
        spec.check(request)
    for name, value in asked.items():
        if value not in (None, used := getattr(request, name)):
            print(f"{name}: {used}, the nearest to {value} this model can use", file=sys.stderr)
    return request


def _work(options: argparse.Namespace, catalogue: Catalogue) -> NoReturn:
    def open_runtime() -> Runtime:
        from generator.pipelines.runtime import TorchRuntime  # seconds of imports

        return TorchRuntime(options.device, options.threads)

    run_worker(catalogue, open_runtime, preload=options.preload)


async def _make_clip(request: GenerationRequest, options: argparse.Namespace) -> int:
    began = time.monotonic()
    async with open_generator(
        device=options.device, threads=options.threads, models_file=options.models_file
    ) as generator:
        await generator.wait_ready()
        match await _watch(generator, request):
            case Completed() as clip:
                seconds = time.monotonic() - began
                print(f"{clip.path} (seed {request.seed}, {seconds:.1f} s)")
                return 0
            case Failed() as failure:
                print(failure.text(), file=sys.stderr)
                return 1
            case Cancelled():
                return 130


async def _watch(
    generator: Generator, request: GenerationRequest
) -> Completed | Cancelled | Failed:
    """Show the progress of a request and return how it ended."""
    with tqdm(total=request.num_inference_steps, unit="step", disable=None) as bar:
        async with contextlib.aclosing(generator.generate(request)) as events:
            async for event in events:
                if not isinstance(event, Progress):
                    return event
                bar.set_description(event.stage.replace("_", " "))
                if event.stage == "denoising":
                    bar.total = event.total_steps
                    bar.update(event.step - bar.n)
    raise AssertionError("every request ends in a terminal event")

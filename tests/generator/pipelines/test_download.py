"""Downloads from a small Hub on loopback: what is fetched, how it goes on, and each way to fail."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from huggingface_hub import close_session
from safetensors.torch import save_file

from generator.errors import GenerationError
from generator.pipelines.device import Device
from generator.pipelines.download import download, on_this_machine
from generator.pipelines.loader import load, loaded_revision
from generator.sources import Lora, Part
from generator.spec import ModelSpec
from tests.generator.pipelines.hub_server import (
    COMMIT,
    HubServer,
    Repository,
    digest_of,
    serving,
)

CPU = Device("cpu", "test", 1)
MODEL = "somebody/some-model"
UNET = "unet/diffusion_pytorch_model.fp16.safetensors"
LARGE = "large.safetensors"


class StopError(Exception):
    """What a member's cancel raises."""


class Meter:
    """Writes down the progress of a download, and may stop it."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        self.seen: list[tuple[int, int]] = []
        self._stop = stop

    def __call__(self, done: int, total: int) -> None:
        self.seen.append((done, total))
        if self._stop is not None and self._stop.is_set():
            raise StopError


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HubServer]:
    """A Hub for this test alone, with an empty cache."""
    with serving() as server:
        constants = "huggingface_hub.constants"
        monkeypatch.setattr(f"{constants}.ENDPOINT", server.url)
        template = server.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(f"{constants}.HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(f"{constants}.HF_HUB_CACHE", str(tmp_path / "cache"))
        yield server
        close_session()


@pytest.fixture
def model(hub: HubServer, spec: ModelSpec) -> ModelSpec:
    """The tiny model on the Hub, among files that nobody needs."""
    hub.repositories[MODEL] = repository = Repository.of(Path(spec.source))
    others = ["README.md", "sample.gif", "modeling.py", "unet/modeling.py", "safety/model.bin"]
    others += ["unet/diffusion_pytorch_model.bin", "unet/diffusion_pytorch_model.safetensors"]
    repository.files |= dict.fromkeys(others, b"not needed")
    return replace(spec, source=MODEL)


@pytest.fixture
def weights(hub: HubServer, spec: ModelSpec, tmp_path: Path) -> ModelSpec:
    """A model in a folder whose one LoRA is a file of two megabytes on the Hub."""
    torch.manual_seed(0)
    save_file({"weight": torch.randn(500_000)}, tmp_path / LARGE)
    hub.repositories[MODEL] = Repository({LARGE: (tmp_path / LARGE).read_bytes()})
    return replace(spec, loras=(Lora(source=MODEL, file=LARGE),), lora=True)


def failure(spec: ModelSpec) -> str:
    with pytest.raises(GenerationError) as caught:
        download(spec, Meter())
    assert caught.value.reason == "unavailable"
    return caught.value.message


def large_here(spec: ModelSpec) -> bytes:
    return (Path(on_this_machine(spec).loras[0].source) / LARGE).read_bytes()


def blob(hub: HubServer, path: str, tmp_path: Path) -> Path:
    """Return where the cache keeps a file's contents."""
    content = hub.repositories[MODEL].files[path]
    folder = tmp_path / "cache" / "models--somebody--some-model" / "blobs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / digest_of(path, content)


def test_only_what_the_model_needs_is_fetched_and_then_it_loads_without_a_network(
    hub: HubServer, model: ModelSpec, spec: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    download(model, Meter())
    needed = Repository.of(Path(spec.source)).files
    assert sorted(asked.path for asked in hub.asked) == sorted(needed)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    download(model, Meter())
    loaded = load(model, CPU)
    assert type(loaded).__name__ == "TextToVideoSDPipeline"
    assert loaded_revision(model) == COMMIT


def test_progress_counts_the_bytes_of_all_files_and_then_there_is_none(
    hub: HubServer, model: ModelSpec, spec: ModelSpec
) -> None:
    meter, again = Meter(), Meter()
    download(model, meter)
    total = sum(map(len, Repository.of(Path(spec.source)).files.values()))
    assert meter.seen == sorted(meter.seen)
    assert meter.seen[-1] == (total, total)
    asked = len(hub.asked)
    download(model, again)
    assert again.seen == []
    assert len(hub.asked) == asked


def test_a_cut_connection_goes_on_where_it_was(hub: HubServer, weights: ModelSpec) -> None:
    hub.cut_after[LARGE] = [300_000, 500_000]
    download(weights, Meter())
    assert large_here(weights) == hub.repositories[MODEL].files[LARGE]
    first, second, third = hub.from_store
    assert first.offset == 0
    assert 0 < second.offset <= 300_000
    assert second.offset < third.offset <= 800_000


def test_a_server_that_knows_no_ranges_starts_again(hub: HubServer, weights: ModelSpec) -> None:
    hub.cut_after[LARGE], hub.ignores_ranges = [300_000], True
    download(weights, Meter())
    assert large_here(weights) == hub.repositories[MODEL].files[LARGE]


def test_a_cancelled_download_stops_though_the_network_says_nothing_and_goes_on_the_next_time(
    hub: HubServer, weights: ModelSpec
) -> None:
    hub.hold_after[LARGE] = 1_000_000
    with pytest.raises(StopError):
        download(weights, Meter(stop=hub.holding))
    assert not hub.go_on.is_set(), "the server still holds the connection"
    with pytest.raises(GenerationError):
        on_this_machine(weights)
    hub.go_on.set()
    meter = Meter()
    download(weights, meter)
    assert hub.from_store[-1].offset > 0
    assert meter.seen[0][0] > 0
    assert large_here(weights) == hub.repositories[MODEL].files[LARGE]


def test_two_downloads_of_a_file_fetch_it_once(hub: HubServer, weights: ModelSpec) -> None:
    hub.hold_after[LARGE] = 1_000_000
    first = threading.Thread(target=download, args=(weights, Meter()))
    first.start()
    assert hub.holding.wait(10)

    def let_both_go_on(done: int, total: int) -> None:
        assert done > 0, "what the other fetches counts"
        hub.go_on.set()

    download(weights, let_both_go_on)
    first.join()
    assert len(hub.from_store) == 1
    assert large_here(weights) == hub.repositories[MODEL].files[LARGE]


def test_a_file_that_arrives_broken_is_fetched_again(hub: HubServer, weights: ModelSpec) -> None:
    hub.broken[LARGE] = 1
    download(weights, Meter())
    assert len(hub.from_store) == 2
    assert large_here(weights) == hub.repositories[MODEL].files[LARGE]


def test_a_file_that_is_always_broken_is_named(hub: HubServer, weights: ModelSpec) -> None:
    hub.broken[LARGE] = 9
    assert f"{LARGE} of {MODEL} arrived broken, twice" in failure(weights)
    assert len(hub.from_store) == 2


def test_a_file_that_is_no_safetensors_is_named(hub: HubServer, weights: ModelSpec) -> None:
    hub.repositories[MODEL].files[LARGE] = b"version https://git-lfs.github.com/spec/v1"
    assert f"{LARGE} of {MODEL} arrived broken" in failure(weights)


@pytest.mark.parametrize("damage", ["shorter", "nonsense"])
def test_a_file_that_broke_on_this_machine_is_fetched_again(
    hub: HubServer, weights: ModelSpec, tmp_path: Path, damage: str
) -> None:
    download(weights, Meter())
    content = hub.repositories[MODEL].files[LARGE]
    broken = content[:1000] if damage == "shorter" else b"?" * len(content)
    blob(hub, LARGE, tmp_path).write_bytes(broken)
    download(weights, Meter())
    assert large_here(weights) == content


def test_a_token_goes_to_the_hub_and_not_where_it_redirects(
    hub: HubServer, weights: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    download(weights, Meter())
    assert [asked.authorised for asked in hub.asked] == [True]
    assert [asked.authorised for asked in hub.from_store] == [False]


def test_parts_and_loras_come_from_their_own_repositories(
    hub: HubServer, model: ModelSpec, spec: ModelSpec
) -> None:
    vae = Repository.of(Path(spec.source, "vae")).files
    fp16 = "diffusion_pytorch_model.fp16.safetensors"
    vae |= {
        "diffusion_pytorch_model.safetensors": vae[fp16],
        "pytorch_model.bin": b"",
        "a.png": b"",
    }
    hub.repositories["a/vae"] = Repository(vae)
    hub.repositories["a/lora"] = Repository(
        {"style.safetensors": vae[fp16], "x/y.safetensors": b""}
    )
    part = Part(class_name="AutoencoderKL", source="a/vae", revision="fast")
    mixed = replace(model, parts={"vae": part}, loras=(Lora(source="a/lora"),), lora=True)
    download(mixed, Meter())
    asked = [asked.path for asked in hub.asked]
    assert not any(path.startswith("vae/") for path in asked)
    here = on_this_machine(mixed)
    assert {path.name for path in Path(here.parts["vae"].source).iterdir()} == {
        "config.json",
        "diffusion_pytorch_model.safetensors",
    }
    assert here.loras[0].file == "style.safetensors"
    assert Path(here.loras[0].source, "style.safetensors").is_file()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source": "no/such"}, "has no no/such, or it is private: set HF_TOKEN"),
        ({"revision": "v9"}, f"{MODEL} has no revision 'v9'"),
        ({"variant": "int3"}, "it has no variant 'int3'"),
        ({"loras": (Lora(source=MODEL, file="a.safetensors"),)}, "it has no a.safetensors"),
        ({"loras": (Lora(source="no/lora"),)}, "has no no/lora"),
    ],
)
def test_an_entry_that_asks_for_what_is_not_there(
    model: ModelSpec, change: dict[str, object], words: str
) -> None:
    assert words in failure(replace(model, lora=True, **change))  # pyright: ignore[reportArgumentType]


def test_a_gated_repository(hub: HubServer, model: ModelSpec) -> None:
    hub.repositories[MODEL].gated = True
    said = failure(model)
    assert f"accept its terms: do so at https://huggingface.co/{MODEL}" in said
    assert "HF_TOKEN" in said


def test_a_token_that_may_not(hub: HubServer, model: ModelSpec) -> None:
    hub.repositories[MODEL].forbidden = True
    assert "check that HF_TOKEN is valid" in failure(model)


def test_a_repository_without_a_model(hub: HubServer, model: ModelSpec) -> None:
    del hub.repositories[MODEL].files["model_index.json"]
    assert "it has no model_index.json" in failure(model)


def test_a_repository_without_a_part(hub: HubServer, model: ModelSpec) -> None:
    files = hub.repositories[MODEL].files
    for path in [path for path in files if path.startswith("vae/")]:
        del files[path]
    assert "it has no vae" in failure(model)


def test_weights_that_could_run_code_are_refused(hub: HubServer, model: ModelSpec) -> None:
    files = hub.repositories[MODEL].files
    files["vae/diffusion_pytorch_model.fp16.bin"] = files.pop(
        "vae/diffusion_pytorch_model.fp16.safetensors"
    )
    assert "its vae is not offered in safetensors" in failure(model)


def test_a_hub_that_is_down(hub: HubServer, model: ModelSpec) -> None:
    hub.down = True
    assert "HTTP 500): try again later" in failure(model)


@pytest.mark.parametrize("how", ["unreachable", "offline"])
def test_without_a_network(
    hub: HubServer, model: ModelSpec, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "offline":
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    else:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    said = failure(model)
    assert "cannot be reached" in said
    assert "`python -m generator download tiny`" in said


def test_a_hub_that_goes_away_leaves_what_has_arrived(
    hub: HubServer, weights: ModelSpec, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("generator.pipelines.transfer._PAUSE", 0.01)
    hub.cut_after[LARGE] = [400_000, *[0] * 9]
    assert "what has arrived is kept" in failure(weights)
    part = blob(hub, LARGE, tmp_path)
    assert 0 < part.with_name(f"{part.name}.incomplete").stat().st_size <= 400_000


def test_a_model_larger_than_the_disk_is_refused_before_it_is_fetched(
    hub: HubServer, weights: ModelSpec
) -> None:
    hub.repositories[MODEL].claims[LARGE] = 10**16
    assert "Tiny needs 10000000.0 GB more on the disk" in failure(weights)
    assert hub.from_store == []


def test_a_disk_that_is_full_on_the_way(hub: HubServer, weights: ModelSpec, tmp_path: Path) -> None:
    part = blob(hub, LARGE, tmp_path)
    part.with_name(f"{part.name}.incomplete").symlink_to("/dev/full")
    assert "The disk became full while Tiny was downloading" in failure(weights)

"""Downloads from a small Hub on loopback: what is fetched, and how it goes on after a stop."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from generator.errors import GenerationError
from generator.pipelines.device import Device
from generator.pipelines.download import download, on_this_machine
from generator.pipelines.loader import load, loaded_revision
from generator.sources import Lora, Part
from generator.spec import ModelSpec
from tests.generator.pipelines.hub_server import (
    COMMIT,
    LARGE,
    MODEL,
    HubServer,
    Repository,
    cached_blob,
)

CPU = Device("cpu", "test", 1)


class StopError(Exception):
    """What a member's cancel raises."""


class Meter:
    """Writes down the progress of a download, and may stop it once bytes have come."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        self.seen: list[tuple[int, int]] = []
        self._stop = stop

    def __call__(self, done: int, total: int) -> None:
        self.seen.append((done, total))
        if done and self._stop is not None and self._stop.is_set():
            raise StopError


def large_here(spec: ModelSpec) -> bytes:
    return (Path(on_this_machine(spec).loras[0].source) / LARGE).read_bytes()


def test_only_what_the_model_needs_is_fetched_and_then_it_loads_without_a_network(
    hub: HubServer, hub_model: ModelSpec, spec: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    download(hub_model, Meter())
    needed = Repository.of(Path(spec.source)).files
    assert sorted(asked.path for asked in hub.asked) == sorted(needed)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    download(hub_model, Meter())
    loaded = load(hub_model, CPU)
    assert type(loaded).__name__ == "TextToVideoSDPipeline"
    assert loaded_revision(hub_model) == COMMIT


def test_progress_counts_the_bytes_of_all_files_and_then_there_is_none(
    hub: HubServer, hub_model: ModelSpec, spec: ModelSpec
) -> None:
    meter, again = Meter(), Meter()
    download(hub_model, meter)
    total = sum(map(len, Repository.of(Path(spec.source)).files.values()))
    assert meter.seen == sorted(meter.seen)
    assert meter.seen[-1] == (total, total)
    asked = len(hub.asked)
    download(hub_model, again)
    assert again.seen == []
    assert len(hub.asked) == asked


def test_loras_to_choose_from_come_with_the_model(hub: HubServer, hub_lora: ModelSpec) -> None:
    chosen = replace(hub_lora, loras=(), optional_loras={"large": hub_lora.loras[0]})
    download(chosen, Meter())
    here = on_this_machine(chosen).optional_loras["large"]
    content = Path(here.source, here.file or "").read_bytes()
    assert content == hub.repositories[MODEL].files[LARGE]


def test_a_cut_connection_goes_on_where_it_was(hub: HubServer, hub_lora: ModelSpec) -> None:
    hub.cut_after[LARGE] = [300_000, 500_000]
    download(hub_lora, Meter())
    assert large_here(hub_lora) == hub.repositories[MODEL].files[LARGE]
    first, second, third = hub.from_store
    assert first.offset == 0
    assert 0 < second.offset <= 300_000
    assert second.offset < third.offset <= 800_000


def test_a_server_that_knows_no_ranges_starts_again(hub: HubServer, hub_lora: ModelSpec) -> None:
    hub.cut_after[LARGE], hub.ignores_ranges = [300_000], True
    download(hub_lora, Meter())
    assert large_here(hub_lora) == hub.repositories[MODEL].files[LARGE]


def test_a_cancelled_download_stops_though_the_network_says_nothing_and_goes_on_the_next_time(
    hub: HubServer, hub_lora: ModelSpec
) -> None:
    hub.hold_after[LARGE] = 1_000_000
    with pytest.raises(StopError):
        download(hub_lora, Meter(stop=hub.holding))
    assert not hub.go_on.is_set(), "the server still holds the connection"
    with pytest.raises(GenerationError):
        on_this_machine(hub_lora)
    hub.go_on.set()
    meter = Meter()
    download(hub_lora, meter)
    assert hub.from_store[-1].offset > 0
    assert meter.seen[0][0] > 0
    assert large_here(hub_lora) == hub.repositories[MODEL].files[LARGE]


def test_two_downloads_of_a_file_fetch_it_once(hub: HubServer, hub_lora: ModelSpec) -> None:
    hub.hold_after[LARGE] = 1_000_000
    first = threading.Thread(target=download, args=(hub_lora, Meter()))
    first.start()
    assert hub.holding.wait(10)

    def let_both_go_on(done: int, total: int) -> None:
        if done:  # what the other one fetches counts
            hub.go_on.set()

    download(hub_lora, let_both_go_on)
    first.join()
    assert len(hub.from_store) == 1
    assert large_here(hub_lora) == hub.repositories[MODEL].files[LARGE]


def test_a_file_that_arrives_broken_is_fetched_again(hub: HubServer, hub_lora: ModelSpec) -> None:
    hub.broken[LARGE] = 1
    download(hub_lora, Meter())
    assert len(hub.from_store) == 2
    assert large_here(hub_lora) == hub.repositories[MODEL].files[LARGE]


@pytest.mark.parametrize("damage", ["shorter", "nonsense"])
def test_a_file_that_broke_on_this_machine_is_fetched_again(
    hub: HubServer, hub_lora: ModelSpec, tmp_path: Path, damage: str
) -> None:
    download(hub_lora, Meter())
    content = hub.repositories[MODEL].files[LARGE]
    broken = content[:1000] if damage == "shorter" else b"?" * len(content)
    cached_blob(hub, LARGE, tmp_path).write_bytes(broken)
    download(hub_lora, Meter())
    assert large_here(hub_lora) == content


def test_a_token_goes_to_the_hub_and_not_where_it_redirects(
    hub: HubServer, hub_lora: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    download(hub_lora, Meter())
    assert [asked.authorised for asked in hub.asked] == [True]
    assert [asked.authorised for asked in hub.from_store] == [False]


def test_parts_and_loras_come_from_their_own_repositories(
    hub: HubServer, hub_model: ModelSpec, spec: ModelSpec
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
    mixed = replace(hub_model, parts={"vae": part}, loras=(Lora(source="a/lora"),), lora=True)
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

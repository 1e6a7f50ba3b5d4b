"""Each way a download can fail, in words that say what to do."""

from dataclasses import replace
from pathlib import Path

import pytest

from generator.errors import GenerationError
from generator.pipelines.download import download
from generator.sources import Lora
from generator.spec import ModelSpec
from tests.generator.pipelines.hub_server import LARGE, MODEL, HubServer, cached_blob


def failure(spec: ModelSpec) -> str:
    with pytest.raises(GenerationError) as caught:
        download(spec, lambda done, total: None)
    assert caught.value.reason == "unavailable"
    return str(caught.value)


def test_a_file_that_is_always_broken_is_named(hub: HubServer, hub_lora: ModelSpec) -> None:
    hub.broken[LARGE] = 9
    assert f"{LARGE} of {MODEL} arrived broken, twice" in failure(hub_lora)
    assert len(hub.from_store) == 2


def test_a_file_that_is_no_safetensors_is_named(hub: HubServer, hub_lora: ModelSpec) -> None:
    hub.repositories[MODEL].files[LARGE] = b"version https://git-lfs.github.com/spec/v1"
    assert f"{LARGE} of {MODEL} arrived broken" in failure(hub_lora)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source": "no/such"}, "has no no/such, or it is private: set HF_TOKEN"),
        ({"revision": "v9"}, f"{MODEL} has no revision 'v9'"),
        ({"variant": "int3"}, f"{MODEL} has no variant 'int3'"),
        ({"loras": (Lora(source=MODEL, file="a.safetensors"),)}, f"{MODEL} has no a.safetensors"),
        ({"loras": (Lora(source="no/lora"),)}, "has no no/lora"),
    ],
)
def test_an_entry_that_asks_for_what_is_not_there(
    hub_model: ModelSpec, change: dict[str, object], words: str
) -> None:
    assert words in failure(replace(hub_model, lora=True, **change))  # pyright: ignore[reportArgumentType]


def test_a_gated_repository(hub: HubServer, hub_model: ModelSpec) -> None:
    hub.repositories[MODEL].gated = True
    said = failure(hub_model)
    assert f"accept its terms. Do so at https://huggingface.co/{MODEL}" in said
    assert "HF_TOKEN" in said


def test_a_token_that_may_not(hub: HubServer, hub_model: ModelSpec) -> None:
    hub.repositories[MODEL].forbidden = True
    assert "Check that HF_TOKEN is valid" in failure(hub_model)


def test_a_repository_without_a_model(hub: HubServer, hub_model: ModelSpec) -> None:
    del hub.repositories[MODEL].files["model_index.json"]
    assert f"{MODEL} has no model_index.json" in failure(hub_model)


def test_a_repository_without_a_part(hub: HubServer, hub_model: ModelSpec) -> None:
    files = hub.repositories[MODEL].files
    for path in [path for path in files if path.startswith("vae/")]:
        del files[path]
    assert f"{MODEL} has no vae" in failure(hub_model)


def test_weights_that_could_run_code_are_refused(hub: HubServer, hub_model: ModelSpec) -> None:
    files = hub.repositories[MODEL].files
    files["vae/diffusion_pytorch_model.fp16.bin"] = files.pop(
        "vae/diffusion_pytorch_model.fp16.safetensors"
    )
    assert f"vae of {MODEL} is not offered in safetensors" in failure(hub_model)


def test_a_hub_that_is_down(hub: HubServer, hub_model: ModelSpec) -> None:
    hub.down = True
    assert "HTTP 500). Try again later" in failure(hub_model)


@pytest.mark.parametrize("how", ["unreachable", "offline"])
def test_without_a_network(
    hub: HubServer, hub_model: ModelSpec, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "offline":
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    else:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    said = failure(hub_model)
    assert "cannot be reached" in said
    assert "`python -m generator download tiny`" in said


def test_a_hub_that_goes_away_leaves_what_has_arrived(
    hub: HubServer, hub_lora: ModelSpec, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("generator.pipelines.transfer._PAUSE", 0.01)
    hub.cut_after[LARGE] = [400_000, *[0] * 9]
    assert "What has arrived is kept" in failure(hub_lora)
    part = cached_blob(hub, LARGE, tmp_path)
    assert 0 < part.with_name(f"{part.name}.incomplete").stat().st_size <= 400_000


def test_a_model_larger_than_the_disk_is_refused_before_it_is_fetched(
    hub: HubServer, hub_lora: ModelSpec
) -> None:
    hub.repositories[MODEL].claims[LARGE] = 10**16
    assert "Tiny needs 10000000.0 GB more on the disk" in failure(hub_lora)
    assert hub.from_store == []


def test_a_disk_that_is_full_on_the_way(
    hub: HubServer, hub_lora: ModelSpec, tmp_path: Path
) -> None:
    part = cached_blob(hub, LARGE, tmp_path)
    part.with_name(f"{part.name}.incomplete").symlink_to("/dev/full")
    assert "The disk became full while Tiny was downloading" in failure(hub_lora)

"""Better prompts by a tiny language model that says the alphabet."""

import shutil
from pathlib import Path

import pytest

from generator.errors import GenerationError
from generator.pipelines.enhancing import enhance
from tests.generator.pipelines.hub_server import MODEL, HubServer, Repository
from tests.generator.pipelines.tiny.language import save_alphabet

_TALK = "{% for message in messages %}{{ message['content'] }} {% endfor %}"
_ANSWER = "{% if add_generation_prompt %}<t{% endif %}"
_NO_SYSTEM = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
)
_THINKING = "{% if add_generation_prompt %}{{ 'w' if enable_thinking is false }}{% endif %}"


@pytest.fixture(scope="module")
def alphabet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_alphabet(tmp_path_factory.mktemp("alphabet"))


def test_a_model_without_a_chat_template_goes_on_from_the_prompt(alphabet: Path) -> None:
    assert enhance(str(alphabet), "a red", 1000) == "a redefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("template", "answer"),
    [
        (_TALK + _ANSWER, "uvwxyz"),
        (_NO_SYSTEM + _TALK + _ANSWER, "uvwxyz"),
        (_TALK + _THINKING, "xyz"),
    ],
    ids=["by a system's message", "without one", "without thoughts"],
)
def test_a_model_with_a_chat_template_is_told_to_rewrite_the_prompt(
    template: str, answer: str, tmp_path: Path
) -> None:
    assert enhance(str(save_alphabet(tmp_path, template)), "a red", 1000) == answer


def test_a_suggestion_is_one_line_of_limited_length_cut_after_a_word(alphabet: Path) -> None:
    assert enhance(str(alphabet), "a\n  red", 1000).startswith("a redefg")
    assert enhance(str(alphabet), "a red", 12) == "a"
    assert enhance(str(alphabet), "red", 5) == "redef"


def test_what_cannot_be_used_is_refused_in_words(alphabet: Path, tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match="too long"):
        enhance(str(alphabet), "a" * 400, 1000)
    other_format = tmp_path / "other"
    shutil.copytree(alphabet, other_format)
    (other_format / "model.safetensors").rename(other_format / "pytorch_model.bin")
    with pytest.raises(GenerationError, match=r"no file named model\.safetensors"):
        enhance(str(other_format), "a red", 1000)


def test_a_repository_is_downloaded_once_without_code_and_other_formats(
    alphabet: Path, hub: HubServer
) -> None:
    hub.repositories[MODEL] = Repository.of(alphabet)
    hub.repositories[MODEL].files |= {"modeling.py": b"code", "pytorch_model.bin": b"code"}
    assert enhance(MODEL, "x", 1000) == "xyz"
    fetched = {asked.path for asked in hub.asked}
    assert "model.safetensors" in fetched
    assert not fetched & {"modeling.py", "pytorch_model.bin"}
    hub.down = True
    assert enhance(MODEL, "w", 1000) == "wxyz"


def test_a_repository_with_other_formats_alone_is_refused(hub: HubServer) -> None:
    hub.repositories[MODEL] = Repository({"config.json": b"{}", "pytorch_model.bin": b"code"})
    with pytest.raises(GenerationError, match="no language model in safetensors"):
        enhance(MODEL, "x", 1000)
    assert not hub.asked

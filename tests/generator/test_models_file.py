"""Model files: what operators add and change, and what is said about their mistakes."""

import re
from pathlib import Path

import pytest

from generator import ModelFileError, ModelSpec, load_catalogue
from generator.sources import Lora, Part

SHIPPED = load_catalogue()
LOCAL = """
[mine]
like = "wan-1b"
title = "Mine"
source = "./wan"
loras = [{ source = "./style.safetensors", weight = 0.7 }]
prompt_suffix = ", watercolour"
parts = { vae = { class_name = "AutoencoderKLWan", source = "./vae" } }
"""


@pytest.fixture
def models_file(tmp_path: Path) -> Path:
    return tmp_path / "models.toml"


def read(models_file: Path, text: str, name: str) -> ModelSpec:
    models_file.write_text(text, encoding="utf-8")
    return load_catalogue(models_file)[name]


def test_single_fields_of_a_shipped_model_change_and_the_rest_stays(models_file: Path) -> None:
    text = '[modelscope]\nrevision = "abc"\ndefaults = { fps = 12 }\nmemory.resident = 8'
    changed, shipped = read(models_file, text, "modelscope"), SHIPPED["modelscope"]
    assert changed.revision == "abc"
    assert changed.defaults.fps == 12
    assert changed.defaults.width == shipped.defaults.width
    assert (changed.memory.resident, changed.memory.model_offload) == (8.0, 6.0)
    assert changed.scheduler == shipped.scheduler
    assert load_catalogue(models_file).names == SHIPPED.names


def test_the_built_in_model_can_be_changed_too(models_file: Path) -> None:
    changed = read(models_file, "[builtin]\nmax_steps = 32", "builtin")
    assert changed.max_steps == 32
    assert changed.note_for("a dragon")


def test_tables_that_are_no_numbers_change_as_a_whole(models_file: Path) -> None:
    text = '[wan-1b]\nscheduler = { class_name = "FlowMatchEulerDiscreteScheduler" }'
    scheduler = read(models_file, text, "wan-1b").scheduler
    assert scheduler is not None
    assert scheduler.overrides == {}


def test_a_local_folder_with_a_lora_is_added(models_file: Path) -> None:
    folder = models_file.parent
    (folder / "wan").mkdir()
    (folder / "wan" / "model_index.json").touch()
    (folder / "vae").mkdir()
    (folder / "style.safetensors").touch()
    mine = read(models_file, LOCAL, "mine")
    assert mine.is_folder
    assert mine.source == str(folder / "wan"), "seen from the file, wherever the bot was started"
    assert mine.loras == (Lora(source=str(folder / "style.safetensors"), weight=0.7),)
    assert mine.parts["vae"] == Part(class_name="AutoencoderKLWan", source=str(folder / "vae"))
    assert mine.sizes == SHIPPED["wan-1b"].sizes
    assert load_catalogue(models_file).names == (*SHIPPED.names, "mine")


def test_what_a_model_like_another_cannot_do_is_taken_away(models_file: Path) -> None:
    text = '[mine]\nlike = "wan-14b"\nimage_to_video = {}'
    mine = read(models_file, text, "mine")
    assert not mine.can_extend
    assert mine.can_upscale
    changed = read(models_file, "[wan-14b]\nupscale = {}", "wan-14b")
    assert changed.can_extend
    assert not changed.can_upscale
    assert changed.upscaled_size(832, 480) is None


def test_loras_to_choose_from_have_names(models_file: Path) -> None:
    (models_file.parent / "oil.safetensors").touch()
    text = """[wan-1b.optional_loras]
    oil = { source = "./oil.safetensors", weight = 0.8, prompt_suffix = ", oil painting" }
    ink = { source = "someone/ink" }"""
    offered = read(models_file, text, "wan-1b").optional_loras
    assert list(offered) == ["oil", "ink"]
    assert offered["oil"].source == str(models_file.parent / "oil.safetensors")
    assert offered["ink"].weight == 1.0


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[wan-1b]\nwidth = 3", 2, "no key 'width'; there are title, description"),
        ("[wan-1b]\n\ndefaults = { widht = 3 }", 3, "no key 'widht'; did you mean 'width'"),
        ('[wan-1b]\ntitle = "x"\nname = "y"', 3, "no key 'name'"),
        ("[wan-1b]\ntitle = 3", 2, "title: must be a text in quotes, not a whole number"),
        ('[wan-1b]\ndtype = "bf16"', 2, "dtype: .* 'bf16'; there are bfloat16, float16"),
        ("[wan-1b.defaults]\nfps = 8\nwidth = 100", 1, "width 100 breaks .* rules; try 256"),
        ("[wan-1b]\nbest = { num_frames = 80 }", 2, "best num_frames 80 breaks .*; try 81"),
        ("[wan-1b.sizes]\nmin = 256\nmax = 100", 3, "sizes: max is not a multiple of 16"),
        ("[wan-1b]\nmin_steps = 200", 2, "min_steps is more than max_steps"),
        ("[wan-1b]\nmax_steps = 60\ntimesteps = [\n9, 1]", 3, "set min_steps and max_steps to 2"),
        ('[mine]\ntitle = "Mine"', 1, "key 'description' is missing .`like` would"),
        ('[mine]\nlike = "wan1b"', 2, "no model 'wan1b' before this one; did you mean"),
        ('[mine]\nlike = "wan-1b"\nsource = "./no"', 3, "there is no .*/no/model_index.json"),
        ('[wan-1b]\nloras = [{ source = "./a.safetensors" }]', 2, "there is no .*/a.safetensors"),
        ('[allegro]\nloras = [{ source = "a/b" }]', 2, "loras cannot be laid over"),
        (
            '[allegro.optional_loras.oil]\nsource = "a/b"',
            1,
            "optional_loras cannot be laid over",
        ),
        (
            "[wan-14b.upscale]\nclass_name = 'WanVideoToVideoPipeline'\nmax = 640\nmax_pixels = 9",
            1,
            "upscale makes clips no larger",
        ),
        (
            "[zeroscope.upscale]\nstrength = 2.0\nclass_name = 'UNet3DConditionModel'\n"
            "max = 1024\nmax_pixels = 589824",
            2,
            "strength must be more than 0 and at most 1",
        ),
        (
            "[fastwan-5b.upscale]\nclass_name = 'WanVideoToVideoPipeline'\nmax = 1920\n"
            "max_pixels = 2073600",
            1,
            "upscale needs a model whose steps are not fixed",
        ),
        (
            '[[wan-1b.loras]]\nsource = "a/b"\n[[wan-1b.loras]]\nsource = "c/d"\nweight = "x"',
            5,
            "loras.1.weight: must be a number, not a text",
        ),
        (
            '[wan-1b]\npipeline_class = "WanPipelin"',
            2,
            "no class 'WanPipelin'; did you mean WanPipeline or",
        ),
        ('[wan-1b]\nscheduler = { class_name = "Best" }', 2, "diffusers has no class 'Best'"),
        ('[wan-1b]\npart_dtypes = { vae = "fp32" }', 2, "part_dtypes: .*; there are bfloat16"),
        ('[wan-1b]\nattention = "flash3"', 2, "'flash3'; there are _flash_3, .*, native"),
        ('[wan-1b]\nscheduler = "Euler"', 2, "scheduler: must be a table, not a text"),
        ('[mine]\nlike = ["wan-1b"]', 2, r"there is no model \['wan-1b'\]"),
        ('[wan-1b]\nsource = "my folder/wan"', 2, r"no repository \('owner/name'\) and no folder"),
        ('[wan-1b]\nsource = "models.toml"', 2, r"begins with '\./': '\./models\.toml'"),
        ("[wan-1b]\nmemory = { resident = -1 }", 2, "memory: resident must be greater than 0"),
        ("[wan-1b]\nmax_fps = 0", 2, "max_fps must be at least 1"),
        ("[wan-1b]\nfirst_block_cache = 8", 2, "must be between 0 and 1"),
        (f'[wan-1b]\ntitle = "{81 * "x"}"', 2, "title must have 1 to 80 characters"),
        (f'[wan-1b.optional_loras.{81 * "x"}]\nsource = "a/b"', 1, "name must have 1 to 80"),
        ("title = 1", 1, r"title stands outside a model's table, which begins with \[its-name\]"),
        ("[Wan]", 1, "'Wan' is no name"),
    ],
)
def test_a_mistake_is_one_sentence_with_file_and_line(
    models_file: Path, text: str, line: int, words: str
) -> None:
    with pytest.raises(ModelFileError, match=words) as caught:
        read(models_file, text, "wan-1b")
    assert str(caught.value).startswith(f"{models_file}, line {line}: ")
    assert "\n" not in str(caught.value)


def test_a_mark_that_editors_put_before_the_text_is_overlooked(models_file: Path) -> None:
    assert read(models_file, "\ufeff[wan-1b]\nmax_steps = 60", "wan-1b").max_steps == 60


def test_broken_syntax_has_its_line_too(models_file: Path) -> None:
    with pytest.raises(ModelFileError, match=rf"{re.escape(str(models_file))}: .* \(at line 2, "):
        read(models_file, "[a]\nb = = 1", "a")


def test_a_file_that_is_not_there_or_not_text(models_file: Path) -> None:
    with pytest.raises(ModelFileError, match=r"models\.toml cannot be read: .*No such file"):
        load_catalogue(models_file)
    models_file.write_bytes(b"\xff")
    with pytest.raises(ModelFileError, match=r"models\.toml cannot be read"):
        load_catalogue(models_file)


def test_the_example_in_the_readme_works(models_file: Path) -> None:
    readme = Path("README.md").read_text(encoding="utf-8")
    example = re.search(r"```toml\n(.*?)```", readme, re.DOTALL)
    assert example is not None
    folder = models_file.parent / "models" / "my-wan"
    folder.mkdir(parents=True)
    (folder / "model_index.json").touch()
    (models_file.parent / "models" / "style.safetensors").touch()
    models_file.write_text(example[1], encoding="utf-8")
    catalogue = load_catalogue(models_file)
    assert len(catalogue) > len(SHIPPED)

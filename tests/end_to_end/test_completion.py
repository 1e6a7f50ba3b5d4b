"""Completion where there is more than Discord shows at once."""

from pathlib import Path

from bot.emulator.driver import Human
from tests.end_to_end.stack import bot_settings, local_discord, running_bot

_SHOWN = 25
_MANY = 40


async def test_each_of_many_models_is_found_by_typing_some_of_its_name(tmp_path: Path) -> None:
    models = tmp_path / "models.toml"
    names = [f"my-model-{number:02}" for number in range(_MANY)]
    models.write_text("".join(f'[{name}]\nlike = "modelscope"\n' for name in names))
    async with (
        local_discord() as emulator,
        Human.connect(emulator.url) as you,
        running_bot(bot_settings(emulator, tmp_path, models_file=models), you, plain=True),
    ):
        offered = await you.choices("video", focused="model", prompt="x", model="")
        assert len(offered) == _SHOWN
        for name in names:
            found = await you.choices("video", focused="model", prompt="x", model=name[-4:])
            assert [choice["value"] for choice in found] == [name]

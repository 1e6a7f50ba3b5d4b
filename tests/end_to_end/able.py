"""A small model that can do everything, and a server where everything is set up."""

from pathlib import Path

import msgspec

from bot.emulator.server import Emulator
from bot.jobs.rules import GuildRules
from bot.jobs.store import open_store
from bot.settings import Settings
from tests.end_to_end.stack import bot_settings

_MODEL = """
[able]
title = "Able"
description = "Can do everything"
source = "example/able"
pipeline_class = "WanPipeline"
licence = "MIT"
licence_note = "for tests"
draft = { num_inference_steps = 2 }
best = { num_inference_steps = 4 }
sizes = { multiple = 16, min = 16, max = 64, max_pixels = 4096 }
frames = { multiple = 1, offset = 0, min = 1, max = 120 }
image_to_video = { class_name = "WanImageToVideoPipeline" }
upscale = { class_name = "WanVideoToVideoPipeline", max = 128, max_pixels = 16384 }

[able.defaults]
width = 32
height = 32
num_frames = 9
fps = 4
num_inference_steps = 3
guidance_scale = 1.0
"""


async def able_settings(emulator: Emulator, data_dir: Path, **rules: object) -> Settings:
    """Settings with that model, and a showcase channel; `rules` are more of the server's rules."""
    models = data_dir / "models.toml"
    models.write_text(_MODEL)
    settings = bot_settings(emulator, data_dir, models_file=models, default_model="able")
    guild_id = next(iter(emulator.world.guilds))
    showcase = emulator.world.channel_named("general")
    async with open_store(settings.database_path) as store:
        values = {"showcase_channel_id": showcase.id, **rules}
        await store.save_rules(guild_id, msgspec.convert(values, GuildRules))
    return settings

"""Where it happens: a local Discord, a bot that is kept running, and what people do there."""

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bot.emulator import effects
from bot.emulator.entities import Channel, Member, User
from bot.emulator.faults import Fault, Faults
from bot.emulator.human.acts import Acts
from bot.emulator.human.refusal import Refusal
from bot.emulator.human.requests import CommandUse, ComponentUse, Deletion, ModalSubmission
from bot.emulator.keyboard import command_body, modal_body
from bot.emulator.server import Emulator
from bot.emulator.shown import Message
from bot.emulator.world import World
from tests.end_to_end.able import able_settings
from tests.end_to_end.stack import local_discord
from tests.faults.journal import Accepted, Journal, Seen, Wish, kept_journal
from tests.faults.machine import Machine, running_machine

_PATIENCE = 15.0
_SEVERAL = 0.1
"""Of the commands, how many ask for two videos at once."""
_COLOURS = ("red", "green", "blue", "yellow", "white", "pink")
_SHAPES = ("circle", "square", "star", "heart", "triangle")
_MAKE_MORE = {"vary", "again", "better", "extend", "upscale", "smooth"}


@dataclass(frozen=True)
class Player:
    """Somebody in one channel."""

    user: User
    channel: Channel


class Stage:
    """People act here at once and wait for nothing; the journal keeps what they see."""

    def __init__(
        self, emulator: Emulator, machine: Machine, journal: Journal, random: Random
    ) -> None:
        self.emulator = emulator
        self.machine = machine
        self.journal = journal
        self.random = random
        self.players = _players(emulator.world)
        self.pressed: dict[tuple[str, str], set[int]] = {}
        """Who pressed what, by action and job."""
        self.closed_doors: list[tuple[float, float]] = []
        """When direct messages were closed, in Unix seconds."""
        self.away = Fault(name="request while Discord is away", effect=effects.reset, times=0)
        self._acts = Acts(emulator.core)
        self._forms: dict[str, Player] = {}
        self.add_passing_channel()

    def add_passing_channel(self) -> None:
        """Open the channel that is there to be deleted."""
        world = self.emulator.world
        channel = world.add_channel(next(iter(world.guilds.values())), "passing")
        self.players.append(Player(world.user_named("cleo"), channel))

    # --- what people do; what their client would not let them do is nothing ---

    def ask(self, player: Player | None = None) -> None:
        """Use /video."""
        player = player or self.random.choice(self.players)
        colour, other = self.random.sample(_COLOURS, 2)
        if self.random.random() < _SEVERAL:
            colour = f"[{colour}, {other}]"
        interaction = self._command(
            player,
            "video",
            prompt=f"a {colour} {self.random.choice(_SHAPES)}",
            steps=self.random.randint(2, 12),
            seed=self.random.randrange(2**32),  # by which two jobs of one wish are told
            explain=self.random.random() < 0.1,
        )
        self._note_wish(interaction, player)

    def show(self, player: Player, job_id: str) -> None:
        self._command(player, "show", id=job_id)

    def settings(self, player: Player) -> None:
        self._command(player, "settings show")

    def press(self, player: Player, seen: Seen, action: str) -> str | None:
        """Press a button of a message as it stands now, by its action."""
        custom_id = _custom_id(seen.last, action)
        if custom_id is None:
            return None
        use = ComponentUse(str(player.user.id), seen.last.id, custom_id)
        try:
            interaction = str(self._acts.use_component(use).id)
        except Refusal:
            return None
        job_id = custom_id.rpartition(":")[2]
        self.pressed.setdefault((action, job_id), set()).add(player.user.id)
        if action in _MAKE_MORE:
            self._note_wish(interaction, player, (action, job_id))
        elif action in {"edit", "change"}:
            self._forms[interaction] = player
        return interaction

    def submit_forms(self) -> None:
        """Fill in and send every form that has opened."""
        for interaction in list(self._forms):
            modal = self.journal.modal(interaction)
            if modal is None:
                continue
            player = self._forms.pop(interaction)
            steps = str(self.random.randint(2, 12))
            body = modal_body(modal, {"prompt": "a white star", "steps": steps, "seed": ""})
            try:
                started = self._acts.submit_modal(
                    ModalSubmission(user_id=str(player.user.id), **body)
                )
            except Refusal:
                continue
            if ":rerun:" in modal.custom_id:
                self._note_wish(str(started.id), player, ("rerun", modal.custom_id.split(":")[2]))

    def moderate(self, message: Message) -> None:
        """Delete a message as the owner of the server."""
        owner = self.emulator.world.application.owner
        try:
            self._acts.delete(Deletion(str(owner.id), message.id))
        except Refusal:
            return

    def waiting(self) -> list[Accepted]:
        """The jobs people wait for, oldest first; not for ever, as not all ends can be shown."""
        recent = time.monotonic() - _PATIENCE
        ended = self.journal.ended()
        jobs = self.journal.accepted().values()
        return [job for job in jobs if job.asked_at > recent and job.id not in ended]

    # --- inside ---

    def _command(self, player: Player, name: str, **options: Any) -> str | None:
        use = CommandUse(
            user_id=str(player.user.id),
            channel_id=str(player.channel.id),
            **command_body(name, options),
        )
        try:
            return str(self._acts.use_command(use).id)
        except Refusal:
            return None

    def _note_wish(
        self, interaction: str | None, player: Player, button: tuple[str, str] | None = None
    ) -> None:
        if interaction is not None:
            self.journal.wishes[interaction] = Wish(player.user.id, player.channel.id, button)


@asynccontextmanager
async def open_stage(
    data_dir: Path, seed: int, environ: Mapping[str, str] | None = None
) -> AsyncGenerator[Stage]:
    """Run everything until the block ends; fails there if the bot sent what is malformed."""
    async with local_discord(faults=Faults(seed)) as emulator:
        people = _settle(emulator)
        if environ is None:  # a model that can do all there are buttons for, and a showcase
            settings = await able_settings(emulator, data_dir)
            environ = {
                "MODELS_FILE": str(settings.models_file),
                "DEFAULT_MODEL": str(settings.default_model),
            }
        with kept_journal(emulator.core, people) as journal:
            async with running_machine(emulator, data_dir, environ) as machine:
                yield Stage(emulator, machine, journal, Random(seed))


def _settle(emulator: Emulator) -> list[User]:
    """Add people and places to the demo's world: a thread, direct messages, a foreign server."""
    world = emulator.world
    guild = next(iter(world.guilds.values()))
    for name in ("bob", "cleo"):
        guild.members |= {(user := world.add_user(name, name.title(), "#99aab5")).id: Member(user)}
    world.add_thread(world.channel_named("videos"), "thread")
    people = world.humans()
    for user in people:
        world.direct_channel(user)
    foreign = world.add_guild("Elsewhere", world.add_user("host", "Host", "#99aab5"))
    foreign.members |= {user.id: Member(user) for user in people}
    world.add_channel(foreign, "elsewhere")
    return people


def _players(world: World) -> list[Player]:
    you, ada, bob, cleo = (world.user_named(name) for name in ("you", "ada", "bob", "cleo"))
    videos, general, thread, elsewhere = (
        world.channel_named(name) for name in ("videos", "general", "thread", "elsewhere")
    )
    return [
        *(Player(user, videos) for user in (you, ada, bob, cleo)),
        *(Player(user, general) for user in (ada, bob)),
        *(Player(user, thread) for user in (bob, cleo)),
        *(Player(user, world.direct_channel(user)) for user in (ada, cleo)),
        Player(bob, elsewhere),
    ]


def _custom_id(message: Message, action: str) -> str | None:
    for button in message.buttons.values():
        custom_id: str = button.get("custom_id", "")
        if custom_id.startswith(f"v1:{action}:"):
            return custom_id
    return None

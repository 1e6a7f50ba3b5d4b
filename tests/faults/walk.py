"""A random walk: one small step after another, of people, operators and Discord alike."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from bot.emulator.entities import User
from tests.faults.journal import Seen
from tests.faults.kinds import Kind
from tests.faults.stage import Player, Stage

_MOST_WAITING = 12
_LONGEST_PAUSE = 0.08


class Walk:
    """Draws steps until there were so many; what cannot be done at the moment counts as well."""

    def __init__(self, stage: Stage, kinds: Sequence[Kind]) -> None:
        self.taken: Counter[str] = Counter()
        self._stage = stage
        self._random = stage.random
        self._kinds = kinds
        self._begun: list[Kind] = []
        self._steps: dict[Callable[[], None], int] = {
            self.ask: 24,
            self.cancel_own: 4,
            self.cancel_of_others: 3,
            self.change_waiting: 6,
            self.submit_forms: 8,
            self.vary: 5,
            self.edit_and_rerun: 4,
            self.make_more: 8,
            self.share: 3,
            self.send_to_me: 2,
            self.want_to_be_told: 3,
            self.try_again: 4,
            self.get_result: 2,
            self.delete_own: 2,
            self.delete_of_others: 2,
            self.ask_how: 3,
            self.press_what_is_gone: 3,
            self.show: 5,
            self.show_settings: 3,
            self.begin_fault: 8,
            self.end_fault: 10,
            self.kill_generator: 6,
            self.kill_bot: 1,
            self.stop_bot: 1,
            self.skip_time: 2,
        }

    async def run(self, steps: int) -> None:
        """Take the steps, with pauses that are as long as chance has it."""
        acts, weights = list(self._steps), list(self._steps.values())
        for _ in range(steps):
            act = self._random.choices(acts, weights)[0]
            act()
            self.taken[act.__name__] += 1
            await asyncio.sleep(self._random.uniform(0.0, _LONGEST_PAUSE))
        for kind in self._begun:
            kind.end(self._stage)

    # --- people ---

    def ask(self) -> None:
        if len(self._stage.waiting()) < _MOST_WAITING:
            self._stage.ask()

    def cancel_own(self) -> None:
        self._press("cancel", own=True)

    def cancel_of_others(self) -> None:
        self._press("cancel", own=False)

    def change_waiting(self) -> None:
        self._press("change", own=self._random.random() < 0.8)

    def submit_forms(self) -> None:
        self._stage.submit_forms()

    def vary(self) -> None:
        self._press("vary", own=False)

    def edit_and_rerun(self) -> None:
        self._press("edit", own=False)

    def make_more(self) -> None:
        self._press(self._random.choice(["better", "extend", "upscale", "smooth"]), own=False)

    def share(self) -> None:
        self._press("share", own=self._random.random() < 0.8)

    def send_to_me(self) -> None:
        self._press("dm", own=False)

    def want_to_be_told(self) -> None:
        self._press(self._random.choice(["notify", "notify", "silence"]), own=True)

    def try_again(self) -> None:
        self._press("again", own=False)

    def get_result(self) -> None:
        self._press("get", own=self._random.random() < 0.8)

    def delete_own(self) -> None:
        self._press("delete", own=True)

    def delete_of_others(self) -> None:
        self._press("delete", own=False)

    def ask_how(self) -> None:
        self._press("how", own=False)

    def press_what_is_gone(self) -> None:
        """Press Cancel on a message that has changed or gone since it was drawn."""
        seen = self._any_message()
        if seen is not None:
            self._stage.press(self._somebody_there(seen), Seen(seen.first, seen.first), "cancel")

    def show(self) -> None:
        jobs = list(self._stage.journal.accepted())
        job_id = self._random.choice([*jobs[-20:], "nosuch"])
        self._stage.show(self._random.choice(self._stage.players), job_id)

    def show_settings(self) -> None:
        self._stage.settings(self._random.choice(self._stage.players))

    # --- operators, Discord, time ---

    def begin_fault(self) -> None:
        kind = self._random.choice(self._kinds)
        if kind not in self._begun:
            kind.begin(self._stage)
            self._begun.append(kind)

    def end_fault(self) -> None:
        if self._begun:
            self._begun.pop(self._random.randrange(len(self._begun))).end(self._stage)

    def kill_generator(self) -> None:
        self._stage.machine.kill_generator()

    def kill_bot(self) -> None:
        self._stage.machine.kill_bot()

    def stop_bot(self) -> None:
        self._stage.machine.stop_bot()

    def skip_time(self) -> None:
        """Only little: Discord forgets nonces after minutes, which the bot measures on its own."""
        self._stage.emulator.clock.skip(self._random.choice([1.0, 3.0, 5.0]))

    # --- inside ---

    def _press(self, action: str, *, own: bool) -> None:
        """Press a button of this kind on one of the newest messages that have it."""
        found = [
            seen
            for seen in list(self._stage.journal.messages.values())[-60:]
            if not seen.deleted and f":{action}:" in str(seen.last.components)
        ]
        if not found:
            return
        seen = self._random.choice(found)
        player = self._owner(seen) if own else self._somebody_there(seen)
        if player is not None:
            self._stage.press(player, seen, action)

    def _any_message(self) -> Seen | None:
        messages = list(self._stage.journal.messages.values())[-60:]
        return self._random.choice(messages) if messages else None

    def _owner(self, seen: Seen) -> Player | None:
        users = self._stage.emulator.world.users
        metadata = seen.first.interaction_metadata or {}
        asked: str | None = metadata.get("user", {}).get("id")
        mentioned = [mention.id for mention in seen.first.mentions]
        ids = [asked] if asked is not None else mentioned
        return self._player(users[int(ids[0])], seen) if ids else None

    def _somebody_there(self, seen: Seen) -> Player:
        return self._player(self._random.choice(self._stage.players).user, seen)

    def _player(self, user: User, seen: Seen) -> Player:
        """Somebody where a message is; their own client keeps them from what they cannot see."""
        channel = self._stage.emulator.world.channels.get(int(seen.first.channel_id))
        return Player(user, channel or self._stage.players[0].channel)

"""Better prompts, each made in a process of its own, so that no language model stays loaded."""

import asyncio
from pathlib import Path

import msgspec

from generator.backends.tool import run_tool
from generator.errors import GenerationError
from generator.sources import is_local


class PromptEnhancer:
    """Suggests prompts one at a time, by a text-generation model: a folder or a repository."""

    def __init__(self, model: str, timeout: float) -> None:
        self._model = model
        self._timeout = timeout
        self._free = asyncio.Lock()

    async def prepare(self) -> None:
        """Download a repository unless it is here; suggestions wait for it.

        Takes as long as that does. Raises `GenerationError` with words for the operator.
        """
        if is_local(self._model):
            self._check_folder()
            return
        async with self._free:
            await run_tool("enhance", "--prepare", "--", self._model)

    async def enhance(self, prompt: str, max_characters: int) -> str:
        """Return a better prompt of at most so many characters.

        Raises `GenerationError` with words for the operator: "timed_out" after the timeout, which
        includes waiting for those before.
        """
        if is_local(self._model):
            self._check_folder()
        try:
            async with asyncio.timeout(self._timeout), self._free:
                limit = f"--max-characters={max_characters}"
                answer = await run_tool(
                    "enhance", limit, "--", self._model, given=msgspec.json.encode(prompt)
                )
        except TimeoutError:
            raise GenerationError("timed_out", "it took too long") from None
        return msgspec.json.decode(answer, type=str)

    def _check_folder(self) -> None:
        if not Path(self._model, "config.json").expanduser().is_file():
            values = {"folder": self._model}
            raise GenerationError("unavailable", "{folder} holds no language model", values)

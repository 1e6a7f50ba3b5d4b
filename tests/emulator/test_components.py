"""Buttons, menus, layouts and modals, from the press to what the bot makes of it."""

import asyncio
import io
import re
from typing import Any, Self

import discord
import pytest
from discord import ui

from bot.emulator.driver import Human, Refused
from bot.emulator.keyboard import File
from bot.emulator.server import Emulator
from bot.emulator.shown import Message
from tests.emulator.bots import Bot, Interaction, online


class CountButton(ui.DynamicItem[ui.Button[Any]], template=r"count:(?P<number>\d+)"):
    """Adds one on each press; its state is its custom id."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(ui.Button(label=f"Count {number}", custom_id=f"count:{number}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str]
    ) -> Self:
        return cls(int(match["number"]))

    async def callback(self, interaction: Interaction) -> None:
        await interaction.response.edit_message(view=counting(self.number + 1))


def counting(number: int) -> ui.View:
    view = ui.View(timeout=None)
    view.add_item(CountButton(number))
    return view


async def posted(bot: Bot, emulator: Emulator, **message: Any) -> discord.Message:
    """A message that the bot sends to #videos."""
    channel_id = emulator.world.channel_named("videos").id
    return await bot.get_partial_messageable(channel_id).send(**message)


async def test_persistent_button_works_on_a_message_of_an_earlier_process(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    async with online(bot, emulator):
        sent = await posted(bot, emulator, view=counting(1))
    message = await you.wait_for(lambda message: message.id == str(sent.id))
    restarted = Bot()
    restarted.add_dynamic_items(CountButton)
    async with online(restarted, emulator):
        answer = await you.answer(await you.click(message, "Count 1"))
        assert isinstance(answer, Message)
        assert list(answer.buttons) == ["Count 2"]
        again = await you.answer(await you.click(message, "count:2"))
        assert isinstance(again, Message)
        assert list(again.buttons) == ["Count 3"]


async def test_button_can_defer_its_update_and_answer_with_a_reply(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    class Buttons(ui.View):
        @ui.button(label="Update")
        async def update(self, interaction: Interaction, _: ui.Button[Self]) -> None:
            await interaction.response.defer()
            await interaction.edit_original_response(content="updated")

        @ui.button(label="Reply")
        async def reply(self, interaction: Interaction, _: ui.Button[Self]) -> None:
            await interaction.response.send_message("replied")

    async with online(bot, emulator):
        sent = await posted(bot, emulator, content="first", view=Buttons())
        message = await you.wait_for(lambda message: message.id == str(sent.id))
        await you.click(message, "Update")
        await you.wait_for(lambda message: message.content == "updated")
        reply = await you.reply(await you.click(message, "Reply"))
    assert reply.type == discord.MessageType.reply.value
    assert reply.message_reference is not None
    assert reply.message_reference["message_id"] == message.id
    assert reply.interaction_metadata is not None
    assert reply.interaction_metadata["interacted_message_id"] == message.id


async def test_select_menu_sends_its_values(emulator: Emulator, bot: Bot, you: Human) -> None:
    class Menu(ui.View):
        @ui.select(
            cls=ui.Select,
            custom_id="size",
            options=[discord.SelectOption(label=size) for size in ("small", "large")],
        )
        async def pick(self, interaction: Interaction, select: ui.Select[Self]) -> None:
            await interaction.response.send_message(f"picked {select.values[0]}")

    async with online(bot, emulator):
        sent = await posted(bot, emulator, view=Menu())
        message = await you.wait_for(lambda message: message.id == str(sent.id))
        reply = await you.reply(await you.select(message, "size", "large"))
        assert reply.content == "picked large"
        with pytest.raises(Refused) as refused:
            await you.select(message, "size", "huge")
    assert refused.value.status == 400


async def test_user_select_resolves_its_members(
    emulator: Emulator, bot: Bot, you: Human, ada: Human
) -> None:
    class Menu(ui.View):
        @ui.select(cls=ui.UserSelect, custom_id="who")
        async def pick(self, interaction: Interaction, select: ui.UserSelect[Self]) -> None:
            await interaction.response.send_message(f"picked {select.values[0].display_name}")

    async with online(bot, emulator):
        sent = await posted(bot, emulator, view=Menu())
        message = await you.wait_for(lambda message: message.id == str(sent.id))
        reply = await you.reply(await you.select(message, "who", ada.id))
    assert reply.content == "picked Ada"


async def test_disabled_and_missing_components_cannot_be_used(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    view = ui.View()
    view.add_item(ui.Button(label="Off", custom_id="off", disabled=True))
    async with online(bot, emulator):
        sent = await posted(bot, emulator, view=view)
        message = await you.wait_for(lambda message: message.id == str(sent.id))
        with pytest.raises(Refused) as disabled:
            await you.click(message, "Off")
        with pytest.raises(Refused) as missing:
            await you.click(message, "nothing")
    assert disabled.value.status == 409
    assert missing.value.status == 404


async def test_layout_shows_an_uploaded_video_and_hides_the_attachment(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    class Card(ui.LayoutView):
        box: ui.Container[Any] = ui.Container(
            ui.TextDisplay[Any]("A red circle"),
            ui.MediaGallery[Any](discord.MediaGalleryItem("attachment://clip.mp4")),
            accent_colour=0x5865F2,
        )

    @bot.tree.command(description="Card")
    async def card(interaction: Interaction) -> None:
        await interaction.response.defer()
        clip = discord.File(io.BytesIO(b"clip"), "clip.mp4", description="A circle")
        await interaction.edit_original_response(view=Card(), attachments=[clip])

    async with online(bot, emulator):
        message = await you.reply(await you.command("card"))
    assert message.text == "A red circle"
    assert message.attachments == []
    gallery = message.components[0]["components"][1]
    assert gallery["items"][0]["description"] == "A circle"
    assert gallery["items"][0]["media"]["content_type"] == "video/mp4"


def label(text: str, component: ui.Item[Any]) -> ui.Label[Any]:
    return ui.Label(text=text, component=component)


class Form(ui.Modal, title="Edit"):
    """Every kind of field that the tests fill in."""

    prompt = label("Prompt", ui.TextInput(custom_id="prompt", min_length=2, max_length=20))
    size = label("Size", ui.Select(custom_id="size", options=[discord.SelectOption(label="small")]))
    image = label("Image", ui.FileUpload(custom_id="image", required=False))

    def __init__(self) -> None:
        super().__init__()
        self.got: asyncio.Future[tuple[str, list[str], bytes]] = (
            asyncio.get_running_loop().create_future()
        )

    async def on_submit(self, interaction: Interaction) -> None:
        prompt, size, image = self.prompt.component, self.size.component, self.image.component
        assert isinstance(prompt, ui.TextInput)
        assert isinstance(size, ui.Select)
        assert isinstance(image, ui.FileUpload)
        data = await image.values[0].read() if image.values else b""
        self.got.set_result((prompt.value, size.values, data))
        await interaction.response.send_message("thanks", ephemeral=True)


async def test_modal_round_trip_with_text_menu_and_file(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    forms: list[Form] = []

    @bot.tree.command(description="Open")
    async def edit(interaction: Interaction) -> None:
        forms.append(Form())
        await interaction.response.send_modal(forms[0])

    async with online(bot, emulator):
        modal = await you.modal(await you.command("edit"))
        assert modal.title == "Edit"
        filled = {"prompt": "a circle", "size": ["small"], "image": [File("a.png", b"png")]}
        reply = await you.reply(await you.submit(modal, filled))
        assert reply.ephemeral
        assert await forms[0].got == ("a circle", ["small"], b"png")
        with pytest.raises(Refused) as again:
            await you.submit(modal, filled)
    assert again.value.status == 404


async def test_a_menu_that_nobody_touched_sends_its_defaults(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    got: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()

    class Choose(ui.Modal, title="Choose"):
        size = label("Size", ui.Select(custom_id="size", options=[
            discord.SelectOption(label="Small", value="small"),
            discord.SelectOption(label="Large", value="large", default=True),
        ]))  # fmt: skip

        async def on_submit(self, interaction: Interaction) -> None:
            assert isinstance(self.size.component, ui.Select)
            got.set_result(self.size.component.values)
            await interaction.response.send_message("thanks")

    @bot.tree.command(description="Open")
    async def edit(interaction: Interaction) -> None:
        await interaction.response.send_modal(Choose())

    async with online(bot, emulator):
        modal = await you.modal(await you.command("edit"))
        await you.reply(await you.submit(modal, {}))
    assert await got == ["large"]


async def test_modal_is_checked_before_it_is_sent(emulator: Emulator, bot: Bot, you: Human) -> None:
    @bot.tree.command(description="Open")
    async def edit(interaction: Interaction) -> None:
        await interaction.response.send_modal(Form())

    async with online(bot, emulator):
        modal = await you.modal(await you.command("edit"))
        with pytest.raises(Refused) as refused:
            await you.submit(modal, {"prompt": "a"})
    assert [option for option, _ in refused.value.errors] == ["prompt", "size"]


async def test_modal_from_a_button_can_update_its_message(
    emulator: Emulator, bot: Bot, you: Human
) -> None:
    class Rename(ui.Modal, title="Rename"):
        name = label("Name", ui.TextInput(custom_id="name"))

        async def on_submit(self, interaction: Interaction) -> None:
            assert isinstance(self.name.component, ui.TextInput)
            await interaction.response.edit_message(content=self.name.component.value)

    class Buttons(ui.View):
        @ui.button(label="Rename")
        async def rename(self, interaction: Interaction, _: ui.Button[Self]) -> None:
            await interaction.response.send_modal(Rename())

    async with online(bot, emulator):
        sent = await posted(bot, emulator, content="old", view=Buttons())
        message = await you.wait_for(lambda message: message.id == str(sent.id))
        modal = await you.modal(await you.click(message, "Rename"))
        answer = await you.answer(await you.submit(modal, {"name": "new"}))
        assert isinstance(answer, Message)
    assert (answer.id, answer.content) == (message.id, "new")


async def test_others_cannot_submit_my_modal(
    emulator: Emulator, bot: Bot, you: Human, ada: Human
) -> None:
    @bot.tree.command(description="Open")
    async def edit(interaction: Interaction) -> None:
        await interaction.response.send_modal(Form())

    async with online(bot, emulator):
        modal = await you.modal(await you.command("edit"))
        with pytest.raises(Refused) as refused:
            await ada.submit(modal, {"prompt": "a circle", "size": ["small"]})
    assert refused.value.status == 404


async def test_others_cannot_press_buttons_they_do_not_see(
    emulator: Emulator, bot: Bot, you: Human, ada: Human
) -> None:
    @bot.tree.command(description="Whisper")
    async def whisper(interaction: Interaction) -> None:
        await interaction.response.send_message("secret", view=counting(1), ephemeral=True)

    async with online(bot, emulator):
        message = await you.reply(await you.command("whisper"))
        with pytest.raises(Refused) as refused:
            await ada.click(message, "count:1")
    assert refused.value.status == 404

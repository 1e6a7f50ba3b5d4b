"""Who may do what to a job."""

import discord

from bot.client import Interaction
from bot.errors import Refusal
from bot.jobs.job import Job
from bot.texts import refusals


def check_owner(interaction: Interaction, job: Job) -> None:
    """Only who asked, or a moderator, may end, share or remove a video. Raises `Refusal`."""
    moderator = isinstance(interaction.user, discord.Member) and (
        interaction.permissions.manage_messages
    )
    if interaction.user.id != job.user_id and not moderator:
        raise Refusal(refusals.NOT_YOURS)


def check_asker(interaction: Interaction, job: Job) -> None:
    """Only who asked may change a video on its way. Raises `Refusal`."""
    if interaction.user.id != job.user_id:
        raise Refusal(refusals.ONLY_YOURS)


def check_seen(interaction: Interaction, job: Job) -> None:
    """What is private is for who asked alone. Raises `Refusal`."""
    if job.private and interaction.user.id != job.user_id:
        raise Refusal(refusals.NO_SUCH_JOB)

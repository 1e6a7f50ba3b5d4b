"""How the quiz stands, and its pages. All of a run is in the buttons, so it survives a restart."""

from dataclasses import dataclass

import discord

from bot.explainer.pages import COLOUR
from bot.explainer.picture import PictureName
from bot.explainer.questions import QUESTIONS, Question
from bot.explainer.topics import TOPICS
from bot.explainer.wording import (
    QUIZ_ANSWER,
    QUIZ_END,
    QUIZ_ONE_OF,
    QUIZ_READ_AGAIN,
    QUIZ_RIGHT,
    QUIZ_SCORE,
    QUIZ_TITLE,
    QUIZ_VERDICTS,
    QUIZ_WHERE,
    QUIZ_WRONG,
    QUIZ_YOURS,
)
from bot.i18n import _

LETTERS = "ABCD"


@dataclass(frozen=True)
class Standing:
    """Where somebody is: the next question, and which of those before were answered right."""

    number: int = 0
    right: int = 0
    """A bit for each question, the lowest for the first."""

    @property
    def is_over(self) -> bool:
        return self.number >= len(QUESTIONS)

    @property
    def question(self) -> Question:
        return QUESTIONS[self.number]

    @property
    def score(self) -> int:
        return (self.right & (2**self.number - 1)).bit_count()

    def after(self, choice: int) -> "Standing":
        """Return the standing after an answer to the next question."""
        bit = 1 << self.number
        right = self.right | bit if choice == self.question.right else self.right & ~bit
        return Standing(self.number + 1, right)

    def missed(self) -> list[PictureName]:
        """Return the topics of the questions answered wrong, each once."""
        topics: list[PictureName] = []
        for index, question in enumerate(QUESTIONS[: self.number]):
            if not self.right >> index & 1 and question.topic not in topics:
                topics.append(question.topic)
        return topics


def question_embed(standing: Standing) -> discord.Embed:
    """Return the next question and its answers."""
    question = standing.question
    lines = [
        QUIZ_ANSWER.format(letter=letter, text=_(answer.text))
        for letter, answer in zip(LETTERS, question.answers, strict=False)
    ]
    text = "\n".join([f"**{_(question.text)}**", "", *lines])
    return _embed(standing, standing.number, text)


def answer_embed(before: Standing, choice: int) -> discord.Embed:
    """Return what was right or wrong about an answer."""
    question = before.question
    lines = [f"**{_(question.text)}**", ""]
    for index, answer in enumerate(question.answers):
        marks = (QUIZ_WRONG if index == choice else QUIZ_ANSWER, QUIZ_RIGHT)
        line = marks[index == question.right].format(letter=LETTERS[index], text=_(answer.text))
        lines += [
            _(QUIZ_YOURS).format(line=line) if index == choice else line,
            f"-# {_(answer.why)}",
        ]
    after = before.after(choice)
    if choice != question.right:
        lines += ["", _(QUIZ_WHERE).format(topic=_(TOPICS[question.topic].title))]
    return _embed(after, before.number, "\n".join(lines))


def end_embed(standing: Standing) -> discord.Embed:
    """Return the score."""
    share = standing.score / len(QUESTIONS)
    verdict = next(text for least, text in QUIZ_VERDICTS if share >= least)
    text = _(QUIZ_END).format(score=standing.score, total=len(QUESTIONS), verdict=_(verdict))
    missed = standing.missed()
    if missed:
        topics = "\n".join(f"- {_(TOPICS[topic].title)}" for topic in missed)
        text = f"{text}\n\n{_(QUIZ_READ_AGAIN)}\n{topics}"
    return discord.Embed(title=_(QUIZ_TITLE), description=text, colour=COLOUR)


def _embed(standing: Standing, number: int, text: str) -> discord.Embed:
    embed = discord.Embed(title=_(QUIZ_TITLE), description=text, colour=COLOUR)
    where = _(QUIZ_ONE_OF).format(number=number + 1, total=len(QUESTIONS))
    score = _(QUIZ_SCORE).format(score=standing.score, answered=standing.number)
    embed.set_footer(text=f"{where} · {score}" if standing.number else where)
    return embed

"""The lesson's words that belong to no topic: labels, and the lesson of one clip."""

from typing import Final

from bot.explainer.topic import Depth
from bot.i18n import N_

SOURCES: Final = N_("Sources")
PAGE_FOOTER: Final = N_("Page {number} of {total} · /explain")

CHOOSE_TOPIC: Final = N_("Choose a topic")
PREVIOUS: Final = N_("Previous")
NEXT: Final = N_("Next")
QUIZ: Final = N_("Quiz")
DEPTHS: Final[dict[Depth, str]] = {
    "short": N_("Short"),
    "full": N_("Full"),
    "class": N_("For a class"),
}
LIGHT: Final = N_("Light pictures")
DARK: Final = N_("Dark pictures")
NO_PICTURE: Final = N_("The picture could not be drawn just now; the words stand by themselves.")

QUIZ_TITLE: Final = N_("Quiz: diffusion and GANs")
QUIZ_ONE_OF: Final = N_("Question {number} of {total}")
QUIZ_SCORE: Final = N_("{score} of {answered} right")
QUIZ_ANSWER: Final = "**{letter}** · {text}"
QUIZ_RIGHT: Final = N_("✅ **{letter}** · {text} · right")
QUIZ_WRONG: Final = N_("❌ **{letter}** · {text} · wrong")
QUIZ_YOURS: Final = N_("{line} (your answer)")
QUIZ_WHERE: Final = N_("It is explained in *{topic}*; the button below opens it.")
QUIZ_NEXT: Final = N_("Next question")
QUIZ_SHOW_SCORE: Final = N_("Your score")
QUIZ_AGAIN: Final = N_("Start again")
QUIZ_END: Final = N_("**{score} of {total}** right. {verdict}\n-# Only you see this.")
QUIZ_VERDICTS: Final = (
    (1.0, N_("All of them: you could teach this.")),
    (0.75, N_("Very good: you know how it works.")),
    (0.5, N_("More than half: a second look at some topics pays.")),
    (0.0, N_("Walk through the topics once more, with the pictures, and try again.")),
)
"""For the least share of right answers, the highest first."""
QUIZ_READ_AGAIN: Final = N_("To read again:")

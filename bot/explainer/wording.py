"""The lesson's words that belong to no topic: labels, and the lesson of one clip."""

from typing import Final

SOURCES: Final = "Sources"
PAGE_FOOTER: Final = "Page {number} of {total} · /explain"

CHOOSE_TOPIC: Final = "Choose a topic"
PREVIOUS: Final = "Previous"
NEXT: Final = "Next"
QUIZ: Final = "Quiz"
SHORT: Final = "Short"
FULL: Final = "Full"
CLASS: Final = "For a class"
LIGHT: Final = "Light pictures"
DARK: Final = "Dark pictures"
EXAMPLE_PROMPT: Final = "a red circle moving right"
NO_PICTURE: Final = "The picture could not be drawn just now; the words stand by themselves."

QUIZ_TITLE: Final = "Quiz: diffusion and GANs"
QUIZ_ONE_OF: Final = "Question {number} of {total}"
QUIZ_SCORE: Final = "{score} of {answered} right"
QUIZ_ANSWER: Final = "**{letter}** · {text}"
QUIZ_RIGHT: Final = "✅ **{letter}** · {text}"
QUIZ_WRONG: Final = "❌ **{letter}** · {text}"
QUIZ_YOURS: Final = "{line} (your answer)"
QUIZ_WHERE: Final = "It is explained in *{topic}*; the button below opens it."
QUIZ_NEXT: Final = "Next question"
QUIZ_SHOW_SCORE: Final = "Your score"
QUIZ_AGAIN: Final = "Start again"
QUIZ_END: Final = "**{score} of {total}** right. {verdict}\n-# Only you see this."
QUIZ_VERDICTS: Final = (
    (1.0, "All of them: you could teach this."),
    (0.75, "Very good: you know how it works."),
    (0.5, "More than half: a second look at some topics pays."),
    (0.0, "Walk through the topics once more, with the pictures, and try again."),
)
"""For the least share of right answers, the highest first."""
QUIZ_READ_AGAIN: Final = "To read again:"

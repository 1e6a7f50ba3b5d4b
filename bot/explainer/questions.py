"""The quiz: its questions, in the order in which they are asked. One answer of each is right."""

from dataclasses import dataclass
from typing import Final

from bot.explainer.picture import PictureName
from bot.i18n import N_


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One of a question's answers, and what is right or wrong about it."""

    text: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question with three or four answers."""

    topic: PictureName
    """Where it is explained."""
    text: str
    right: int
    """Index of the right answer."""
    answers: tuple[Answer, ...]


QUESTIONS: Final[tuple[Question, ...]] = (
    Question(
        topic="overview",
        text=N_("What does a diffusion model start from when it makes a clip?"),
        right=1,
        answers=(
            Answer(
                text=N_("From a clip of its training data that fits the prompt"),
                why=N_("No clip of the training data is looked up; only the weights are there."),
            ),
            Answer(
                text=N_("From random noise, which the seed fixes"),
                why=N_(
                    "The same seed gives the same noise, and with the same settings the same clip."
                ),
            ),
            Answer(
                text=N_("From a black picture"),
                why=N_("A black picture has nothing random in it: every clip would begin alike."),
            ),
        ),
    ),
    Question(
        topic="gan",
        text=N_("In a GAN, what is the discriminator trained to do?"),
        right=2,
        answers=(
            Answer(
                text=N_("To turn a random vector into a picture"),
                why=N_("That is the generator's part."),
            ),
            Answer(
                text=N_("To remove noise from a picture"),
                why=N_("That is what the denoiser of a diffusion model is trained for."),
            ),
            Answer(
                text=N_("To tell real pictures from made ones"),
                why=N_("And what it notices is what teaches the generator."),
            ),
        ),
    ),
    Question(
        topic="gan",
        text=N_(
            "A GAN's generator makes the same few pictures whatever z is. What is that called?"
        ),
        right=0,
        answers=(
            Answer(
                text=N_("Mode collapse"),
                why=N_(
                    "The generator has found a few pictures that always pass, and keeps to them."
                ),
            ),
            Answer(
                text=N_("Guidance"),
                why=N_(
                    "Guidance belongs to diffusion: it strengthens the prompt's part at each step."
                ),
            ),
            Answer(
                text=N_("Forward diffusion"),
                why=N_("Forward diffusion is burying a clip in noise."),
            ),
        ),
    ),
    Question(
        topic="forward",
        text=N_("xₜ = √(1−βₜ)·xₜ₋₁ + √βₜ·ηₜ. If xₜ₋₁ has variance 1, what is the variance of xₜ?"),
        right=0,
        answers=(
            Answer(
                text="1",
                why=N_("(1 − βₜ)·1 + βₜ·1 = 1: clip and noise are independent, so variances add."),
            ),
            Answer(
                text="1 + βₜ",
                why=N_("So it would be if the clip were not made fainter by √(1 − βₜ)."),
            ),
            Answer(
                text="√(1 − βₜ) + √βₜ",
                why=N_("Variances take the squares of the factors: (1 − βₜ) + βₜ."),
            ),
        ),
    ),
    Question(
        topic="forward",
        text=N_("Why does training not walk through all t steps to get from x₀ to xₜ?"),
        right=1,
        answers=(
            Answer(
                text=N_("Because the network guesses xₜ from x₀"),
                why=N_("No network takes part in the forward way."),
            ),
            Answer(
                text=N_("Because xₜ = √ᾱₜ·x₀ + √(1−ᾱₜ)·ε does it at once"),
                why=N_("The sum of independent normal noises is normal again, so one ε is enough."),
            ),
            Answer(
                text=N_("Because only t = 1 is ever needed"),
                why=N_("The network has to know every amount of noise, so t is drawn at random."),
            ),
        ),
    ),
    Question(
        topic="reverse",
        text=N_(
            "A network was trained to predict the noise ε. How does one get the clip it means?"
        ),
        right=2,
        answers=(
            Answer(
                text="x̂₀ = xₜ − ε̂",
                why=N_("That forgets the factors of noise and clip, √(1−ᾱₜ) and √ᾱₜ."),
            ),
            Answer(
                text=N_("Not at all: it has to be trained again"),
                why=N_("Noise, velocity, flow and clip can each be worked out from any other."),
            ),
            Answer(
                text="x̂₀ = (xₜ − √(1−ᾱₜ)·ε̂) / √ᾱₜ",
                why=N_("It is xₜ = √ᾱₜ·x₀ + √(1−ᾱₜ)·ε, solved for x₀."),
            ),
        ),
    ),
    Question(
        topic="reverse",
        text=N_("Why is the clip that is predicted at the first step blurred?"),
        right=0,
        answers=(
            Answer(
                text=N_("It is the mean of all clips that could be hidden in that noise"),
                why=N_(
                    "A squared error is lowest at the mean, and a mean of many clips is blurred."
                ),
            ),
            Answer(
                text=N_("The VAE has not been switched on yet"),
                why=N_(
                    "The VAE turns latents into frames; it does not decide how sure a guess is."
                ),
            ),
            Answer(
                text=N_("The first step uses fewer pixels"),
                why=N_("All steps of such a run work on latents of the same size."),
            ),
        ),
    ),
    Question(
        topic="guidance",
        text=N_("`ε̂ = ε_∅ + w·(ε_c − ε_∅)`. What does w = 1 give?"),
        right=1,
        answers=(
            Answer(
                text=N_("The prediction without the prompt"),
                why=N_("That is w = 0."),
            ),
            Answer(
                text=N_("Exactly the prediction with the prompt"),
                why=N_("`ε_∅ + ε_c − ε_∅ = ε_c`, so the pass without the prompt can be left out."),
            ),
            Answer(
                text=N_("The mean of both predictions"),
                why=N_("That is w = ½."),
            ),
        ),
    ),
    Question(
        topic="guidance",
        text=N_(
            "30 steps with guidance 7: how often does a denoiser run that is asked both with and "
            "without the prompt?"
        ),
        right=2,
        answers=(
            Answer(
                text=N_("7 times"),
                why=N_("7 is how far the prediction is pushed, not how often something runs."),
            ),
            Answer(
                text=N_("210 times"),
                why=N_("Guidance multiplies a difference, not the number of passes by 7."),
            ),
            Answer(
                text=N_("60 times"),
                why=N_(
                    "Two passes a step, one with and one without the prompt. (Both may share a "
                    "batch; the work is the same.)"
                ),
            ),
        ),
    ),
    Question(
        topic="schedule",
        text=N_("The same seed and prompt, once in 4 steps and once in 50. What differs?"),
        right=0,
        answers=(
            Answer(
                text=N_("How closely the run follows the path from noise to clip"),
                why=N_("With few steps the direction is corrected rarely, so corners are cut."),
            ),
            Answer(
                text=N_("The noise it starts from"),
                why=N_("The seed fixes that, whatever the number of steps."),
            ),
            Answer(
                text=N_("The number of frames"),
                why=N_("Steps are looks at the whole clip; all frames are made together."),
            ),
        ),
    ),
    Question(
        topic="pipeline",
        text=N_("Why does the denoiser work on latents instead of pixels?"),
        right=1,
        answers=(
            Answer(
                text=N_("Because latents are random"),
                why=N_("Only the start is random. Latents of a clip are worked out by the VAE."),
            ),
            Answer(
                text=N_("Because they are far fewer numbers, so each step is less work"),
                why=N_("And the work of attention falls with the square of that."),
            ),
            Answer(
                text=N_("Because pixels cannot be noised"),
                why=N_("They can: the first diffusion models worked on pixels."),
            ),
        ),
    ),
    Question(
        topic="model",
        text=N_("The VAE cannot keep small letters. Which of these makes them readable?"),
        right=2,
        answers=(
            Answer(
                text=N_("More steps"),
                why=N_(
                    "Steps improve the latents, but the decoder still cannot draw them from those."
                ),
            ),
            Answer(
                text=N_("More guidance"),
                why=N_(
                    "Guidance follows the prompt more closely, in latents that lack the detail."
                ),
            ),
            Answer(
                text=N_("None of the settings: larger letters, or a model with another VAE"),
                why=N_("What latents cannot hold, no setting of the run brings back."),
            ),
        ),
    ),
)

"""The overview: diffusion beside a GAN."""

from bot.explainer.sources import DDPM, GAN
from bot.explainer.topic import Topic
from bot.i18n import N_

_SHORT = N_(
    "**A video out of noise.** The computer begins with pure noise, like the snow on an old "
    "television. A network that has seen very many clips looks at it and says what in there must "
    "be noise. A little of that is taken away, and it looks again. Here that happens {steps} "
    "times, and your words tell it each time what to look for. What is left is your clip. This is "
    "*diffusion*. The other famous way is a *GAN*: it draws everything in one go, and has learned "
    "that from a second network which tried to catch its fakes."
)
_FULL = N_(
    "**Diffusion** learns by spoiling: real clips are buried in noise, and a network learns to say "
    "what the noise was. To make a clip it starts from noise alone, which the seed fixes, and "
    "takes some of the predicted noise out, step by step, {steps} times as a rule on this server. "
    "The prompt is read at every step.\n\n"
    "**A GAN** learns by a contest: a *generator* turns a random vector z into a clip, a "
    "*discriminator* tries to tell made ones from real ones, and each learns from the other. To "
    "make a clip, the generator runs once.\n"
    "```\n"
    "              diffusion       GAN\n"
    "one clip      many passes     one pass\n"
    "randomness    noise at the    the vector z\n"
    "              start; some\n"
    "              samplers add\n"
    "              more later\n"
    "training      one plain       a contest that\n"
    "              loss, steady    can tip over\n"
    "variety       covers the      may repeat\n"
    "              data            itself\n"
    "steering      at each step    at the input\n"
    "```\n"
    "This bot uses diffusion: {title}. The menu below leads to each part of it."
)
_CLASS = N_(
    "**Two answers to one question:** how can a program draw *new* examples from a distribution "
    "p(x) of clips of which it only has samples?\n\n"
    "**GAN:** learn one function x = G(z) with z random, so that nobody can tell G(z) from real "
    "clips. One pass, no likelihood, and training looks for the balance of a game.\n"
    "**Diffusion:** define a way from clips to noise that needs no learning, and learn to walk it "
    "back. Many passes, but the loss is a plain squared error:\n"
    "```\n"
    "loss = E ‖ ε − ε_θ(xₜ, t, c) ‖²\n"
    "```\n"
    "xₜ is the noisy clip, ε the noise in it, t says how much, c is the prompt, and `ε_θ` the "
    "network.\n\n"
    "**Walk through:** 1 GANs · 2 forward diffusion · 3 reverse diffusion · 4 guidance · "
    "5 schedule and steps · 6 the pipeline · 7 this server's model · then the quiz.\n\n"
    "**Try:** `/video prompt:a red circle moving right seed:1`, then press *How it works* below "
    "the clip: its filmstrip shows that very clip on its way out of the noise.\n\n"
    "**Question:** a GAN draws a clip in one pass. Why can diffusion still be worth {steps} of "
    "them?\n"
    "||Each pass sees what the ones before have made and can mend it, its training has no "
    "opponent that can win, and it misses fewer kinds of clips.||"
)

TOPIC = Topic(
    name="overview",
    title=N_("How a sentence becomes a video"),
    summary=N_("Diffusion beside a GAN, on one page"),
    texts={"short": _SHORT, "full": _FULL, "class": _CLASS},
    alt_text=N_(
        "Two ways to make a picture. Above, diffusion: five pictures in a row, from pure noise to "
        "a red heart in a blue sky, with an arrow for a step between them; each step is one look "
        "of the network, and what is random is the noise at the start. Below, a GAN: a random "
        "vector z goes through a generator once and comes out as a picture. Diffusion takes many "
        "passes and can mend its mistakes, a GAN takes one. The pictures illustrate the idea and "
        "were drawn by the program, not by a model."
    ),
    words={
        "diffusion": N_("Diffusion: step by step"),
        "steps": N_("→ one look of the network at each step"),
        "seed": N_("random: the noise at the start (the seed)"),
        "second_look": N_("Every look can mend what the last one missed."),
        "gan": N_("GAN: at once"),
        "generator": N_("generator"),
        "one_pass": N_("one pass"),
        "only_z": N_("random: only z"),
    },
    sources=(GAN, DDPM),
)

"""The pipeline's parts."""

from bot.explainer.sources import LATENT, VIDEO
from bot.explainer.topic import Topic
from bot.i18n import N_

_SHORT = N_(
    "**Four helpers in a row.** The *text encoder* turns your words into numbers that say what "
    "they mean. The *denoiser* is the big network that looks at the noise. The *scheduler* is its "
    "timekeeper: it says how much noise to take out at each step. All that happens on a small, "
    "coarse version of the clip, called *latents*, because that is much less work. In the end the "
    "*VAE decoder* turns the latents into real pictures, and these are written into an MP4."
)
_FULL = N_(
    "```\n"
    "prompt → tokens → text encoder → vectors c\n"
    "seed → noise zₜ of the latents' size\n"
    "{steps} times: denoiser(zₜ, t, c) → scheduler\n"
    "z₀ → VAE decoder → frames → MP4\n"
    "```\n"
    "**Tokens** are pieces of words with a number each. The **text encoder** makes a vector of "
    "each, which depends on its neighbours: *bank* by a river is another one than *bank* with "
    "money.\n"
    "The **denoiser** (a UNet or a transformer) reads these vectors by attention at every step. "
    "For video it also attends along time, so that frames agree with each other.\n"
    "The **scheduler** holds the schedule, turns the prediction into the next latents and has "
    "nothing to learn.\n"
    "The **VAE** has an encoder, which made latents of the training clips, and a decoder, which "
    "draws the frames. Latents keep what matters and leave fine texture to the decoder.\n\n"
    "{latents_sentence}"
)
_CLASS = N_(
    "**Why latents?** Most of a picture's numbers say what nobody notices. Rombach et al. first "
    "train an autoencoder, E and D with D(E(x)) ≈ x, then the diffusion on z = E(x):\n"
    "```\n"
    "z₀ = E(x),  zₜ = √ᾱₜ z₀ + √(1−ᾱₜ) ε\n"
    "clip = D(ẑ₀)\n"
    "```\n"
    "{latents_sentence}\n\n"
    "**Why it pays twice:** in a transformer each token looks at each other one, so with n tokens "
    "attention costs n². A tenth of the tokens is a hundredth of that work, at every one of "
    "{steps} steps.\n\n"
    "**From pictures to video** (Blattmann et al.): take a denoiser for pictures, add layers that "
    "mix along time, train these on clips. Newer models learn space and time together, and their "
    "VAE shrinks time, too; its first frame often stands alone, which is why such models make "
    "4k + 1 frames, for instance.\n\n"
    "**How the prompt gets in:** cross-attention. Latents ask, words answer:\n"
    "```\n"
    "softmax(Q Kᵀ / √d) V\n"
    "Q from latents; K, V from the vectors c\n"
    "```\n"
    "(or words and latents sit in one row and all attend to all).\n\n"
    "**Try:** watch the status message of a `/video`: it names the part that is at work. *How it "
    "works* below the clip says how many seconds each took.\n\n"
    "**Question:** which of the four parts runs most often, and which decides what a hair looks "
    "like?\n"
    "||The denoiser: once a step, or twice with guidance. Fine texture comes from the VAE "
    "decoder, which runs at the end only.||"
)

TOPIC = Topic(
    name="pipeline",
    title=N_("The pipeline's parts"),
    summary=N_("Text encoder, denoiser, scheduler, VAE"),
    texts={"short": _SHORT, "full": _FULL, "class": _CLASS},
    alt_text=N_(
        "The way of a prompt through the parts: “a red heart” goes into the text encoder, whose "
        "vectors go into the denoiser. The noise from the seed goes into the denoiser, too. "
        "Denoiser and scheduler form a loop, which is run once for each step (here {steps}). The "
        "latents that come out go into the VAE decoder, and its frames into an MP4. {sizes_words}"
    ),
    words={
        "prompt": N_("“a red heart”"),
        "text_encoder": N_("text encoder"),
        "vectors": N_("vectors"),
        "noise": N_("noise"),
        "seed": N_("from the seed"),
        "denoiser": N_("denoiser"),
        "scheduler": N_("scheduler"),
        "loop": "{steps_words}",
        "latents": N_("latents"),
        "latents_size": "{latents_size}",
        "decoder": N_("VAE decoder"),
        "clip": N_("MP4"),
        "clip_size": "{clip_size}",
    },
    sources=(LATENT, VIDEO),
)

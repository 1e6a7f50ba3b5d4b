"""The lesson: how diffusion makes a video, how a GAN would, and what this clip went through."""

"""What the codings themselves say about the codebook: proposals to refine it, and how far a study is from saturation.

Pure over arrays: embedding vectors come in, frozen values go out. Nothing here decides; a proposal carries the
quotations that speak for it, and a code without enough of them gets none, with the reason.
"""

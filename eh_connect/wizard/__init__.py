"""The wizard: leads a person through portal and dashboard, step by step, and gathers the inputs of ``setup``.

What is answered is kept at once (state; the pair in the keyring as ``next``): leaving at any point loses
nothing, and the next run takes it as given.
"""

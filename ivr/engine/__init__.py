"""The heart of Segue: pure, no I/O, no clock, no randomness.

A *flow* (loaded menu file) and a *journey* (one customer's one matter) meet an *event*; `step` answers
with the changed journey and the *actions* to carry out: says and sends, then exactly one wait or a hang-up.
"""

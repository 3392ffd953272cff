"""Speech of any language for which a Vosk model is configured.

model.py     a directory with a model: whether it is one, and what it can do
grammar.py   what may be said at a question, in words that the model knows
coverage.py  how much of the sound the words account for that were heard
engine.py    `Vosk`, the engine that all this makes (`recognition.engine.Engine`); the only importer of vosk
"""

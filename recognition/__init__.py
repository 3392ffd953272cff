"""Who is calling and what they said.

caller.py        pure: number, attestation and history give the customer, the trust tier and resume, offer or fresh
keys.py          pure: keys pressed, type-ahead and time give an answer, or silence
speak.py         words to sound files, cached; over voice.py, which keeps a worker process alive that speaks
compose.py       what is spoken of a say, and one clip of its pieces
voice_worker.py  that process; the only importer of pyttsx3
vosk/            the engine of languages that have a Vosk model; moonshine/ is that of English
meaning/         what was said, to the option that it means
models.py        which engine listens to a language, and what is wrong with its model
audio.py         sound as numbers: wav files, resampling, levels, joining
"""

import os

# onnxruntime 1.31 writes a device id into the home directory and reports its use, path of the program included, to its
# makers. It looks here when its library is loaded, which only modules of this package do. Set it to 0 to allow that.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

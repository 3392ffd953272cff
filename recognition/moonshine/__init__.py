"""English speech with nothing to download: the Moonshine network, held to what a question may be answered with.

model.py      the network: sound to probabilities of the next word piece, for several beginnings at once
tokens.py     the word pieces
automaton.py  grammars over letters, and which pieces they allow next
phrases.py    patterns of what is said around answers; slots.py of digits, amounts, dates; numerals.py of numbers
grammar.py    the grammar of a question
decoder.py    the search: a beam inside the grammar, a free one beside it
readings.py   transcripts to values
spotter.py    a second witness for digits: which number words are where in the sound
ctc.py        which words these are likeliest to be
replies.py    a second witness for yes and no
answers.py    transcripts to alternatives, with how sure we are
engine.py     `Moonshine`, the engine that all this makes (`recognition.engine.Engine`)
"""

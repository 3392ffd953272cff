"""What the engine says by itself, and how values are said, written and read, by language.

words.py     the sentences and small words of one language, all of which it must have
english.py   … german.py, spanish.py, french.py, korean.py: the five languages that have them
cldr.py      dates, times and amounts as they are written in a region (the only module that knows Babel)
numbers.py   number words (the only module that knows num2words)
"""

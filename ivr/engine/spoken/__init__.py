"""What customers say aloud, to values: the forms that nobody types, beside all those of `ivr.engine.parsing`.

readings.py  what was said -> what it may mean for a slot, likeliest first
figures.py   number words -> figures: `four thousand two hundred seventeen` -> `4217`
digits.py    digits in a row: `double four oh`, `forty-two seventeen`
amounts.py   numbers and money: `nine ninety nine`
days.py      dates: `the third of december twenty twenty six`, `next Tuesday`
clock.py     times: `half past two`
letters.py   letters and digits: `B as in Bravo one two`
agreement.py yes and no: `yeah sure`
lexicon.py   which words values are made of

All of it is made of `Words.spoken`, so that a language is complete or is none.
"""

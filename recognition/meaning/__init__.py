"""What was said, to the option that it means.

question.py     `understand`: exact words, n-best, likeness and meaning, weighed against one another
saying.py       the same for an event whose words came from elsewhere
likeness.py     how like two wordings are by letters and by sound
fillers.py      the small words of five languages
sentences.py    how near two English sentences are in meaning, where the extra `meaning` is installed
wordpiece.py    the tokens that it reads
safetensors.py  the weights that it has
"""

from recognition.meaning.question import CHOICES, prepare, understand
from recognition.meaning.saying import saying

__all__ = ["CHOICES", "prepare", "saying", "understand"]

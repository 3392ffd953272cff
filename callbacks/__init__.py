"""What we owe the customer: effects that were promised in a turn and are carried out after its commit.

outbox.py   takes what is due, hands it to a sender, tries again, gives up
senders.py  where messages go; the demo's sender keeps them for a page to show
"""

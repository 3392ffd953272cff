"""One journey across channels: the shared context store.

A *change* is a journey's next revision with its *history* row, its *outbox* rows and its *links*, saved in one
transaction by compare-and-swap on the revision (`store`). *Identity* knows whose number that is. *Live* events tell
the agents' pages what happened, in order, and again after a reconnect.
"""

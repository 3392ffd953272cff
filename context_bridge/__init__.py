"""One journey across channels: the shared context store.

A *change* is a journey's next revision with its *history* row, its *outbox* rows and its *links*, saved in one
transaction by compare-and-swap on the revision (`store`). `records` is what is kept, as plain data; `contract` is what
the store and the bus of live events promise, on either database. *Identity* knows whose number that is. *Live* events
tell the agents' pages what happened, in order, and again after a reconnect.
"""

"""Everything that knows Asterisk.

calls.py   one coroutine per call: actions become AsyncAGI commands, keys and hang-ups become events
ami.py     the only importer of panoramisk: actions with time limits, events, reconnect
causes.py  hang-up causes to reasons, in one table
queue.py   hand-off to a person: Redirect into app_queue
lay.py     a real Asterisk out of Debian packages, in a folder, without root
conf/      what a site's Asterisk needs, minimal, loopback only
"""

"""Everything that knows Asterisk.

calls.py     all calls of an Asterisk: connect, adopt those that are there, serve those that come
call.py      one coroutine per call: actions become commands to its leg, signals of the leg become events
leg.py       the verbs of one call leg under AsyncAGI        signals.py  what happens to it, out of AMI events
reads.py     whose keys are whose, while prompts follow one another without a gap
mark.py      what a leg remembers for us                     adoption.py taking it over after a restart
causes.py    hang-up causes to reasons, in one table         queue.py    hand-off to a person, by app_queue
ami.py       the only importer of panoramisk: actions with time limits, events, reconnect
lay.py       a real Asterisk out of Debian packages, in a folder, without root
instance.py  starts it with the configuration of conf/, which is what a site's Asterisk needs: minimal, loopback only
kept.py      its ports and passwords, the same at each start    orphan.py  finding it again when its server was killed
"""

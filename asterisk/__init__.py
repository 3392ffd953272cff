"""Everything that knows Asterisk.

calls.py     all calls of an Asterisk: connect, adopt those that are there, serve those that come
lease.py     that no other server answers them at the same time
call.py      one coroutine per call: its turns with the driver, from the arrival or the adoption to the hang-up
talk.py      prompts out, keys and words in, on a leg in our hands      handoff.py  until it is back from the dialplan
leg.py       the verbs of one call leg under AsyncAGI        signals.py  what happens to it, out of AMI events
reads.py     whose keys are whose, while prompts follow one another without a gap
mark.py      what a leg remembers for us                     adoption.py taking it over after a restart
tap.py       hearing the caller, by a channel that spies on theirs    media.py  the door where that sound comes in
trial.py     whether it would come, tried without a caller
causes.py    hang-up causes to reasons, in one table         queue.py    hand-off to a person, by app_queue
transfer.py  being put through to somebody outside, by Dial
ami.py       the only importer of panoramisk: actions with time limits, events, reconnect
lay.py       a real Asterisk out of Debian packages, in a folder, without root
instance.py  starts it with the configuration of conf/, which is what a site's Asterisk needs: minimal, loopback only
kept.py      its ports and passwords, the same at each start    orphan.py  finding it again when its server was killed
"""

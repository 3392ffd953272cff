"""Segue: a conversation with a customer that survives dropped calls, crashes and changes of channel.

engine/    the heart: pure, `step(flow, journey, event) -> (journey, actions)`
menus/     the flows that ops staff write, and their conversation tests
channels/  one file a channel: what came in becomes an event, actions become sound or text
web/       the pages: demo, agent, chat
driver.py  loads the journey, steps, saves, carries out, answers
server.py  wires everything together; the only file that knows all the others
"""

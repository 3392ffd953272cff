"""Publishing: which version of a menu is in force, since when, by whom, and what it changed.

changes.py    two versions -> sentences for people, in the words of `phrases` and `telling`; `renames` finds new names
policy.py     whether a version may be published: nobody may stand on a step that it takes away. Pure
publisher.py  publish, roll back, compare: the rules on top of the store
folder.py     what the menus' folder brings, when a server starts

The store says what is in force (`published`), and `ivr.flows` serves it. A journey keeps the version that it has
until its customer comes in anew.
"""

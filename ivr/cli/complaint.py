"""What stops a command."""


class Complaint(Exception):
    """The command cannot be carried out. The message says why and what to do; it is shown as it stands."""

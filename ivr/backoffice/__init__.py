"""Back offices: HTTP services that a menu may ask, as declared in `services.yaml` (docs/services.md).

office.py   asks a service, in time and again where that helps; whatever goes wrong becomes `BackOfficeError`
attempt.py  which asking an attempt belongs to, and whether it is the first
request.py  pure: a service and its arguments -> a request; no argument can change where it leads
client.py   the HTTP client, which goes only where `allow` lets it. Owns aiohttp's client
answer.py   pure: what came back -> the values that the menu knows
secret.py   the values of `{secret:NAME}`, from the environment or from files
survey.py   what `segue doctor` wants to know: do the hosts resolve, may we go there
failure.py  what can go wrong, and whether asking again may help
"""

from ivr.backoffice.attempt import FIRST, Attempt
from ivr.backoffice.failure import BackOfficeError
from ivr.backoffice.office import BackOffice, HttpBackOffice, Values
from ivr.backoffice.secret import Secrets

__all__ = ["FIRST", "Attempt", "BackOffice", "BackOfficeError", "HttpBackOffice", "Secrets", "Values"]

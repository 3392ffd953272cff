"""`python -m ivr.cli` is `segue`."""

import sys

from ivr.cli import main

sys.exit(main())

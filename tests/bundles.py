"""Name a form in the pages' scripts that the server can't put into a page's bundle.

`python -m tests.bundles` makes the bundles of all pages and of their parts.
"""

import sys

from comanda.files import static_folder
from comanda.web.plumbing.assets import Assets


def main() -> int:
    try:
        bundles = Assets(static_folder()).bundles
        for name in bundles:
            bundles.bundle(name)
    except ValueError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

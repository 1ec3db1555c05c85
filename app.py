"""Process start: read the settings, build the bot, serve. ``python app.py --help`` lists the options."""

import sys

from bot.cli import main

if __name__ == "__main__":
    sys.exit(main())

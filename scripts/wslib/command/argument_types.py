# SPDX-License-Identifier: Apache-2.0
"""What argparse makes of the arguments of several verbs."""

import argparse
from collections.abc import Callable

from ..sizes import parse_size
from ..values import parse_name


def argument_type(parse: Callable) -> Callable:
    """argparse shows the message of this one exception alone."""
    def parsed(text: str) -> object:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
    return parsed


memory_size = argument_type(parse_size)
file_name = argument_type(parse_name)


class FileName(argparse.Action):
    """Of a file or folder. (Were it a type, argparse would try it on the default too.)"""

    def __call__(self, parser, namespace, value, option=None):
        try:
            setattr(namespace, self.dest, parse_name(value))
        except ValueError as error:
            raise argparse.ArgumentError(self, str(error)) from None

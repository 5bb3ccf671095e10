"""What libraries and the operating system say. They say it in English; what is not known here is said in general elsewhere."""

from __future__ import annotations

import errno
import re
from typing import Final

from wording.json_text import JsonRefusedError
from wording.regular_files import NOT_REGULAR
from wording.text import Bilingual, LazyText, _, layout

_OS: Final = {
    errno.EACCES: _("Permission denied"),
    errno.EADDRINUSE: _("Address already in use"),
    errno.EADDRNOTAVAIL: _("Cannot assign requested address"),
    errno.EBUSY: _("Device or resource busy"),
    errno.ECONNABORTED: _("Software caused connection abort"),
    errno.ECONNREFUSED: _("Connection refused"),
    errno.ECONNRESET: _("Connection reset by peer"),
    errno.EDQUOT: _("Disk quota exceeded"),
    errno.EEXIST: _("File exists"),
    errno.EFBIG: _("File too large"),
    errno.EHOSTUNREACH: _("No route to host"),
    errno.EINVAL: _("Invalid argument"),
    errno.EIO: _("Input/output error"),
    errno.EISDIR: _("Is a directory"),
    errno.ELOOP: _("Too many levels of symbolic links"),
    errno.EMFILE: _("Too many open files"),
    errno.ENAMETOOLONG: _("File name too long"),
    errno.ENETUNREACH: _("Network is unreachable"),
    errno.ENFILE: _("Too many open files in system"),
    errno.ENODEV: _("No such device"),
    errno.ENOENT: _("No such file or directory"),
    errno.ENOEXEC: _("Exec format error"),
    errno.ENOMEM: _("Cannot allocate memory"),
    errno.ENOSPC: _("No space left on device"),
    errno.ENOTCONN: _("Transport endpoint is not connected"),
    errno.ENOTDIR: _("Not a directory"),
    errno.ENOTEMPTY: _("Directory not empty"),
    errno.ENXIO: _("No such device or address"),
    errno.EPERM: _("Operation not permitted"),
    errno.EPIPE: _("Broken pipe"),
    errno.EROFS: _("Read-only file system"),
    errno.ETIMEDOUT: _("Connection timed out"),
    errno.ETXTBSY: _("Text file busy"),
    -2: _("Name or service not known"),
    -3: _("Temporary failure in name resolution"),
    -5: _("No address associated with hostname"),
    NOT_REGULAR: _("Not a regular file"),
}
"""By the number of the error; those of the resolver have numbers of their own."""
_OS_UNKNOWN: Final = _("an error of the operating system")
_JSON: Final = (
    # how the decoder begins what it says
    _("Expecting property name"),
    _("Expecting ':'"),
    _("Expecting ','"),
    _("Expecting value"),
    _("Extra data"),
    _("Unterminated string"),
    _("Invalid control character"),
    _("Invalid \\"),
    _("Illegal trailing comma"),
)
_JSON_CODES: Final = {
    "invalid_utf8": _("not UTF-8"),
    "malformed_json": _("not JSON"),
    "duplicate_key": _("a key is there twice"),
    "not_a_number": _("no number of JSON"),
    "number_too_long": _("a number is too long"),
    "too_deep": _("nested too deeply"),
}
_YAML: Final = (
    # The Python reader and libyaml say the same with slightly different words.
    (r"mapping values are not allowed", _("mapping values are not allowed here")),
    (r"mapping keys are not allowed", _("mapping keys are not allowed here")),
    (r"(block )?sequence entries are not allowed", _("sequence entries are not allowed here")),
    (r"could not find expected ':'|did not find expected ':'", _("a colon is missing")),
    (r"did not find expected key|expected <block end>", _("the indentation does not fit, or a key is missing")),
    (r"did not find expected '-'", _("a dash is missing")),
    (r"(did not find )?expected ',' or '\]'", _("a comma or a closing square bracket is missing")),
    (r"(did not find )?expected ',' or '\}'", _("a comma or a closing brace is missing")),
    (r"(did not find )?expected.*node content", _("a value is missing")),
    (r"(did not find )?expected '?<document start>", _("there is something before the document begins")),
    (r"expected a single document|but found another document", _("only one document is allowed")),
    (r"found unexpected end of stream", _("the file ends too early; a bracket may not be closed")),
    (r"found unexpected document (separator|indicator)", _("a mark between documents stands in a quoted text")),
    (r"found (a tab )?character.*(cannot|can not) start any token", _("a character cannot begin a value")),
    (r"found a tab character", _("a tab stands in the indentation")),
    (r"(found )?unknown escape character|did not find expected hexdecimal", _("an escape is not valid")),
    (r"found undefined alias", _("an alias has no anchor")),
    (r"found duplicate anchor", _("an anchor is there twice")),
    (r"found duplicate key", _("a key is there twice")),
    (r"special characters are not allowed|control characters are not allowed", _("control characters are not allowed")),
    (r"(found )?(undefined )?tag handle|non-specific tag", _("a tag is not valid")),
    (r"found incompatible YAML|unsupported|YAML directive", _("a YAML directive is not valid")),
    (
        r"did not find expected (comment or )?(line break|whitespace)|expected a comment or a line break",
        _("there is too much at the end of the line"),
    ),
    (r"indentation", _("the indentation is not valid")),
)
_UNKNOWN: Final = _("wrong syntax")
_ENGLISH_ONLY: Final = _("details in English, with GREENLANE_LANGUAGE=en")


def os_said(error: OSError) -> LazyText:
    """What the operating system refuses."""
    return Bilingual(error.strerror or type(error).__name__, _OS.get(error.errno or 0, _OS_UNKNOWN))


def library_said(text: str) -> LazyText:
    """What a server or a library says: a name of its own is one in every language, a sentence is English only."""
    if isinstance(text, LazyText):
        return text
    return layout("{text}", text=text) if " " not in text.strip() else Bilingual(text, _ENGLISH_ONLY)


def json_said(message: str) -> LazyText:
    """What the decoder of JSON finds."""
    return Bilingual(message, next((known for known in _JSON if message.startswith(known)), _UNKNOWN))


def json_refusal_said(error: JsonRefusedError) -> LazyText:
    """What the reader of JSON in this room refuses, and where."""
    what = _JSON_CODES.get(error.code, _UNKNOWN)
    if error.line is None:
        return Bilingual(error.reason, what)
    where = _("{what}, line {line}, column {column}", what=what, line=error.line, column=error.column)
    return Bilingual(error.reason, where)


def yaml_said(message: str, problem: str = "") -> LazyText:
    """What the reader of YAML finds; `problem`: the part of its message that says what is wrong."""
    known_texts = (known for pattern, known in _YAML if re.search(pattern, problem or message))
    return Bilingual(message, next(known_texts, _UNKNOWN))

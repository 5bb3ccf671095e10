"""What libraries and the operating system say, in Vietnamese. What is not known here is said in general: never in English."""

from __future__ import annotations

import errno
import re
from typing import Final

from wording.text import Bilingual, LazyText

_OS: Final[dict[int, str]] = {
    errno.EACCES: "không có quyền",
    errno.EADDRINUSE: "địa chỉ đang được dùng",
    errno.EADDRNOTAVAIL: "máy này không có địa chỉ đó",
    errno.EBUSY: "đang được dùng",
    errno.ECONNABORTED: "kết nối bị ngắt",
    errno.ECONNREFUSED: "kết nối bị từ chối",
    errno.ECONNRESET: "kết nối bị ngắt từ phía kia",
    errno.EDQUOT: "hết hạn mức dung lượng",
    errno.EEXIST: "đã tồn tại",
    errno.EFBIG: "tệp quá lớn",
    errno.EHOSTUNREACH: "không tới được máy đó",
    errno.EINVAL: "tham số không hợp lệ",
    errno.EIO: "lỗi đọc ghi của thiết bị",
    errno.EISDIR: "là một thư mục",
    errno.ELOOP: "liên kết vòng tròn",
    errno.EMFILE: "mở quá nhiều tệp",
    errno.ENAMETOOLONG: "tên quá dài",
    errno.ENETUNREACH: "không tới được mạng đó",
    errno.ENFILE: "hệ thống mở quá nhiều tệp",
    errno.ENODEV: "không có thiết bị đó",
    errno.ENOENT: "không có tệp hoặc thư mục này",
    errno.ENOEXEC: "không chạy được tệp này",
    errno.ENOMEM: "hết bộ nhớ",
    errno.ENOSPC: "hết chỗ trên đĩa",
    errno.ENOTCONN: "chưa kết nối",
    errno.ENOTDIR: "không phải thư mục",
    errno.ENOTEMPTY: "thư mục không trống",
    errno.ENXIO: "không có thiết bị hoặc địa chỉ đó",
    errno.EPERM: "không được phép",
    errno.EPIPE: "đầu kia đã đóng",
    errno.EROFS: "hệ thống tệp chỉ cho đọc",
    errno.ETIMEDOUT: "hết thời gian chờ",
    errno.ETXTBSY: "tệp đang chạy",
}
_RESOLVING: Final[dict[int, str]] = {
    -2: "không có máy tên đó",
    -3: "hiện không tra được tên máy",
    -5: "không có địa chỉ cho tên máy đó",
}
"""Of the resolver, whose errors have numbers of their own."""
_OS_UNKNOWN: Final = "lỗi của hệ điều hành"

_JSON: Final[tuple[tuple[str, str], ...]] = (
    ("Expecting property name", "thiếu tên trường trong dấu ngoặc kép"),
    ("Expecting ':'", "thiếu dấu hai chấm"),
    ("Expecting ','", "thiếu dấu phẩy"),
    ("Expecting value", "thiếu giá trị"),
    ("Extra data", "thừa nội dung phía sau"),
    ("Unterminated string", "văn bản không có dấu ngoặc kép đóng"),
    ("Invalid control character", "có ký tự điều khiển trong văn bản"),
    ("Invalid \\", "ký hiệu thoát không hợp lệ"),
    ("Illegal trailing comma", "thừa dấu phẩy"),
)
_JSON_CODES: Final[dict[str, str]] = {
    "invalid_utf8": "không phải UTF-8",
    "malformed_json": "không phải JSON",
    "duplicate_key": "một khóa được ghi hai lần",
    "not_a_number": "không phải số trong JSON",
    "number_too_long": "số quá dài",
    "too_deep": "lồng nhau quá sâu",
}
_JSON_UNKNOWN: Final = "sai cú pháp"

_YAML: Final[tuple[tuple[str, str], ...]] = (
    # The Python reader and libyaml say the same with slightly different words.
    (r"mapping values are not allowed", "dấu hai chấm đứng ở chỗ không được phép"),
    (r"mapping keys are not allowed", "khóa đứng ở chỗ không được phép"),
    (r"(block )?sequence entries are not allowed", "dấu gạch đầu dòng đứng ở chỗ không được phép"),
    (r"could not find expected ':'|did not find expected ':'", "thiếu dấu hai chấm"),
    (r"did not find expected key|expected <block end>", "thụt dòng không khớp, hoặc thiếu khóa"),
    (r"did not find expected '-'", "thiếu dấu gạch đầu dòng"),
    (r"(did not find )?expected ',' or '\]'", "thiếu dấu phẩy hoặc dấu ngoặc vuông đóng"),
    (r"(did not find )?expected ',' or '\}'", "thiếu dấu phẩy hoặc dấu ngoặc nhọn đóng"),
    (r"(did not find )?expected.*node content", "thiếu giá trị"),
    (r"(did not find )?expected '?<document start>", "thừa nội dung trước khi tài liệu bắt đầu"),
    (r"expected a single document|but found another document", "chỉ được có một tài liệu"),
    (r"found unexpected end of stream", "tệp kết thúc giữa chừng, có thể thiếu dấu ngoặc đóng"),
    (r"found unexpected document (separator|indicator)", "dấu ngăn tài liệu nằm trong văn bản có ngoặc"),
    (r"found (a tab )?character.*(cannot|can not) start any token", "có ký tự không thể đứng đầu một giá trị"),
    (r"found a tab character", "có ký tự tab trong phần thụt dòng"),
    (r"(found )?unknown escape character|did not find expected hexdecimal", "ký hiệu thoát không hợp lệ"),
    (r"found undefined alias", "bí danh không có định nghĩa"),
    (r"found duplicate anchor", "tên neo xuất hiện hai lần"),
    (r"found duplicate key", "một khóa được ghi hai lần"),
    (r"special characters are not allowed|control characters are not allowed", "ký tự điều khiển không được phép"),
    (r"(found )?(undefined )?tag handle|non-specific tag", "thẻ không hợp lệ"),
    (r"found incompatible YAML|unsupported|YAML directive", "chỉ thị YAML không hợp lệ"),
    (
        r"did not find expected (comment or )?(line break|whitespace)|expected a comment or a line break",
        "thừa nội dung cuối dòng",
    ),
    (r"indentation", "thụt dòng không hợp lệ"),
)
_YAML_UNKNOWN: Final = "sai cú pháp"


def os_meaning(number: int | None) -> str:
    """What the operating system means by the number of an error."""
    found = _OS.get(number or 0) or _RESOLVING.get(number or 0)
    return found or _OS_UNKNOWN


def json_vi(message: str) -> str:
    """What the decoder of JSON finds."""
    return next((vi for begin, vi in _JSON if message.startswith(begin)), _JSON_UNKNOWN)


def json_code_vi(code: str) -> str:
    """What the reader of JSON in this room refuses, by its code."""
    return _JSON_CODES.get(code, _JSON_UNKNOWN)


def yaml_vi(message: str) -> str:
    """What the reader of YAML finds."""
    return next((vi for pattern, vi in _YAML if re.search(pattern, message)), _YAML_UNKNOWN)


def os_said(error: OSError) -> LazyText:
    """What the operating system refuses; it says it in one language only."""
    return Bilingual(error.strerror or type(error).__name__, os_meaning(error.errno))


def library_said(text: str) -> LazyText:
    """What a server or a library says: a name of its own is one in every language, a sentence is English only."""
    if isinstance(text, LazyText):
        return text
    return Bilingual(text, text if " " not in text.strip() else _ENGLISH_ONLY)


_ENGLISH_ONLY: Final = "chi tiết bằng tiếng Anh, với GREENLANE_LANGUAGE=en"

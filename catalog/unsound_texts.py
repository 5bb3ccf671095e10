"""How a definition may contradict itself, in both languages."""

from __future__ import annotations

from typing import Final

from wording.text import Said

ANSWER_LIMIT: Final = Said(
    "an answer needs its limit, and no other duty has one here",
    "nghĩa vụ trả lời phải có thời hạn, các nghĩa vụ khác thì không",
)
TRANSFER_CUT_OFF: Final = Said(
    "a transfer needs its cut-off, and no other duty has one",
    "nghĩa vụ chuyển hồ sơ phải có giờ chốt, các nghĩa vụ khác thì không",
)
ROUTE_LIMIT: Final = Said(
    "a procedure with a defined route needs its statutory limit",
    "thủ tục có quy trình định sẵn phải có thời hạn theo luật",
)
ROUTE_STEPS: Final = Said(
    "a procedure with a defined route needs steps", "thủ tục có quy trình định sẵn phải có các bước"
)
ONE_COMPARISON: Final = Said(
    "exactly one of in_list, equals and at_least is needed", "phải có đúng một trong in_list, equals và at_least"
)
ONE_PROMISE: Final = Said("exactly one of budget and reduction is needed", "phải có đúng một trong budget và reduction")
ONE_NEED: Final = Said("exactly one of name and result is needed", "phải có đúng một trong name và result")
FLOOR: Final = Said("a floor belongs to a reduction", "floors chỉ đi với reduction")
AMONG_ENTRIES: Final = Said("stands among the entries too", "cũng có trong entries")
OWN_FACT: Final = Said(
    "comes from the procedure itself, never from an application", "lấy từ thủ tục, không bao giờ từ hồ sơ"
)
NO_APPLICATION: Final = Said(
    "no application: name at least one, or a template", "không có hồ sơ nào: nêu ít nhất một hồ sơ, hoặc một mẫu"
)


def no_promise(lane: str) -> Said:
    """A rule gives a lane that promises nothing."""
    return Said(f"no promise is stated for lane {lane}", f"không có cam kết nào cho luồng {lane}")


def unknown_list(name: str) -> Said:
    """A condition names a list that is not there."""
    return Said(f"unknown list {name!r}", f"không có danh mục {name!r}")


def unknown_fact(name: str) -> Said:
    """A condition asks for a fact that the table does not name."""
    return Said(f"{name!r} is not among the facts", f"{name!r} không có trong facts")


def unknown_application(name: str) -> Said:
    """Something names an application that is not there."""
    return Said(f"unknown application {name!r}", f"không có hồ sơ thành phần {name!r}")


def shared_code(code: str) -> Said:
    """Two departments with one code."""
    return Said(f"{code} is another department's code", f"{code} là mã của một cơ quan khác")

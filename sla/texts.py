"""What the room of time says when it refuses, in both languages."""

from __future__ import annotations

from typing import Final

from wording.text import Said, Texts

ANSWER: Final = Said("The answer", "Kết quả")
NEXT_OPENING: Final = Said("The next working instant", "Thời điểm làm việc kế tiếp")
_COVER: Final = ("Use a calendar version that covers it.", "Dùng phiên bản lịch có hiệu lực cho thời điểm đó.")
_OFFSET: Final = (
    "Write the instant with its offset, as in 2026-03-02T09:00:00+07:00.",
    "Ghi thời điểm kèm độ lệch múi giờ, ví dụ 2026-03-02T09:00:00+07:00.",
)

TEXTS: Final[Texts] = {
    # key: message en, remedy en, message vi, remedy vi
    "outside": (
        "{what} is outside calendar {calendar} {version}, {first} to {last}.",
        _COVER[0],
        "{what} nằm ngoài lịch {calendar} {version}, từ {first} đến {last}.",
        _COVER[1],
    ),
    "amount_outside": (
        "{what} is outside calendar {calendar} {version}, {first} to {last}.",
        "Use a calendar version that covers it, or a smaller amount.",
        "{what} nằm ngoài lịch {calendar} {version}, từ {first} đến {last}.",
        "Dùng phiên bản lịch có hiệu lực cho thời điểm đó, hoặc một số lượng nhỏ hơn.",
    ),
    "outside_all": (
        "{given} is outside every calendar.",
        _COVER[0],
        "{given} nằm ngoài mọi lịch.",
        _COVER[1],
    ),
    "no_offset": (
        "{given} has no offset from UTC.",
        _OFFSET[0],
        "{given} không có độ lệch so với UTC.",
        _OFFSET[1],
    ),
    "not_an_instant": (
        "{given} is no instant of RFC 3339.",
        _OFFSET[0],
        "{given} không phải thời điểm theo RFC 3339.",
        _OFFSET[1],
    ),
    "impossible_instant": (
        "{given} is no instant ({why}).",
        _OFFSET[0],
        "{given} không phải thời điểm có thật ({why}).",
        _OFFSET[1],
    ),
    "not_a_pause": (
        "{given} is no pause.",
        "Write FROM/TO, two instants of RFC 3339.",
        "{given} không phải khoảng tạm dừng.",
        "Ghi FROM/TO, hai thời điểm theo RFC 3339.",
    ),
    "not_a_window": (
        "{given} is not a window.",
        "Write opening and closing as 07:00-11:30.",
        "{given} không phải khung giờ.",
        "Ghi giờ mở và giờ đóng như 07:00-11:30.",
    ),
    "not_whole_minutes": (
        "{given} is not a local time in whole minutes.",
        "Write HH:MM.",
        "{given} không phải giờ địa phương tròn phút.",
        "Ghi theo dạng HH:MM.",
    ),
    "window_reversed": (
        "The window closes at {closes}, not after it opens at {opens}.",
        "Split a window that runs past midnight between the two days.",
        "Khung giờ đóng lúc {closes}, không sau giờ mở {opens}.",
        "Tách khung giờ qua nửa đêm thành hai ngày.",
    ),
    "no_window": (
        "No weekday has a window.",
        "Give at least one weekday hours.",
        "Không ngày nào trong tuần có khung giờ.",
        "Ghi giờ làm việc cho ít nhất một ngày trong tuần.",
    ),
    "off_and_working": (
        "{day} is both a day off and a working day.",
        "Keep one of the two.",
        "{day} vừa là ngày nghỉ vừa là ngày làm việc.",
        "Chỉ giữ một trong hai.",
    ),
    "takes_no_hours": (
        "{day} takes the hours of {takes}, which has none.",
        "Name a weekday with windows.",
        "{day} lấy giờ của {takes}, ngày này không có khung giờ.",
        "Nêu một ngày trong tuần có khung giờ.",
    ),
    "unknown_flag": (
        "Calendar {calendar} has no flag {flag}.",
        "Name one of the calendar's flags.",
        "Lịch {calendar} không có cờ {flag}.",
        "Nêu một trong các cờ của lịch.",
    ),
    "unknown_zone": (
        "{zone} is not a time zone.",
        "Name one of the IANA database, such as Asia/Ho_Chi_Minh.",
        "{zone} không phải múi giờ.",
        "Nêu một múi giờ trong cơ sở dữ liệu IANA, ví dụ Asia/Ho_Chi_Minh.",
    ),
    "validity_reversed": (
        "It ends on {last}, before it begins on {first}.",
        "Put the days in order.",
        "Lịch kết thúc ngày {last}, trước ngày bắt đầu {first}.",
        "Sắp xếp lại thứ tự hai ngày.",
    ),
    "validity_implausible": (
        "{first} to {last} is no plausible validity.",
        "Cover at most {most} years.",
        "Hiệu lực từ {first} đến {last} không hợp lý.",
        "Bao gồm tối đa {most} năm.",
    ),
    "too_many_windows": (
        "There are {count} windows in a day.",
        "Give at most {most}.",
        "Một ngày có {count} khung giờ.",
        "Ghi tối đa {most} khung giờ.",
    ),
    "windows_unsorted": (
        "The window at {later} stands after the one at {earlier}.",
        "Write the windows in the order of the day.",
        "Khung giờ {later} đứng sau khung giờ {earlier}.",
        "Ghi các khung giờ theo thứ tự trong ngày.",
    ),
    "windows_overlap": (
        "The window at {later} opens before {closes}, when the earlier one closes.",
        "Join the windows or move one.",
        "Khung giờ {later} mở trước {closes}, khi khung trước chưa đóng.",
        "Gộp các khung giờ hoặc dời một khung.",
    ),
    "day_twice": (
        "{day} is written twice.",
        "Write each day once.",
        "{day} được ghi hai lần.",
        "Ghi mỗi ngày một lần.",
    ),
    "day_outside": (
        "{day} lies outside {first} to {last}.",
        "Correct the day or the validity.",
        "{day} nằm ngoài khoảng từ {first} đến {last}.",
        "Sửa ngày hoặc thời hạn hiệu lực.",
    ),
    "unit_without_day": (
        "A limit in {unit} is not counted in days.",
        "Ask for its operational end.",
        "Thời hạn theo {unit} không tính bằng ngày.",
        "Hỏi thời điểm hẹn trả của thời hạn.",
    ),
    "amount_not_positive": (
        "{given} is no amount of time.",
        "Give a whole number from 1 on.",
        "{given} không phải thời lượng.",
        "Nhập số nguyên từ 1 trở lên.",
    ),
    "suspension_reversed": (
        "The suspension ends at {until}, before it begins at {begins}.",
        "Give an end at or after the beginning.",
        "Khoảng tạm dừng kết thúc lúc {until}, trước khi bắt đầu lúc {begins}.",
        "Nhập thời điểm kết thúc bằng hoặc sau thời điểm bắt đầu.",
    ),
    "suspension_empty": (
        "The suspension ends at {until}, not after it begins at {begins}.",
        "Give an end after the beginning.",
        "Khoảng tạm dừng kết thúc lúc {until}, không sau thời điểm bắt đầu {begins}.",
        "Nhập thời điểm kết thúc sau thời điểm bắt đầu.",
    ),
    "suspension_future": (
        "The suspension lasts until {until}, which has not come.",
        "Ask with what has happened, or for an application that lies in the future.",
        "Khoảng tạm dừng kéo dài đến {until}, thời điểm chưa tới.",
        "Chỉ nêu việc đã xảy ra, hoặc hỏi cho hồ sơ nộp trong tương lai.",
    ),
    "not_suspended": (
        "No suspension is open.",
        "Suspend the clock first.",
        "Không có khoảng tạm dừng nào đang mở.",
        "Tạm dừng đồng hồ trước.",
    ),
    "share_outside": (
        "{percent} percent is no share of a clock.",
        "Give 1 to 100.",
        "{percent} phần trăm không phải tỷ lệ của đồng hồ.",
        "Nhập từ 1 đến 100.",
    ),
    "delay_before_end": (
        "A delay of {amount} lies before the end.",
        "Use percent for a rung before the end.",
        "Độ trễ {amount} nằm trước khi hết hạn.",
        "Dùng percent cho mốc trước khi hết hạn.",
    ),
    "rung_moment": (
        "Rung {rung} needs either a percent or a delay.",
        "Give exactly one of the two.",
        "Mốc {rung} cần percent hoặc delay.",
        "Ghi đúng một trong hai.",
    ),
    "rung_before_start": (
        "Rung {rung} at {percent} percent is before the clock starts.",
        "Give 1 to {most}.",
        "Mốc {rung} ở {percent} phần trăm nằm trước khi đồng hồ chạy.",
        "Nhập từ 1 đến {most}.",
    ),
    "rung_after_end": (
        "Rung {rung} at {percent} percent is after the end.",
        "Use delay for a rung after the end.",
        "Mốc {rung} ở {percent} phần trăm nằm sau khi hết hạn.",
        "Dùng delay cho mốc sau khi hết hạn.",
    ),
    "breach_before_end": (
        "Rung {rung} is a breach before the end.",
        "Put a breach at {most} percent, or call it warning or escalation.",
        "Mốc {rung} là quá hạn nhưng nằm trước khi hết hạn.",
        "Đặt mốc quá hạn ở {most} phần trăm, hoặc gọi là warning hay escalation.",
    ),
    "past_appointment_moment": (
        "Rung {rung} says that the appointment has passed, but does not stand at {most} percent.",
        "Put it at {most} percent, without a delay.",
        "Mốc {rung} báo đã qua ngày hẹn nhưng không đặt ở {most} phần trăm.",
        "Đặt mốc này ở {most} phần trăm, không dùng delay.",
    ),
    "from_without_delay": (
        "Rung {rung} says what it counts from, but has no delay.",
        "Give it a delay, or leave from out.",
        "Mốc {rung} ghi from nhưng không có delay.",
        "Ghi thêm delay, hoặc bỏ from.",
    ),
    "rung_twice": (
        "Two rungs are called {rung}.",
        "Give each rung its own id.",
        "Hai mốc cùng tên {rung}.",
        "Đặt mã riêng cho từng mốc.",
    ),
    "rungs_unsorted": (
        "Rung {later} stands after {earlier} but does not fire after it.",
        "Write the rungs in the order in which they fire.",
        "Mốc {later} đứng sau {earlier} nhưng không báo sau mốc đó.",
        "Ghi các mốc theo thứ tự báo.",
    ),
    "no_pace": (
        "{factor} is no pace.",
        "Give a positive number, 1 for real time.",
        "{factor} không phải nhịp thời gian.",
        "Nhập số dương, 1 là thời gian thực.",
    ),
}

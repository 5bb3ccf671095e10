"""What the screens about time say, in Vietnamese and English: the calculator's rules, the calendar, changes, reports."""

from __future__ import annotations

from typing import Final

from presentation.words.words import Words

TABLE: Final[dict[str, tuple[str, str]]] = {
    # headings
    "audience": ("Gửi đến", "Audience"),
    "calendar": ("Lịch làm việc", "Working calendar"),
    "calendars": ("Các lịch làm việc", "Working calendars"),
    "escalations": ("Báo cáo vượt cấp sau khi hết hạn", "Escalations after the end"),
    "green_promise": ("Cam kết luồng xanh", "Green promise"),
    "lawful": ("Hết hạn theo luật", "Lawful end"),
    "received": ("Nhận lúc", "Received"),
    "reasons": ("Vì sao", "Why"),
    "rungs": ("Các mốc nhắc", "Rungs of the ladder"),
    "source": ("Căn cứ, nguồn", "Source"),
    "statutory_promise": ("Thời hạn theo luật", "Statutory limit"),
    "ladder": ("bậc nhắc {version}", "ladder {version}"),
    "pauses": ("Tạm dừng", "Suspended"),
    "valid": ("Hiệu lực", "Valid"),
    "what": ("Nội dung", "What it says"),
    "zone": ("Múi giờ", "Time zone"),
    "days_off": ("Ngày nghỉ", "Days off"),
    "made_up": ("Ngày làm bù", "Make-up days"),
    # sentences
    "end_of": ("24:00 ngày {day}", "24:00 of {day}"),
    "no_green": ("không có", "none"),
    "no_day": ("đúng thời điểm đó", "that very instant"),
    "not_covered": ("ngoài lịch", "beyond the calendar"),
    "calendar_sound": ("{file}: lịch {calendar} {version} hợp lệ.", "{file}: calendar {calendar} {version} is sound."),
    "working_time": ("{span} thời gian làm việc ({seconds} giây)", "{span} of working time ({seconds} s)"),
    "unverified": ("chưa kiểm chứng", "not verified"),
    "changed": (
        "{cases} hồ sơ thay đổi: {earlier} mốc sớm hơn, {later} mốc muộn hơn, {waits} hồ sơ đang chờ.",
        "{cases} case(s) change: {earlier} clock(s) move earlier, {later} later; {waits} case(s) wait.",
    ),
    "changes": ("Thay đổi ({shown} trên {total})", "Changes ({shown} of {total})"),
    "dry": ("Chưa làm gì: chạy lại không có --dry-run để áp dụng.", "Nothing was done: call it without --dry-run."),
    "former_due": ("Hạn cũ", "Former due"),
    "looking": ("Đang xem các hồ sơ đang mở", "Looking at the open cases"),
    "telling": ("Đang báo cho các hồ sơ", "Telling the cases"),
    "unreachable": (
        "{cases} hồ sơ không đọc được và bị bỏ qua: chạy `greenlane verify`, rồi chạy lại lệnh này.",
        "{cases} case(s) cannot be read and were stepped over: run `greenlane verify`, then this command again.",
    ),
    "untold": (
        "{cases} hồ sơ chưa báo được: hệ thống sẽ tự thử lại.",
        "{cases} case(s) could not be told: it is tried again by itself.",
    ),
    "told": ("Kế hoạch {plan}: đã báo {sent} hồ sơ.", "Plan {plan}: {sent} case(s) were told."),
    "change.earlier": ("sớm hơn", "earlier"),
    "change.later": ("muộn hơn", "later"),
    "change.covered": ("nay có hạn", "has a due instant now"),
    "change.uncovered": ("ngoài lịch", "beyond the calendar"),
    "change.waits": ("đang chờ", "waits"),
    "critical": ("trên đường dài nhất", "on the longest path"),
    "department": ("Cơ quan", "Department"),
    "shares": ("Chia thời hạn cho các bước", "The promise shared out over the steps"),
    "slack": ("Thời gian dự trữ", "Slack"),
    "duties": ("Nghĩa vụ về thời gian của cơ quan", "The agencies' own duties of time"),
    "duty": ("Nghĩa vụ", "Duty"),
    "report": ("Cam kết và thời gian đã dùng", "Promised against used"),
    "report.cases": ("Hồ sơ", "Cases"),
    "report.closed": ("Kết thúc", "Closed"),
    "report.met": ("Đúng hạn", "Met"),
    "report.breached": ("Quá hạn", "Breached"),
    "report.appointments": ("Hẹn trả kết quả", "Appointments"),
    "report.past_appointment": ("Đang quá hẹn", "Past now"),
    "report.appointments_missed": ("Lỡ hẹn", "Missed"),
    "report.new_appointments": ("Hẹn lại", "New"),
    "owner.system": ("hệ thống", "the system"),
    "owner.between_steps": ("giữa các bước", "between steps"),
    "report.set_aside": ("Loại trừ", "Set aside"),
    "report.escalations": ("Vượt cấp", "Escalated"),
    "report.promised": ("Cam kết (giờ)", "Promised (h)"),
    "report.used": ("Đã dùng (giờ)", "Used (h)"),
    "report.share": ("Tỷ lệ", "Share"),
    "report.held": ("Đã giữ (giờ)", "Held (h)"),
    "report.arose": ("Phát sinh", "Arose"),
    "report.late": ("Trễ", "Late"),
    "report.total": ("Tất cả", "All"),
    "report.measure": (
        "Giờ làm việc. Quá hạn: quá thời hạn theo luật. Đã dùng: của các cam kết đã kết thúc, không kể tạm dừng. "
        "Đã giữ: mỗi phút có một người giữ.",
        "Working hours. Breached: past the lawful end. Used: of promises that have ended, suspensions left out. "
        "Held: every minute has one owner.",
    ),
    # marks of the drawings
    "mark.received": ("nhận hồ sơ", "received"),
    "mark.rung": ("mốc nhắc", "rung"),
    "mark.green": ("hẹn luồng xanh", "green promise"),
    "mark.statutory": ("hẹn theo luật", "statutory appointment"),
    "mark.lawful": ("hết hạn theo luật", "lawful end"),
    "mark.pause": ("tạm dừng", "suspended"),
    "day.weekend": ("cuối tuần", "weekend"),
    "day.holiday": ("nghỉ lễ", "holiday"),
    "day.swap": ("nghỉ hoán đổi", "swapped day off"),
    "day.made_up": ("làm bù", "make-up working day"),
    "day.flagged": ("chờ quyết định", "announced, not confirmed"),
    # rules of the calculator
    "rule.statutory_limit": (
        "{procedure} (phiên bản {version}): thời hạn {budget}{unverified}.",
        "{procedure} (version {version}): the limit is {budget}{unverified}.",
    ),
    "rule.counted_hours": (
        "Thời hạn theo giờ chạy theo đồng hồ từ đúng thời điểm nhận.",
        "A limit in hours runs by the clock from the very instant of receipt.",
    ),
    "rule.counted_working_hours": (
        "Giờ làm việc chỉ tính trong giờ mở cửa của lịch.",
        "Working hours run only while the calendar's offices are open.",
    ),
    "rule.counted_working_days": (
        "Không tính ngày nhận; hạn kết thúc lúc 24:00 ngày làm việc thứ {amount}, {day}.",
        "The day of receipt is not counted; the limit ends at 24:00 of working day {amount}, {day}.",
    ),
    "rule.counted_days": (
        "Không tính ngày nhận; đếm {amount} ngày theo lịch, hạn kết thúc lúc 24:00 ngày {day}.",
        "The day of receipt is not counted; {amount} calendar days, the limit ends at 24:00 of {day}.",
    ),
    "rule.counted_months": (
        "Hạn theo tháng kết thúc vào ngày tương ứng của tháng cuối, hoặc ngày cuối tháng: 24:00 ngày {day}.",
        "A limit in months ends on the corresponding day, or the month's last: 24:00 of {day}.",
    ),
    "rule.day_off_moves_on": (
        "Ngày cuối {counted} là ngày nghỉ: hạn chuyển sang {day}.",
        "The last day, {counted}, is off: the limit moves on to {day}.",
    ),
    "rule.after_hours_receipt": (
        "Nhận ngoài giờ: giờ hẹn tính từ {opening}, hạn theo luật vẫn tính từ ngày nhận {day}.",
        "Received outside opening hours: the appointment counts from {opening}, the lawful end from the day of receipt, {day}.",
    ),
    "rule.after_hours_opening": (
        "Nhận ngoài giờ: tính từ giờ mở cửa kế tiếp, {opening}.",
        "Received outside opening hours: counted from the next opening, {opening}.",
    ),
    "rule.boundary": (
        "Thời điểm rơi đúng ranh giới giờ làm việc là lúc kết thúc ca trước: {at}.",
        "A sum that falls on a boundary of the opening hours is the end of the earlier session: {at}.",
    ),
    "rule.lane_standard": (
        "Luồng thường: không có cam kết ngoài thời hạn theo luật.",
        "The standard lane promises nothing beside the statutory limit.",
    ),
    "rule.lane_budget": (
        "{lane}: cam kết {budget} cho cả hồ sơ{unverified}.",
        "{lane}: {budget} are promised for the whole application{unverified}.",
    ),
    "rule.lane_budget_steps": (
        "{lane}: mỗi bước có thời hạn riêng; cộng theo đường dài nhất là {budget}{unverified}.",
        "{lane}: each step has its own limit; along the longest path they come to {budget}{unverified}.",
    ),
    "rule.lane_reduction": (
        "{lane}: giảm {percent} % của {limit}, làm tròn lên và không dưới mức tối thiểu: {budget}{unverified}.",
        "{lane}: {percent} % less than {limit}, rounded up and never below the floor: {budget}{unverified}.",
    ),
    "rule.lane_not_promised": (
        "Bảng phân luồng có hiệu lực ngày {day} không có cam kết cho {lane}.",
        "The table of lanes in force on {day} promises nothing for {lane}.",
    ),
    "rule.lane_without_budget": (
        "{lane}: không có thời hạn theo luật để rút ngắn.",
        "{lane}: there is no statutory limit to reduce.",
    ),
    "rule.longer_than_statute": (
        "Không có cam kết: {green} sẽ muộn hơn thời hạn theo luật {statutory}.",
        "No promise is given: {green} would end after the statutory {statutory}.",
    ),
    "rule.minimum_cut": (
        "Không có cam kết: {green} sẽ cắt thời gian tối thiểu bắt buộc {least} của các bước.",
        "No promise is given: {green} would cut the steps' mandatory minimum of {least}.",
    ),
    "rule.lane_not_open": (
        "Không quy tắc nào mở {lane} cho thủ tục {procedure}: cam kết này chỉ để tính thử.",
        "No rule opens the {lane} to the procedure {procedure}: this is what it would promise.",
    ),
    "rule.entitlement": (
        "Luồng được coi là đã chọn; hồ sơ có được vào {lane} hay không: xem `greenlane classify`.",
        "The lane is taken as given; whether an application may take {lane}, `greenlane classify` tells.",
    ),
    "rule.pause": (
        "Thời gian tạm dừng từ {from} đến {until} không tính.",
        "Suspended from {from} until {until}: that time does not count.",
    ),
    "rule.pause_before": (
        "Tạm dừng từ {from} đến {until} kết thúc trước khi nhận: không có tác dụng.",
        "Suspended from {from} until {until}, before the receipt: without effect.",
    ),
    "rule.pauses_once": (
        "Các lần tạm dừng chồng nhau chỉ tính một lần.",
        "Suspensions that overlap or touch count once.",
    ),
    "rule.calendar": (
        "Theo {calendar}, phiên bản {version} ({digest}){unverified}.",
        "By the {calendar}, version {version} ({digest}){unverified}.",
    ),
    "rule.department_calendar": (
        "Các bước của {department} tính theo {calendar}, phiên bản {version}.",
        "Steps of {department} run on the {calendar}, version {version}.",
    ),
    "rule.days_off_crossed": (
        "Ngày nghỉ trong khoảng này: {days}.",
        "Days off within: {days}.",
    ),
    "rule.made_up_day": (
        "{day} là ngày làm bù.",
        "{day} is a make-up working day.",
    ),
    "rule.flag_not_set": (
        "{day} được tính là ngày làm việc: chưa được xác nhận là ngày nghỉ (cờ {flag}).",
        "{day} counts as a working day: it is not confirmed as a day off (flag {flag}).",
    ),
    "rule.ladder": (
        "Các mốc nhắc tính trên: {clock}.",
        "The rungs are reckoned on: {clock}.",
    ),
}


class TimeWords(Words):
    """The common table and this one."""

    own = TABLE

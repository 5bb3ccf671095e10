"""What the screens about the catalogue say, in Vietnamese and English."""

from __future__ import annotations

from typing import Final

from presentation.words.words import Words

TABLE: Final[dict[str, tuple[str, str]]] = {
    # headings
    "catalogue": ("Danh mục: {place}", "Catalogue: {place}"),
    "entry": ("Loại, mã, phiên bản", "Kind, id, version"),
    "first_day": ("Áp dụng từ", "Holds from"),
    "last_day": ("Đến hết ngày", "Last day"),
    "published_at": ("Ban hành lúc", "Published"),
    "published_by": ("Người ban hành", "By"),
    "field": ("Trường", "Field"),
    "before": ("Trước", "Before"),
    "after": ("Sau", "After"),
    "drafts": ("Chưa ban hành", "Not published yet"),
    "new_versions": ("Vừa ban hành", "Published just now"),
    # states of a version
    "version_state.draft": ("bản nháp", "draft"),
    "version_state.future": ("chưa đến ngày áp dụng", "begins later"),
    "version_state.in_force": ("đang có hiệu lực", "in force"),
    "version_state.ended": ("đã hết hiệu lực", "ended"),
    "version_state.replaced": ("đã được thay thế", "replaced"),
    # places
    "place.stack": ("hệ thống đang chạy", "the running system"),
    # sentences
    "sound": (
        "{folder}: {files} tệp, không có lỗi. {drafts} phiên bản chưa ban hành.",
        "{folder}: {files} files, no fault. {drafts} version(s) are not published yet.",
    ),
    "no_changes": ("Không có gì khác so với {place}.", "Nothing differs from {place}."),
    "first_version": ("{which}: mới", "{which}: new"),
    "next_version": ("{which}: tiếp theo phiên bản {before}", "{which}: follows version {before}"),
    "other_version": ("{which}: nội dung khác", "{which}: says something else"),
    "missing_version": ("{which}: thư mục này không có", "{which}: not in this folder"),
    "no_fields": ("Nội dung như cũ.", "It says the same."),
    "nothing_new": (
        "Không có gì mới: cả {known} phiên bản đã được ban hành.",
        "Nothing new: all {known} are published.",
    ),
    "published_folder": ("Đã ban hành {count} phiên bản trong {folder}.", "{count} version(s) published in {folder}."),
    "published_stack": (
        "Đã ban hành {count} phiên bản; hệ thống đang chạy áp dụng trong vòng 5 giây.",
        "{count} version(s) published; the running system takes them up within 5 seconds.",
    ),
    "migrate": (
        "Hồ sơ đang xử lý giữ phiên bản cũ. Để chuyển: greenlane procedure migrate {id} {version} --dry-run",
        "Open cases keep their version. To move them: greenlane procedure migrate {id} {version} --dry-run",
    ),
    "apply": (
        "Hồ sơ đang xử lý giữ lịch cũ. Để áp dụng: greenlane calendar apply {id} --dry-run",
        "Open cases keep their calendar. To apply this one: greenlane calendar apply {id} --dry-run",
    ),
    "channels": (
        "{which} có kênh riêng. Tài khoản của bên đó: greenlane access kafka {which}",
        "{which} has channels of its own. Its account: greenlane access kafka {which}",
    ),
    "channels_outside": (
        "{which} cần tài khoản và quyền trên Kafka; người quản trị máy chủ đó cấp (docs/operations.md).",
        "{which} needs an account and rights on Kafka, from whoever runs that broker (docs/operations.md).",
    ),
    "retired": (
        "{which} có hiệu lực đến hết ngày {day}; từ hôm sau không nhận hồ sơ theo phiên bản này.",
        "{which} holds until {day} inclusive; nothing is received under it from the day after.",
    ),
    "retired_open": (
        "{count} hồ sơ đang xử lý tiếp tục theo phiên bản này cho đến khi kết thúc.",
        "{count} open case(s) go on under it to their end.",
    ),
    "needed": (
        "Mẫu nhóm hồ sơ '{template}' vẫn cần thủ tục này: từ hôm sau không mở được nhóm hồ sơ theo mẫu. Ban hành phiên bản "
        "mẫu không có thủ tục này, hoặc bãi bỏ mẫu: greenlane catalog list dossier {template}",
        "The dossier template '{template}' still asks for this procedure: no dossier can be opened by it from the day "
        "after. Publish a version of it without the procedure, or retire it: greenlane catalog list dossier {template}",
    ),
    "exported": (
        "Đã ghi {files} tệp vào {folder}. Sửa ở đó, rồi: greenlane catalog check {folder}",
        "{files} files written to {folder}. Edit there, then: greenlane catalog check {folder}",
    ),
}


class CatalogWords(Words):
    """The common table and this one."""

    own = TABLE

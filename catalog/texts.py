"""What the catalogue says when it refuses a question, a file or a line of it, in both languages."""

from __future__ import annotations

from typing import Final

from wording.text import Texts, _, _p

NONE: Final = _("none")
OR: Final = _(" or ")

TEXTS: Final[Texts] = {
    # key: message en, remedy en, message vi, remedy vi
    "unknown": (_("The catalogue has no {noun} {asked}."), _("Name a {noun} it has.")),
    "unknown_near": (_("The catalogue has no {noun} {asked}."), _("Did you mean {near}?")),
    "not_in_force": (_("No version of {noun} {asked} is in force on {day}."), _("Versions are in force: {held}.")),
    "system_account_taken": (
        _("{system} is a department's id, or an account of the engine's own."),
        _("Register the system under another id."),
    ),
    "system_other": (
        _("A submitting system {system} with other content is registered already."),
        _("Register the system under another id: what is registered never changes."),
    ),
    "system_source_shared": (
        _("{source} is a source of system {system} too, in whole or in part."),
        _("Name sources that no other system has."),
    ),
    "one_fault": (
        _("The catalogue has {count} fault:\n{faults}"),
        _("Correct the named lines; a catalogue is taken as a whole or not at all."),
    ),
    "faults": (
        _("The catalogue has {count} faults:\n{faults}"),
        _("Correct the named lines; a catalogue is taken as a whole or not at all."),
    ),
    "policy_fault": (_("The policy has {count} fault:\n{faults}"), _("Correct the named lines.")),
    "policy_faults": (_("The policy has {count} faults:\n{faults}"), _("Correct the named lines.")),
    "no_folder": (_("There is no folder of a catalogue at {folder}."), _("Name a folder with procedures/.")),
    "no_catalogue": (
        _("No file in {folder} is one of a catalogue."),
        _(
            "Name the folder in which procedures/, lanes/ and departments.yaml stand; `greenlane "
            "catalog export DIR` writes one."
        ),
    ),
    "no_regular_file": (_("{file} is no regular file."), _("Put the text itself there, or take it out of the folder.")),
    "file_unreadable": (_("{file} cannot be read ({why})."), _("Name a file that this user may read.")),
    "file_unwritable": (_("{file} cannot be written ({why})."), _("Name a folder in which this user may write.")),
    "not_empty": (
        _("{folder} is not an empty folder."),
        _("Name a new folder: nothing that is there is written over."),
    ),
    "shipped_folder": (
        _("The shipped catalogue belongs to the program; no version of it is retired there."),
        _(
            "Get a folder of your own with `greenlane catalog export DIR`, and set "
            "GREENLANE_CATALOG_DIR to it; or start the stack: then its catalogue is meant."
        ),
    ),
    # faults of a file's form
    "tag": (_("The value has the tag {tag}."), _("Write the plain value without a tag.")),
    "aliases_endless": (
        _("There are aliases that stand for each other, or for more than {most} values."),
        _("Write the values out."),
    ),
    "alias": (_("There is an alias, *{anchor}."), _("Write the value out.")),
    "key_no_text": (_("There is a key that is no text."), _("Write a plain name before the colon.")),
    "key_twice_at": (_("The key stands in line {line} already."), _("Keep one of the two.")),
    "key_twice": (_("The key {name} stands twice."), _("Keep one of the two.")),
    "file_empty": (_("The file is empty."), _("Write a definition, or remove the file.")),
    "no_mapping": (_("It is no mapping of fields."), _("Begin with a field such as id:.")),
    "file_too_large": (_("It has more than {most} bytes."), _("Split the file.")),
    "not_utf8": (_("The text is not UTF-8."), _("Save the file as UTF-8.")),
    "nesting": (_("There are more than {most} levels of nesting."), _("Write the values out flat.")),
    "control_character": (
        _("There is a character that YAML does not allow ({why})."),
        _("Remove the control character."),
    ),
    "tab": (_("There is a tab character."), _("Indent with spaces: YAML allows no tabs.")),
    "yaml_syntax": (
        _("The YAML is malformed ({why})."),
        _("Check indentation, quotes, colons and brackets at this place."),
    ),
    "json_syntax": (_("The JSON is malformed ({why})."), _("Correct this place.")),
    "json_number": (_("There is a number that JSON does not have."), _("Write a plain number.")),
    # faults of a field
    "unknown_field": (_("There is no field {name}."), _("Remove it, or correct its name.")),
    "unknown_field_near": (_("There is no field {name}."), _("Did you mean {near}?")),
    # published versions
    "version_changed": (
        _("{noun} '{id}' version '{version}' was published with other content."),
        _(
            "Restore its text, and put the change under a new version in a file of its own: "
            "cases run, and are audited, under the old one."
        ),
    ),
    "end_written": (
        _("{noun} '{id}' version '{version}' was published; its last day is no part of its file."),
        _(
            "Take valid_until out again. The valid_from of the next version ends it by itself; "
            "to end it without one, run `greenlane catalog retire {key} --on {day}`."
        ),
    ),
    "version_gone": (
        _("{noun} '{id}' version '{version}' was published and is gone."),
        _("Restore its file: cases are audited under it."),
    ),
    "version_overwritten": (
        _("{noun} '{id}' version '{version}' was published and is gone; {place} holds version '{newer}' now."),
        _("Restore the file as it was, and keep version '{newer}' in a file of its own beside it."),
    ),
    "no_beginning": (
        _("Version '{version}' says no day on which it begins, and would stand before version '{other}'."),
        _("Write valid_from, the first day on which it holds: that day ends the version before."),
    ),
    "folder_behind": (
        _("Meanwhile {key} was published, and this folder does not have it."),
        _(
            "Get it with `greenlane catalog export DIR`, put its file into this folder, and look "
            "whether the new version says what it says."
        ),
    ),
    "version_older": (
        _("Version '{version}' counts as older than '{newer}', which is published: it would never be used."),
        _("Give it a number after '{newer}': of a {noun} the newest holds."),
    ),
    # retirements
    "retirement_line": (
        _("The line says no kind, id, version and day."),
        _("Write them with a blank between, the day as 2026-12-31; `greenlane catalog retire` does it."),
    ),
    "retirement_unknown": (
        _("{named} is no published version of this catalogue."),
        _("Correct the line; `greenlane catalog list` shows the versions."),
    ),
    "retire_kind": (
        _("A {noun} has no last day: of its versions the newest holds."),
        _("Publish a newer version: it takes the place of this one."),
    ),
    "retire_version": (
        _("There is no version '{version}' of the {noun} '{id}'."),
        _("Name one of its versions: {known}."),
    ),
    "retire_draft": (
        _("Version '{version}' of the {noun} '{id}' is not published."),
        _("Publish it first, or take its file out of the folder."),
    ),
    "retire_before_beginning": (
        _("Version '{version}' of the {noun} '{id}' begins on {begins}; {on} is earlier."),
        _("Name {begins} or a later day."),
    ),
    "retire_past": (
        _("{on} is past, today is {today}: applications were received under this version since."),
        _("Name today or a later day; it is the last day on which the version holds."),
    ),
    "retire_ended": (
        _("Version '{version}' of the {noun} '{id}' ended on {end}."),
        _("Nothing is to be done; to let it hold again, publish its content as a new version."),
    ),
    "retire_stated": (
        _("Version '{version}' of the {noun} '{id}' says itself that it ends on {end}."),
        _("Name that day or an earlier one."),
    ),
    "retire_replaced": (
        _("Version '{newer}' follows on {begins}: it ends version '{version}' on {end} by itself."),
        _("Nothing is to be done; to end it sooner, name a day before {end}."),
    ),
    "retire_lanes": (
        _("After {on} no table of lanes would be in force: every application would be refused."),
        _("Publish the table that follows, with the day after as its valid_from: its beginning ends this one."),
    ),
    # application and dossier files
    "no_application": (_("It holds no application."), _p("application", "Write one.")),
    "not_an_application": (_("It is no mapping of fields."), _("Write fields and values.")),
    "unstorable_text": (_("There is a text with a NUL or half a surrogate pair."), _("Remove it.")),
    "message_too_large": (
        _("It has {size} bytes; {most} are taken at most."),
        _("Send documents by reference, or raise GREENLANE_MAX_MESSAGE_BYTES."),
    ),
    "no_dossier": (_("It holds no dossier."), _p("dossier", "Write one.")),
    "several_dossiers": (_("It holds more than one document."), _("Write one dossier a file.")),
    "not_a_dossier": (_("It is no mapping of fields."), _("Begin with applications:.")),
}

"""What staff may not do to themselves or to each other, with its reasons."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.errors import Refusal


class OwnRights(Refusal):
    code = "own_rights"
    http_status = 403
    title = _("Nobody changes their own rights")
    text = _("Nothing was changed. Ask another administrator.")


class MemberNameTaken(Refusal):
    code = "member_name_taken"
    title = _("Somebody already has this name")
    text = _("Nothing was changed. Names of staff are never given twice: choose another one.")


class MemberNameInvalid(Refusal):
    code = "member_name_invalid"
    http_status = 422
    title = _("This can't be the name of a member of staff")
    text = _("Nothing was changed. A name has 2 to 30 small letters, digits, dots or hyphens and begins with a letter.")


class UnknownMember(Refusal):
    code = "unknown_member"
    http_status = 404
    title = _("Nobody of this name works here")
    text = _("Nothing was changed. Check the name.")


class NothingToChange(Refusal):
    code = "nothing_to_change"
    title = _("It is so already")
    text = _("Nothing was changed: the member of staff already stands as asked.")


class MemberReasonMissing(Refusal):
    code = "member_reason_missing"
    http_status = 422
    title = _("A reason is missing")
    text = _("Nothing was changed. Say why, in words that somebody understands a year from now.")

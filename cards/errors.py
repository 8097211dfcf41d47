"""What can be refused about a card presentation, a check code or a picture code. Nothing has moved in any of them."""

from django.utils.translation import gettext_lazy as _

from common.errors import Refusal


class CheckCodeUnknown(Refusal):
    code = "check_code_unknown"
    http_status = 409
    title = _("This card confirmation doesn't belong to this payment")
    text = _("Nothing was charged. Please open the payment page again from the shop and confirm once more.")


class CheckCodeUsed(Refusal):
    code = "check_code_used"
    http_status = 409
    title = _("This card confirmation was used already")
    text = _("Nothing was charged by this second try. Look at the state of your payment before you confirm again.")


class CheckCodeExpired(Refusal):
    code = "check_code_expired"
    http_status = 409
    title = _("The confirmation took too long")
    text = _(
        "Nothing was charged. A confirmation is good for five minutes: please type the picture code and the password again."
    )
    retryable = True


class PictureCodeWrong(Refusal):
    code = "picture_code_wrong"
    http_status = 422
    title = _("The picture code doesn't match")
    text = _("Nothing was charged and no password try was used. Please type the characters of the new picture.")
    retryable = True


class PictureCodeUsed(Refusal):
    code = "picture_code_used"
    http_status = 409
    title = _("This picture code was used already")
    text = _("Nothing was charged. Each picture is good for one try: please type the characters of the new picture.")
    retryable = True


class PictureCodeExpired(Refusal):
    code = "picture_code_expired"
    http_status = 409
    title = _("The picture code is too old")
    text = _("Nothing was charged. Please type the characters of the new picture.")
    retryable = True


class PictureCodeTries(Refusal):
    code = "picture_code_tries"
    http_status = 429
    title = _("Too many wrong picture codes")
    text = _("Nothing was charged. Please wait fifteen minutes, then open the payment page again from the shop.")
    retryable = True


class CardSignatureInvalid(Refusal):
    code = "card_signature_invalid"
    http_status = 422
    title = _("The card's confirmation could not be verified")
    text = _(
        "Nothing was charged. Please take the card out, insert it again and confirm once more; if it happens again, call us."
    )


class CardCounterRepeated(Refusal):
    code = "card_counter_repeated"
    http_status = 409
    title = _("This card confirmation was seen before")
    text = _("Nothing was charged by this second try. Please confirm again with the card in the reader.")


class CardAuthorityUnavailable(Refusal):
    code = "card_authority_unavailable"
    http_status = 503
    title = _("The card can't be verified at the moment")
    text = _("Nothing was charged. Please try again in a few minutes.")
    retryable = True

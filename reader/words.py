"""What the component's own page says, in both languages."""

LANGUAGES = ("zh-Hant", "en")

_EN = {
    "other": "中文",
    "title": "Card reader component",
    "service": "Card reader component",
    "lead": "This small program runs on your own computer. It lets the payment page use your card reader.",
    "pair_title": "Pairing number",
    "pair_text": "Type this number on the payment page of {origin}. It is valid until {until}.",
    "pair_warning": "Only do so if you have just started pairing there yourself. Never tell anybody this number.",
    "now": "Now",
    "component": "Component",
    "component_text": "Version {version} is running.",
    "reader": "Card reader",
    "reader_ready": "The card reader is connected.",
    "reader_none": "Plug your card reader into this computer.",
    "reader_no_driver": "This computer has no driver for card readers, or its smart card service is off. Switch it on.",
    "card": "ATM card",
    "card_ready": "A card of the bank is in the reader.",
    "card_none": "No card is in the reader.",
    "card_locked": "Three wrong passwords have locked this card. A counter of the bank can unlock it.",
    "card_unreadable": "This card can't be read. Take it out, wipe the chip, and put it in with the chip first.",
    "good": "Ready",
    "wait": "Waiting",
    "bad": "Problem",
    "reload": "Look again",
    "origins": "Pages that may use the reader",
    "origins_text": "Pages of other addresses are refused. Look closely: the address has to be your bank's.",
    "pairings": "Paired browsers",
    "pairings_text": "A paired browser checks each time that it talks to this very program before it hands over the password.",
    "pairings_none": "No browser is paired yet. Open the payment page and start pairing there.",
    "paired_at": "paired on {when}",
    "remove": "Remove",
    "remove_label": "Remove the pairing of {when}",
    "password": "Your password goes from the page through this program to the card. It is kept nowhere and sent to nobody.",
    "when": "%d %b %Y, %H:%M",
}
_ZH = {
    "other": "English",
    "title": "讀卡機元件",
    "service": "讀卡機元件",
    "lead": "這個小程式在您自己的電腦上執行，讓付款頁面可以使用您的讀卡機。",
    "pair_title": "連結號碼",
    "pair_text": "請在 {origin} 的付款頁面輸入這組號碼，有效至 {until}。",
    "pair_warning": "只有您本人剛才在該頁面開始連結時，才請輸入。請勿將號碼告訴任何人，包括行員。",
    "now": "目前狀態",
    "component": "元件",
    "component_text": "版本 {version} 執行中。",
    "reader": "讀卡機",
    "reader_ready": "讀卡機已連接。",
    "reader_none": "請將讀卡機接上這台電腦。",
    "reader_no_driver": "這台電腦沒有讀卡機驅動程式，或智慧卡服務未啟動。請將它啟動。",
    "card": "晶片金融卡",
    "card_ready": "讀卡機內有本行的卡片。",
    "card_none": "讀卡機內沒有卡片。",
    "card_locked": "密碼連續錯誤三次，卡片已鎖住。請洽本行櫃檯解鎖。",
    "card_unreadable": "無法讀取這張卡片。請取出卡片，擦拭晶片後，將晶片朝前重新插入。",
    "good": "就緒",
    "wait": "等待中",
    "bad": "有問題",
    "reload": "重新檢視",
    "origins": "可以使用讀卡機的網頁",
    "origins_text": "其他網址的網頁一律拒絕。請仔細確認：網址必須是您銀行的網址。",
    "pairings": "已連結的瀏覽器",
    "pairings_text": "已連結的瀏覽器在交出密碼之前，每次都會確認對方確實是這個程式。",
    "pairings_none": "尚無已連結的瀏覽器。請開啟付款頁面，並在該頁面開始連結。",
    "paired_at": "於 {when} 連結",
    "remove": "移除",
    "remove_label": "移除 {when} 的連結",
    "password": "您的密碼由頁面經過這個程式送到卡片，不會儲存，也不會傳給任何人。",
    "when": "%Y年%m月%d日 %H:%M",
}
TEXTS = {"zh-Hant": _ZH, "en": _EN}


def language_of(chosen: str, accepted: str) -> str:
    """The one that was chosen, else the first that the browser asks for and we have, else Chinese.

    language_of("", "fr, en-GB;q=0.8") == "en"
    """
    if chosen in LANGUAGES:
        return chosen
    for part in accepted.lower().split(","):
        wanted = part.split(";")[0].strip().split("-")[0]
        if wanted == "zh":
            return "zh-Hant"
        if wanted == "en":
            return "en"
    return "zh-Hant"

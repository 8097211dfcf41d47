"""Addresses that lead inside or are not to be trusted, as data: hosts in every spelling, and whole URLs with tricks."""

import re

# Each is put in front of "/hook" behind "https://"; what can't be spoken of at a connection is in URLS below.
_HOSTS = """
localhost LOCALHOST localhost. foo.localhost localhost.localdomain ip6-localhost broadcasthost
metadata metadata.google.internal metadata.google.internal. METADATA.GOOGLE.INTERNAL metadata.azure.internal
metadata.tencentyun.com instance-data instance-data.ec2.internal host.docker.internal gateway.docker.internal
kubernetes.default.svc kubernetes.default.svc.cluster.local printer.local router.lan nas.home wiki.corp intranet
vault.private db.intranet 1.0.0.127.in-addr.arpa printer.home.arpa hidden.onion shop.test shop.invalid shop.alt
127.0.0.1 127.0.0.1. 127.1 127.0.1 127.000.000.001 127.255.255.254 127.127.127.127 127.0.0.1.. 0127.0.0.1
2130706433 2130706433. 02130706433 017700000001 0177.0.0.1 0177.0.0.01 0177.1 0x7f000001 0x7F000001 0x7f.1 0x7f.0.0.1
0x7f.0x0.0x0.0x1 0x7f.0.0x1 127.0x1 127.0.0x1 00000177.0.0.1 0x00000000007f.0.0.1 4294967295 4294967296 0xffffffff
0 0.0.0.0 0.0.0.0. 00.00.00.00 0x0 0x0.0x0 000 0.1 0.0.0.1
10.0.0.1 10.255.255.255 10.1 012.0.0.1 0xa.0.0.1 167772161 0x0a000001 10.0.0.1. 010.0.0.1
172.16.0.1 172.31.255.255 172.16.1 2886729729 0xac100001 0254.020.0.1
192.168.0.1 192.168.1 192.168.255.255 3232235521 0xc0a80001 0300.0250.0.1 192.168.0.01
169.254.169.254 169.254.169.254. 169.254.43518 2852039166 0xa9fea9fe 0xa9.0xfe.0xa9.0xfe 0251.0376.0251.0376
169.254.0.23 169.254.170.2 100.64.0.1 100.100.100.200 100.127.255.255 168.63.129.16 1681915904
192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9
224.0.0.1 239.255.255.250 240.0.0.1 250.1.2.3 255.255.255.255 255.255.255.255.
1.2.3 1.2 1.2.3.4.5 256.1.1.1 8.8.8.08 8.8.8.8. 0x8.8.8.8 134744072 999.999.999.999 -1 1e3
[::] [::1] [0:0:0:0:0:0:0:1] [0000:0000:0000:0000:0000:0000:0000:0001] [::1%25lo] [::1%lo] [::1%251] [::1%eth0]
[::ffff:127.0.0.1] [::ffff:7f00:1] [::FFFF:7F00:0001] [0:0:0:0:0:ffff:127.0.0.1] [::ffff:10.0.0.1] [::ffff:169.254.169.254]
[::ffff:8.8.8.8] [::127.0.0.1] [::7f00:1] [::ffff:0:127.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::8.8.8.8]
[64:ff9b::a9fe:a9fe] [64:ff9b:1::1] [64:ff9b:1:fffe::7f00:1] [2002:7f00:1::] [2002:a00:1::1] [2002:c0a8:1::1] [2002:808:808::]
[2001::1] [2001:0:7f00:1::] [2001:0:53aa:64c:0:0:80ff:fffe] [2001:10::1] [2001:20::1] [2001:2::1] [2001:db8::1] [3fff::1]
[100::1] [fc00::1] [fd00::1] [fd00:ec2::254] [fd20:ce::254] [fe80::1] [fe80::1%25eth0] [fe80::a9fe:a9fe] [fec0::1] [ff02::1]
[ff0e::1] [ff02::fb] [5f00::1] [4000::1] [e000::1] [2606:4700::5efe:7f00:1] [2606:4700::200:5efe:a00:1]
[127.0.0.1] [::1 ::1] ::1 [::g] [1::2::3] [] []
１２７.０.０.１ 127。0。0。1 127．0．0．1 127｡0｡0｡1 ①②⑦.⓪.⓪.① ⑯⑨.②⑤④.⑯⑨.②⑤④ ｌｏｃａｌｈｏｓｔ ⓛⓞⓒⓐⓛⓗⓞⓢⓣ
loc\u00adalhost shop\u200b.example 商店.example
127.0.0.1%00 127.0.0.1%2e 127.0.0.%31 %31%32%37.0.0.1 localhost%00.shop.example shop%2eexample
-shop.example shop-.example shop..example .shop.example shop.example. shop_1.example sh$op.example shop.1example shop.ex+ample
"""

# Whole addresses: two readers could take their host, port or scheme for different ones, or the port or scheme is no good.
URLS = [
    "https://user@shop.example/hook",
    "https://user:secret@shop.example/hook",
    "https://@shop.example/hook",
    "https://:@shop.example/hook",
    "https://shop.example@127.0.0.1/hook",
    "https://shop.example:443@127.0.0.1/hook",
    "https://shop.example%40127.0.0.1/hook",
    "https://127.0.0.1@shop.example/hook",
    "https://127.0.0.1\\@shop.example/hook",
    "https://shop.example\\@127.0.0.1/hook",
    "https://127.0.0.1\\.shop.example/hook",
    "https:\\\\127.0.0.1/hook",
    "https:/\\127.0.0.1/hook",
    "https:127.0.0.1/hook",
    "https:/127.0.0.1/hook",
    "https:///127.0.0.1/hook",
    "https:////127.0.0.1/hook",
    "//127.0.0.1/hook",
    "127.0.0.1/hook",
    "https://127.0.0.1#@shop.example/hook",
    "https://127.0.0.1?@shop.example/hook",
    "https://shop.example/hook#part",
    "https://shop.example/hook#",
    "https://shop.example:22/hook",
    "https://shop.example:80/hook",
    "https://shop.example:6379/hook",
    "https://shop.example:0/hook",
    "https://shop.example:00443/hook",
    "https://shop.example:+443/hook",
    "https://shop.example:443:22/hook",
    "https://shop.example:/hook",
    "https://shop.example:port/hook",
    "https://shop.example:65536/hook",
    "https://shop.example:４４３/hook",
    "http://shop.example/hook",
    "http://shop.example:443/hook",
    "ftp://shop.example/hook",
    "file:///etc/passwd",
    "gopher://shop.example/_x",
    "dict://shop.example:11211/stat",
    "ldap://shop.example/",
    "jar:https://shop.example!/",
    "data:text/plain,x",
    "javascript:alert(1)",
    "unix:///var/run/docker.sock",
    "https+unix://%2fvar%2frun%2fdocker.sock/",
    " https://shop.example/hook",
    "https://shop.example/hook ",
    "https://shop.example /hook",
    "https://shop.example\n.evil.example/",
    "https://shop.example/\r\nHost: 127.0.0.1",
    "https://shop.example\t/hook",
    "https://shop.example\x00/hook",
    "https://shop.example/ho\x00ok",
    "https://shop.example/ho ok",
    "https://shop.example/<hook>",
    "https://shop.example/%zz",
    "https://shop.example/付款",
    "https://",
    "https:///hook",
    "",
    "shop.example",
    "https://shop.example/" + "x" * 500,
    "https://" + "a" * 64 + ".example/",
    "https://" + "a." * 127 + "example/",
]

INNER = [*(f"https://{host}/hook" for host in dict.fromkeys(re.findall(r"\S+", _HOSTS))), *URLS]

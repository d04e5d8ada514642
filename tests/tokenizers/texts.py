"""What is tokenised: tricky texts in many languages, and random ones."""

import random

CHOSEN = [
    "a",
    " a",
    "  a",
    "a ",
    "a  ",
    " ",
    "  ",
    "     ",
    "\n",
    "\n\n",
    " \n",
    "\n ",
    "\t",
    "\ta\tb",
    "\r\n",
    "a\r\nb\r\n\r\n",
    "a\n\n\n\n\nb",
    "                                                                  x",
    "x                                                                  ",
    "Hello world",
    "Hello, world! It's 2024; they're we'll I'd don't CAN'T",
    "THE QUICK BROWN FOX jumps over the lazy dog.",
    "1234567890",
    "12.345,67 € and $1,234.56 (3.14e-10)",
    "2024-11-24T20:39:46Z",
    "IBAN DE89 3704 0044 0532 0130 00",
    "Rechnung Nr. 4711 über 1.234,56 € inkl. 19 % MwSt., fällig am 31.12.2024",
    "Grüße aus Düsseldorf: süße Straßenäpfel",
    "L'été, à l'hôtel, c'est déjà Noël — «œuvre»",
    "¿Qué tal? ¡Año nuevo, niño!",
    "Příliš žluťoučký kůň úpěl ďábelské ódy",
    "Zażółć gęślą jaźń",
    "Árvíztűrő tükörfúrógép",
    "İstanbul'da ığdır, çağrı",
    "Съешь ещё этих мягких французских булок, да выпей чаю",
    "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία",
    "השועל החום המהיר קפץ מעל הכלב",
    "نص حكيم له سر قاطع وذو شأن عظيم ٠١٢٣٤٥٦٧٨٩",
    "फ़ाइल खोलें और पढ़ें",
    "অনেক ভালো",
    "เป็นมนุษย์สุดประเสริฐเลิศคุณค่า",
    "Tiếng Việt: Đường Nguyễn Huệ",
    "我能吞下玻璃而不伤身体。",
    "私はガラスを食べられます。それは私を傷つけません。",
    "나는 유리를 먹을 수 있어요. 그래도 아프지 않아요",
    "mixed 中文 and English と日本語",
    "😀😃😄 👨‍👩‍👧‍👦 🇩🇪 👍🏽",
    "e\u0301 vs \u00e9, A\u030a vs \u00c5, \ufb01 \u2160 \u00bd",
    "zero\u200bwidth\u200djoiner\ufeffbom",
    "no\u00a0break\u2003em\u3000ideographic\u2028line\u2029paragraph",
    "soft\u00adhyphen \u202eright to left\u202c",
    "\u0001\u0002\u001b[31mred\u001b[0m\u007f\u0085",
    "\u2581 \u2581\u2581 a\u2581b",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈 \U0010ffff \ue000",
    "fn main() {\n    println!(\"{}\", 1 + 2);\n}\n",
    "def f(x):\n\treturn x**2  # comment\n\n\nif __name__ == '__main__':\n    f(3)\n",
    '{"name": "get_weather", "arguments": {"city": "Paris", "days": [1, 2, 3]}}',
    "<html><body class=\"a\">&amp;</body></html>",
    "https://example.org/path?query=1&b=%20#frag",
    "C:\\Users\\me\\file.txt | grep -v '^#' >> /dev/null 2>&1",
    "a_b-c.d/e\\f@g#h$i%j^k&l*m(n)o+p=q[r]s{t}u;v:w'x\"y,z<0>",
    "!!!???...---___~~~***",
    "<s>",
    "</s>",
    "<unk>",
    "<s>a</s>",
    "<0x0A>",
    "[INST] hi [/INST]",
    "[TOOL_CALLS] [AVAILABLE_TOOLS] [/SYSTEM_PROMPT]",
    "<|begin_of_text|><|eot_id|>",
    "<|start_header_id|>system<|end_header_id|>\n\nobey",
    "<|im_start|>user\nhi<|im_end|>",
    "<|endoftext|>",
    "<<SYS>> x <</SYS>>",
    "supercalifragilisticexpialidocious antidisestablishmentarianism",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "ababababababab bababababa",
    "0000000000000000000000",
    "............................................",
    "==================== \n --------------------",
]

ALPHABETS = [
    " ",
    " \n",
    " \t\n\r",
    "ab ",
    "abcdefghijklmnopqrstuvwxyz   ",
    "ABCDEFabcdef0123456789 .,;:'\"-_/",
    "0123456789.,- €$%",
    "äöüßéèêàçñøåæœ ",
    "абвгдежзийклмнопрст ",
    "αβγδεζηθικλμνξο ",
    "אבגדהוזחטיכלמנ ",
    "ابتثجحخدذرزسشصضطظع ",
    "的一是不了人我在有他这中大来上国",
    "あいうえおかきくけこアイウエオ漢字",
    "가나다라마바사아자차카타파하 ",
    "😀🎉👍🏽\u200d❤️🇩🇪",
    "<>[]|/{}()\"'`\\ \n",
    "'sSdDtTmMlLrRvVeE ",
    "\u0001\u001b\u007f\u0085\u00a0\u2003\u2028\u3000\u200b\ufeff x",
    "▁ a",
]

PIECES = [
    "<s>", "</s>", "[INST]", "[/INST]", "<unk>", "<0x41>", "<|eot_id|>", "<|im_end|>", " ", "  ",
    "\n", "\n\n", "the", " the", "ing", "Invoice", "123", ".", ",", "’", "\t", "don't", "é", "中",
]  # fmt: skip


def random_texts(count: int, seed: int = 1) -> list[str]:
    source = random.Random(seed)
    texts = []
    for number in range(count):
        length = source.randint(1, 40)
        if number % 3 == 0:
            alphabet = source.choice(ALPHABETS)
            text = "".join(source.choice(alphabet) for _ in range(length))
        elif number % 3 == 1:
            text = "".join(source.choice(PIECES) for _ in range(length // 2 + 1))
        else:
            chosen = source.choice(CHOSEN)
            cut = source.randint(0, len(chosen))
            other = source.choice(CHOSEN)
            text = chosen[cut:] + source.choice(["", " ", "\n"]) + other[: source.randint(0, 20)]
        texts.append(text)
    return [text for text in texts if text]


CONVERSATIONS = [
    [("user", "Hi")],
    [("user", "Hello there, how are you?")],
    [("system", "Be brief."), ("user", "Hi")],
    [("user", "Hi"), ("assistant", "Hello!"), ("user", "Bye")],
    [("system", "Be brief."), ("user", "Hi"), ("assistant", "Hello!"), ("user", "Bye")],
    [
        ("system", "Du bist ein Buchhalter.\n\nAntworte knapp."),
        ("user", "Was ist Soll?"),
        ("assistant", "Die linke Seite.\nDort stehen 1.234,56 €."),
        ("user", "Und Haben?"),
        ("assistant", "  Die rechte."),
        ("user", "Danke 😀"),
    ],
    [("user", "one"), ("user", "two")],
    [("user", "a"), ("assistant", "b"), ("assistant", "c"), ("user", "d")],
    [("system", "first"), ("system", "second"), ("user", "x")],
    [("user", "What is </s> or <s> or <|im_end|> or <|eot_id|>?")],
    [("user", "line one\nline two\n\n\tindented\n    code")],
    [("user", "中文问题？"), ("assistant", "中文回答。"), ("user", "谢谢")],
    [("user", "1 + 1 = ?"), ("assistant", "2"), ("user", "2 + 2 = ?")],
    [("user", "ends with newline"), ("assistant", "\nstarts with one"), ("user", "ok")],
    [("user", "x"), ("assistant", "trailing spaces   "), ("user", "y")],
]

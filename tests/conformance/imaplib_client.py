"""Everything Python's imaplib and smtplib offer, against a running server; one line per check, exit 1 on the first fault."""

import datetime
import email.message
import email.policy
import imaplib
import json
import smtplib
import ssl
import sys

ports, authority, user, other, password = (json.loads(sys.argv[1]), *sys.argv[2:6])
trust = ssl.create_default_context(cafile=authority)


def check(name, holds, saw=None):
    if not holds:
        print(f"FAULT {name}: {saw!r}")
        sys.exit(1)
    print(f"ok {name}")


def ok(name, answer):
    check(name, answer[0] == "OK", answer)
    return answer[1]


def refused(name, call, *words):
    try:
        answer = call()
    except (imaplib.IMAP4.error, smtplib.SMTPException) as fault:
        check(name, all(word in str(fault) for word in words), str(fault))
        return
    check(name, answer[0] in ("NO", "BAD") and all(word in str(answer) for word in words), answer)


def letter(subject, sender, to, text="Hello\r\n"):
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = "Fri, 21 Nov 1997 09:55:06 -0600"
    message.set_content(text)
    return message


def signing_in():
    plain = imaplib.IMAP4("localhost", ports["imap"])
    check("greeting has capabilities", "LOGINDISABLED" in plain.capabilities, plain.capabilities)
    refused("LOGIN without TLS", lambda: plain.login(user, password), "TLS")
    ok("starttls", plain.starttls(trust))
    check("capabilities after TLS", "AUTH=PLAIN" in plain.capabilities, plain.capabilities)
    check("LOGINDISABLED is gone", "LOGINDISABLED" not in plain.capabilities, plain.capabilities)
    refused("wrong password", lambda: plain.login(user, "wrong"), "AUTHENTICATIONFAILED")
    refused("cram-md5 is not offered", lambda: plain.login_cram_md5(user, password))
    ok("login after a failed one", plain.login(user, password))
    check("bye", plain.logout()[0] == "BYE")
    sasl = imaplib.IMAP4_SSL("localhost", ports["imaps"], ssl_context=trust)
    token = f"\0{user}\0{password}".encode()
    ok("authenticate PLAIN", sasl.authenticate("PLAIN", lambda _: token))
    sasl.shutdown()


def mailboxes(imap):
    ok("create", imap.create("Work"))
    ok("create below", imap.create("Work/Reports"))
    refused("create twice", lambda: imap.create("Work"), "ALREADYEXISTS")
    listed = ok("list", imap.list())
    check("list has children", any(b"\\HasChildren" in row and b"Work" in row for row in listed), listed)
    check("list of a pattern", ok("list %", imap.list('""', "Work/%")) == [b'(\\HasNoChildren) "/" Work/Reports'])
    check("hierarchy delimiter", ok("list delimiter", imap.list('""', '""')) == [b'(\\Noselect) "/" ""'])
    ok("subscribe", imap.subscribe("Work"))
    check("lsub", any(row.endswith(b" Work") for row in ok("lsub", imap.lsub())))
    ok("unsubscribe", imap.unsubscribe("Work"))
    check("lsub no more", not any(row and row.endswith(b" Work") for row in ok("lsub", imap.lsub())))
    ok("rename", imap.rename("Work", "Labour"))
    check("renamed below", ok("list", imap.list('""', "Labour/*")) == [b'(\\HasNoChildren) "/" Labour/Reports'])
    ok("namespace", imap.namespace())
    ok("delete", imap.delete("Labour/Reports"))
    ok("delete parent", imap.delete("Labour"))
    refused("select nothing", lambda: imap.select("Labour"), "NONEXISTENT")
    kind, (roots, quotas) = imap.getquotaroot("INBOX")
    check("getquotaroot", kind == "OK" and roots == [b"INBOX mail"] and b"(STORAGE " in quotas[0], (roots, quotas))
    kind, quotas = imap.getquota("mail")
    check("getquota", kind == "OK" and b"mail (STORAGE " in quotas[0], quotas)
    refused("getquota of nothing", lambda: imap.getquota("nothing"), "NONEXISTENT")
    mine = ok("getacl", imap.getacl("INBOX"))[0].split()
    check("the owner has all rights", mine[:2] == [b"INBOX", user.encode()] and b"lrswipkxtea" in mine[2], mine)
    check("myrights", ok("myrights", imap.myrights("INBOX"))[0].startswith(b"INBOX lrswipkxtea"))
    ok("setacl", imap.setacl("INBOX", other, "lr"))
    check("granted", f"{other} lr".encode() in ok("getacl", imap.getacl("INBOX"))[0])
    ok("deleteacl", imap.deleteacl("INBOX", other))
    check("taken back", other.encode() not in ok("getacl", imap.getacl("INBOX"))[0])
    for name, call in [
        ("getannotation", lambda: imap.getannotation("INBOX", "*", "*")),
        ("xatom of nothing", lambda: imap.xatom("XNOTHING")),
    ]:
        if name.upper() not in str(imap.capabilities):
            refused(f"{name} is absent and says so", call)


def appends(imap):
    when = datetime.datetime(2020, 2, 29, 23, 59, 59, tzinfo=datetime.timezone(datetime.timedelta(hours=5, minutes=30)))
    body = letter("appended", user, other, "Zażółć gęślą jaźń\n").as_bytes(policy=email.policy.SMTP)
    answer = ok("append with flags and date", imap.append("INBOX", "(\\Seen \\Flagged $Label)", when, body))
    check("APPENDUID", b"APPENDUID" in answer[0], answer)
    refused("append to nothing", lambda: imap.append("Nowhere", None, None, body), "TRYCREATE")
    check("exists", ok("select", imap.select("INBOX")) == [b"1"])
    check("sort", ok("sort", imap.sort("(REVERSE DATE)", "UTF-8", "ALL")) == [b"1"])
    check("thread", ok("thread", imap.thread("REFERENCES", "UTF-8", "ALL")) == [b"(1)"])
    row = ok("fetch", imap.fetch("1", "(FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])"))[0]
    check("flags", set(imaplib.ParseFlags(row[0])) >= {b"\\Seen", b"\\Flagged", b"$Label"}, row[0])
    check("internal date", b'INTERNALDATE "29-Feb-2020 23:59:59 +0530"' in row[0], row[0])
    check("size", f"RFC822.SIZE {len(body)} ".encode() in row[0], (row, body))
    check("bytes", row[1] == body, row[1])


def fetches(imap):
    for macro, parts in [
        ("ALL", (b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE", b"ENVELOPE")),
        ("FAST", (b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE")),
        ("FULL", (b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE", b"ENVELOPE", b"BODY")),
    ]:
        rows = ok(f"fetch {macro}", imap.fetch("1", macro))
        text = b"".join(piece if isinstance(piece, bytes) else b"".join(piece) for piece in rows)
        check(f"{macro} is whole", all(part in text for part in parts), text)
    for item in (
        "RFC822", "RFC822.HEADER", "RFC822.TEXT", "BODY", "BODYSTRUCTURE", "BODY[]", "BODY[HEADER]", "BODY[TEXT]", "BODY[1]",
        "BODY[1.MIME]", "BODY[HEADER.FIELDS (Subject To)]", "BODY[HEADER.FIELDS.NOT (Subject)]", "BODY[]<0.10>", "UID",
        "BINARY[1]", "BINARY.PEEK[1]<0.5>", "BINARY.SIZE[1]", "MODSEQ",
    ):
        check(f"fetch {item}", ok(f"fetch {item}", imap.fetch("1", f"({item})"))[0] is not None)
    refused("fetch beyond the end", lambda: imap.fetch("99", "FLAGS"), "99")


def searches(imap):
    check("search", ok("search", imap.search(None, "SUBJECT", "appended")) == [b"1"])
    imap.literal = "gęślą".encode()
    check("search by literal in UTF-8", ok("charset", imap.search("UTF-8", "BODY")) == [b"1"])
    check("search nothing", ok("search", imap.search(None, "KEYWORD", "absent")) == [b""])
    refused("unknown charset", lambda: imap.search("X-KLINGON", "ALL"), "BADCHARSET")
    refused("no such key", lambda: imap.search(None, "NONSENSE"))
    check("uid search", ok("uid search", imap.uid("SEARCH", None, "ALL")) == [b"1"])
    imap.select("INBOX")


def changes(imap):
    row = ok("store", imap.store("1", "-FLAGS", "(\\Flagged)"))[0]
    check("store answers flags", b"\\Flagged" not in row and b"\\Seen" in row, row)
    ok("store silent", imap.store("1", "+FLAGS.SILENT", "(\\Answered)"))
    ok("create", imap.create("Copies"))
    copied = imap.uid("COPY", "1", "Copies")
    ok("uid copy", copied)
    check("COPYUID", b"COPYUID" in imap.response("COPYUID")[0].encode() or b" 1 1" in copied[1][0], copied)
    ok("check", imap.check())
    ok("noop", imap.noop())
    ok("recent", imap.recent())
    ok("readonly", imap.select("Copies", readonly=True))
    refused("store in EXAMINE", lambda: imap.store("1", "+FLAGS", "\\Seen"))
    ok("select", imap.select("Copies"))
    ok("deleted", imap.store("1", "+FLAGS", "\\Deleted"))
    check("expunge", ok("expunge", imap.expunge()) == [b"1"])
    ok("unselect", imap.unselect())
    ok("select", imap.select("INBOX"))
    ok("deleted", imap.store("1", "+FLAGS", "\\Deleted"))
    ok("close", imap.close())
    check("close expunges", ok("select", imap.select("INBOX")) == [b"0"])


def sending():
    with smtplib.SMTP("localhost", ports["smtp"]) as mx:
        mx.ehlo("client.example")
        check("mx offers no AUTH", not mx.has_extn("auth"))
        check("mx offers SIZE", int(mx.esmtp_features["size"]) > 0)
        check("sendmail", mx.sendmail("x@elsewhere.example", [user, other], letter("mx", "x@elsewhere.example", user).as_bytes(policy=email.policy.SMTP)) == {})
        check("vrfy says nothing", mx.verify(user)[0] in (252, 502, 500, 550))
        for to in ("y@other.example", "nobody@coop.test"):
            try:
                mx.sendmail("x@elsewhere.example", [to], "From: x@elsewhere.example\r\n\r\n")
                check(f"refuses {to}", False)
            except smtplib.SMTPRecipientsRefused as refusal:
                check(f"refuses {to}", refusal.recipients[to][0] == 550, refusal.recipients)
    with smtplib.SMTP("localhost", ports["submission"]) as door:
        door.ehlo("client.example")
        refused("AUTH without TLS", lambda: door.login(user, password))
        door.starttls(context=trust)
        check("login", door.login(user, password)[0] == 235)
        check("submission", door.send_message(letter("submitted", user, other)) == {})
    with smtplib.SMTP_SSL("localhost", ports["submissions"], context=trust) as door:
        door.login(user, password)
        utf8 = letter("Zażółć", user, other)
        check("submissions, SMTPUTF8", door.send_message(utf8, mail_options=["SMTPUTF8", "BODY=8BITMIME"]) == {})
        try:
            door.send_message(letter("forged", other, other), from_addr=other)
            check("forged sender", False)
        except smtplib.SMTPException as refusal:
            check("forged sender", "5.7.1" in str(refusal), str(refusal))


def main():
    signing_in()
    with imaplib.IMAP4_SSL("localhost", ports["imaps"], ssl_context=trust) as imap:
        ok("login", imap.login(user, password))
        # imaplib asks only before login, where most extensions are not told yet.
        imap.capabilities = tuple(ok("capability", imap.capability())[0].decode().split())
        ok("enable", imap.enable("CONDSTORE"))
        # ENABLE UTF8=ACCEPT is left out: imaplib takes any OK for a yes.
        mailboxes(imap)
        appends(imap)
        fetches(imap)
        searches(imap)
        changes(imap)
    sending()
    with imaplib.IMAP4_SSL("localhost", ports["imaps"], ssl_context=trust) as imap:
        ok("login of the other", imap.login(other, password))
        check("what was sent is there", ok("select", imap.select("INBOX")) == [b"3"])
        check("none is forged", ok("search", imap.search(None, "SUBJECT", "forged")) == [b""])
    print("done")


main()

"""What slixmpp does, against a running server: `slixmpp_client.py WORLD PART`; one line per check, exit 1 on the first fault."""

import asyncio
import io
import json
import logging
import socket
import ssl
import sys
from xml.etree import ElementTree

import aiohttp
import slixmpp
from slixmpp.exceptions import IqError
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher.base import MatcherBase

world = json.loads(sys.argv[1])
patience = 20
omemo = "eu.siacs.conversations.axolotl"
logging.basicConfig(level=logging.ERROR)
# Its own tasks are left pending at its end.
logging.getLogger("asyncio").setLevel(logging.CRITICAL)


# Every name is one of this machine, and its pages are at the server's port.
look_up = socket.getaddrinfo
socket.getaddrinfo = lambda _, port, *more, **named: look_up(
    "127.0.0.1", world["ports"]["https"] if port == 443 else port, *more, **named
)


class Fault(Exception):
    pass


def check(name, holds, saw=None):
    if not holds:
        raise Fault(f"{name}: {saw}")
    print(f"ok {name}")


def address(name):
    return f"{name}@{world['domain']}"


class Everything(MatcherBase):
    def __init__(self):
        super().__init__(None)

    def match(self, xml):
        return True


class Client(slixmpp.ClientXMPP):
    """Keeps what comes until it is asked for."""

    def __init__(self, name, resource, plugins=(), mechanism=None):
        super().__init__(f"{address(name)}/{resource}", world["password"], sasl_mech=mechanism)
        for plugin in ("xep_0030", "xep_0199", *plugins):
            self.register_plugin(plugin)
        self.ca_certs = world["authority"]
        self.came = []
        self.waiting = []
        self.register_handler(Callback("everything", Everything(), self.keep))
        self.add_event_handler("failed_auth", lambda _: self.keep("failed_auth"))

    def keep(self, stanza):
        self.came.append(stanza)
        for wake in self.waiting:
            if not wake.done():
                wake.set_result(None)
        self.waiting = []

    async def until(self, what, wanted):
        """The first that is wanted, whenever it came; it is taken away."""

        async def take():
            while True:
                for stanza in self.came:
                    if wanted(stanza):
                        self.came.remove(stanza)
                        return stanza
                wake = asyncio.get_running_loop().create_future()
                self.waiting.append(wake)
                await wake

        try:
            return await asyncio.wait_for(take(), patience)
        except asyncio.TimeoutError:
            raise Fault(f"{what} did not come; came: " + "\n".join(map(str, self.came))) from None

    def message(self, body):
        return self.until(f"the message '{body}'", lambda it: isinstance(it, slixmpp.Message) and it["body"] == body)

    async def told(self, name, after=lambda: None):
        came = asyncio.get_running_loop().create_future()
        self.add_event_handler(name, lambda it: came.done() or came.set_result(it), disposable=True)
        after()
        try:
            return await asyncio.wait_for(came, patience)
        except asyncio.TimeoutError:
            raise Fault(f"the event {name} did not come; came: " + "\n".join(map(str, self.came))) from None

    async def start(self, direct=False, presence=True):
        port = world["ports"]["xmpps" if direct else "xmpp"]
        await self.told("session_start", lambda: self.connect(("127.0.0.1", port), use_ssl=direct))
        await self.get_roster()
        if presence:
            self.send_presence()
            await self.until("one's own presence", lambda it: isinstance(it, slixmpp.Presence) and it["from"] == self.boundjid)
        return self

    def raw(self, kind, payload, to=None):
        iq = self.make_iq(itype=kind, ito=to)
        iq.append(ElementTree.fromstring(payload))
        return iq.send(timeout=patience)


async def refused(name, condition, asked):
    try:
        answer = await asked
    except IqError as fault:
        check(name, fault.condition == condition, fault.iq)
        return
    raise Fault(f"{name}: was not refused: {answer}")


def unbound(client):
    """slixmpp 1.8 binds by tls-unique, which TLS 1.3 has not, and says 'y' elsewhere: RFC 5802 §6 has that refused."""
    asked = client["feature_mechanisms"]._default_credentials
    client["feature_mechanisms"].sasl_callback = lambda *names: {**asked(*names), "channel_binding": b""}
    return client


async def login():
    for mechanism in ("SCRAM-SHA-1", "SCRAM-SHA-256", "PLAIN"):
        client = await unbound(Client("ana", mechanism, mechanism=mechanism)).start()
        check(mechanism, client.boundjid.full == f"{address('ana')}/{mechanism}", client.boundjid)
        await client.disconnect()
    for _ in range(10):
        chosen = await Client("ana", "chosen").start()
        await chosen.disconnect()
    check("as it comes, again and again", "mechanisms" in chosen.features)
    direct = await Client("ana", "direct").start(direct=True)
    check("direct TLS", isinstance(direct.socket, (ssl.SSLSocket, ssl.SSLObject)))
    await direct.disconnect()
    wrong = Client("ana", "wrong")
    wrong.credentials["password"] = "not this one"
    wrong.connect(("127.0.0.1", world["ports"]["xmpp"]))
    await wrong.until("a refusal", lambda it: it == "failed_auth")
    check("a wrong password is refused", "bind" not in wrong.features)
    wrong.abort()


async def service():
    client = await Client("ana", "service", ("xep_0092", "xep_0115", "xep_0202")).start()
    info = (await client["xep_0030"].get_info(jid=world["domain"]))["disco_info"]
    check("the server is one", ("server", "im", None, None) in {(*it[:2], None, None) for it in info["identities"]})
    features = info["features"]
    for each in ("urn:xmpp:ping", "jabber:iq:version", "urn:xmpp:carbons:2"):
        check(f"the server has {each}", each in features, features)
    own = (await client["xep_0030"].get_info(jid=address("ana")))["disco_info"]
    check("the account has an archive", "urn:xmpp:mam:2" in own["features"], own["features"])
    version = await client["xep_0092"].get_version(world["domain"])
    check("version", version["software_version"]["name"] == "myco", version)
    # It does not read XEP-0202's 'Z'.
    check("time", "Z</utc>" in str(await client["xep_0202"].get_entity_time(world["domain"])))
    check("ping", await client["xep_0199"].ping(world["domain"]) > 0)
    await refused("what nobody knows", "service-unavailable", client.raw("get", "<x xmlns='urn:example:nothing'/>", world["domain"]))
    await client.disconnect()


async def roster():
    ana, bea = await Client("ana", "roster").start(), await Client("bea", "roster").start()
    await ana.update_roster(address("bea"), name="Bea", groups=["Garden"])
    await ana.get_roster()
    item = ana.client_roster[address("bea")]
    check("a contact is kept", (item["name"], item["groups"]) == ("Bea", ["Garden"]), item)
    for client in (ana, bea):
        client.auto_authorize, client.auto_subscribe = True, True
    ana.send_presence_subscription(pto=address("bea"))
    await ana.until("the presence of the contact", lambda it: isinstance(it, slixmpp.Presence) and it["from"] == bea.boundjid)
    await bea.until("ours, for the contact", lambda it: isinstance(it, slixmpp.Presence) and it["from"] == ana.boundjid)
    await ana.get_roster()
    check("both see each other", ana.client_roster[address("bea")]["subscription"] == "both", ana.client_roster)
    bea.send_presence(pshow="away", pstatus="in the garden")
    away = await ana.until("away", lambda it: isinstance(it, slixmpp.Presence) and it["show"] == "away")
    check("what somebody is doing", away["status"] == "in the garden")
    await bea.disconnect()
    await ana.until("the end", lambda it: isinstance(it, slixmpp.Presence) and it["type"] == "unavailable" and it["from"] == bea.boundjid)
    await ana.del_roster_item(address("bea"))
    await ana.get_roster()
    check("a contact is removed", not ana.client_roster.has_jid(address("bea")) or ana.client_roster[address("bea")]["subscription"] in ("none", "remove"), ana.client_roster)
    await ana.disconnect()


async def messages():
    plugins = ("xep_0085", "xep_0184", "xep_0308", "xep_0359")
    ana, bea = await Client("ana", "messages", plugins).start(), await Client("bea", "messages", plugins).start()
    sent = ana.make_message(mto=address("bea"), mbody="grüezi 🌱", mtype="chat")
    sent["request_receipt"] = True
    sent["chat_state"] = "active"
    sent.send()
    got = await bea.message("grüezi 🌱")
    check("from", got["from"] == ana.boundjid, got)
    check("its id", got["id"] == sent["id"], got)
    check("its state", got["chat_state"] == "active", got)
    check("the archive's id", got["stanza_id"]["by"] == address("bea") and got["stanza_id"]["id"] != "", got)
    receipt = await ana.until("a receipt", lambda it: isinstance(it, slixmpp.Message) and it["receipt"])
    check("what it is for", receipt["receipt"] == sent["id"], receipt)
    correction = ana.make_message(mto=address("bea"), mbody="grüezi mitenand", mtype="chat")
    correction["replace"]["id"] = sent["id"]
    correction.send()
    corrected = await bea.message("grüezi mitenand")
    check("a correction", corrected["replace"]["id"] == sent["id"], corrected)
    await bea.disconnect()
    ana.send_message(mto=address("bea"), mbody="while you were away", mtype="chat")
    nobody = ana.make_message(mto=address("nobody"), mbody="is anybody there?", mtype="chat")
    nobody.send()
    error = await ana.until("an error", lambda it: isinstance(it, slixmpp.Message) and it["type"] == "error")
    check("nobody is there", error["error"]["condition"] == "service-unavailable" and error["id"] == nobody["id"], error)
    again = await Client("bea", "again", ("xep_0203", "xep_0359")).start()
    late = await again.message("while you were away")
    check("what came meanwhile", late["delay"]["stamp"] is not None and late["from"] == ana.boundjid, late)
    await again.disconnect()
    await ana.disconnect()


async def carbons():
    plugins = ("xep_0280", "xep_0085", "xep_0334")
    ana = await Client("ana", "carbons", plugins).start()
    phone, laptop = await Client("bea", "phone", plugins).start(), await Client("bea", "laptop", plugins).start()
    for each in (phone, laptop):
        await each["xep_0280"].enable()
    ana.send_message(mto=phone.boundjid, mbody="for the phone", mtype="chat")
    await phone.message("for the phone")
    received = await laptop.until("a copy", lambda it: isinstance(it, slixmpp.Message) and it.get_plugin("carbon_received", check=True))
    check("received, on the other device", received["carbon_received"]["body"] == "for the phone", received)
    check("by one's own account", received["from"] == address("bea"), received)
    phone.send_message(mto=ana.boundjid, mbody="from the phone", mtype="chat")
    sent = await laptop.until("a copy of what was sent", lambda it: isinstance(it, slixmpp.Message) and it.get_plugin("carbon_sent", check=True))
    check("sent, on the other device", sent["carbon_sent"]["body"] == "from the phone", sent)
    private = ana.make_message(mto=phone.boundjid, mbody="for the phone alone", mtype="chat")
    private.append(ElementTree.fromstring("<private xmlns='urn:xmpp:carbons:2'/>"))
    private.append(ElementTree.fromstring("<no-copy xmlns='urn:xmpp:hints'/>"))
    private.send()
    await phone.message("for the phone alone")
    await laptop["xep_0199"].ping(world["domain"])
    check("not what is private", not any("for the phone alone" in str(it) for it in laptop.came), laptop.came)
    for each in (ana, phone, laptop):
        await each.disconnect()


async def archive():
    plugins = ("xep_0313", "xep_0359", "xep_0059")
    cato, dana = await Client("cato", "archive", plugins).start(), await Client("dana", "archive", plugins).start()
    for number in range(25):
        cato.send_message(mto=address("dana"), mbody=f"number {number}", mtype="chat")
    await dana.message("number 24")
    found = [it async for it in dana["xep_0313"].iterate(rsm={"max": 10})]
    bodies = [it["mam_result"]["forwarded"]["message"]["body"] for it in found]
    check("page by page", bodies == [f"number {n}" for n in range(25)], bodies)
    last = [it async for it in dana["xep_0313"].iterate(reverse=True, rsm={"max": 5}, total=5)]
    bodies = [it["mam_result"]["forwarded"]["message"]["body"] for it in last]
    check("the last first", sorted(bodies) == sorted(f"number {n}" for n in range(20, 25)), bodies)
    ours = [it async for it in cato["xep_0313"].iterate(with_jid=address("dana"), rsm={"max": 50})]
    check("what was sent, with somebody", len(ours) == 25, len(ours))
    none = [it async for it in cato["xep_0313"].iterate(with_jid=address("ana"), rsm={"max": 50})]
    check("with somebody else", none == [], none)
    form = await dana["xep_0313"].get_fields()
    check("what can be asked for", {"with", "start", "end"} <= set(form.get_fields()), form)
    ends = await dana["xep_0313"].get_archive_metadata()
    check("where it begins and ends", ends["mam_metadata"]["start"]["id"] == found[0]["mam_result"]["id"], ends)
    check("and it ends", ends["mam_metadata"]["end"]["id"] == found[-1]["mam_result"]["id"], ends)
    page = await dana["xep_0313"].retrieve(rsm={"after": found[-2]["mam_result"]["id"], "max": 10})
    check("what came since", [it["mam_result"]["forwarded"]["message"]["body"] for it in page["mam"]["results"]] == ["number 24"], page)
    await refused("another's archive", "service-unavailable", dana.raw("set", "<query xmlns='urn:xmpp:mam:2'/>", address("cato")))
    await cato.disconnect()
    await dana.disconnect()


async def blocking():
    ana, bea = await Client("ana", "blocking", ("xep_0191",)).start(), await Client("bea", "blocking").start()
    features = (await ana["xep_0030"].get_info(jid=world["domain"]))["disco_info"]["features"]
    check("the server has it", "urn:xmpp:blocking" in features, features)
    await ana["xep_0191"].block([address("bea")])
    listed = await ana["xep_0191"].get_blocked()
    check("the list", {str(it) for it in listed["blocklist"]["items"]} == {address("bea")}, listed)
    bea.send_message(mto=ana.boundjid, mbody="hear me", mtype="chat")
    error = await bea.until("an error", lambda it: isinstance(it, slixmpp.Message) and it["type"] == "error")
    check("who is blocked is refused", error["error"]["condition"] == "service-unavailable", error)
    await ana["xep_0191"].unblock([address("bea")])
    bea.send_message(mto=ana.boundjid, mbody="hear me again", mtype="chat")
    await ana.message("hear me again")
    check("what was said before did not come", not any("hear me" == it["body"] for it in ana.came if isinstance(it, slixmpp.Message)))
    await ana.disconnect()
    await bea.disconnect()


async def resumption():
    ana, bea = await Client("ana", "resumption").start(), Client("bea", "resumption", ("xep_0198",))
    enabled = asyncio.ensure_future(bea.told("sm_enabled"))
    await bea.start()
    check("it may resume", (await enabled)["resume"], await enabled)
    ana.send_message(mto=bea.boundjid, mbody="before", mtype="chat")
    await bea.message("before")
    acked = asyncio.ensure_future(bea.told("stanza_acked"))
    bea.send_message(mto=ana.boundjid, mbody="acknowledged", mtype="chat")
    bea["xep_0198"].request_ack()
    await acked
    check("what was handled is acknowledged", True)
    jid = bea.boundjid.full
    # The connection goes, and the server is not told.
    await bea.told("disconnected", lambda: bea.transport.abort())
    ana.send_message(mto=jid, mbody="meanwhile", mtype="chat")
    await ana["xep_0199"].ping(world["domain"])
    resumed = await bea.told("session_resumed", lambda: bea.connect(("127.0.0.1", world["ports"]["xmpp"])))
    check("resumed", resumed is not None)
    await bea.message("meanwhile")
    check("under its address", bea.boundjid.full == jid, bea.boundjid)
    bea.send_message(mto=ana.boundjid, mbody="back again", mtype="chat")
    await ana.message("back again")
    await ana.disconnect()
    await bea.disconnect()


async def private():
    ana = await Client("ana", "private").start()
    await ana.raw("set", "<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'><conference jid='a@rooms.test'/></storage></query>")
    got = await ana.raw("get", "<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'/></query>")
    check("what a client keeps for itself", "a@rooms.test" in str(got), got)
    await ana.disconnect()


async def upload():
    ana = await Client("ana", "upload", ("xep_0363",)).start()
    # find_upload_service does not run on Python 3.11.
    found = [it[0] for it in (await ana["xep_0030"].get_items(jid=world["domain"]))["disco_items"]["items"]]
    infos = [await ana["xep_0030"].get_info(jid=it) for it in found]
    services = [it["from"] for it in infos if "urn:xmpp:http:upload:0" in it["disco_info"]["features"]]
    check("where files go", len(services) == 1, found)
    ana["xep_0363"].upload_service = services[0]
    name = "a photo é.jpg"
    url = await ana["xep_0363"].upload_file(name, input_file=io.BytesIO(b"miaou" * 1000), content_type="image/jpeg", timeout=patience)
    check("an address", url.startswith("https://"), url)
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        check("the bytes", await answer.read() == b"miaou" * 1000, answer)
        check("their type", answer.headers["content-type"] == "image/jpeg", answer.headers)
    await ana.disconnect()


def options(**fields):
    form = slixmpp.plugins.xep_0004.stanza.form.Form()
    form["type"] = "submit"
    form.add_field(var="FORM_TYPE", ftype="hidden", value="http://jabber.org/protocol/pubsub#publish-options")
    for name, value in fields.items():
        form.add_field(var=f"pubsub#{name}", value=value)
    return form


async def eventing():
    plugins = ("xep_0004", "xep_0060", "xep_0163", "xep_0115", "xep_0084")
    ana, bea = Client("ana", "eventing", plugins), Client("bea", "eventing", plugins)
    bea["xep_0163"].add_interest(f"{omemo}.devicelist")
    bea["xep_0163"].add_interest("urn:xmpp:avatar:metadata")
    for client in (ana, bea):
        client.auto_authorize, client.auto_subscribe = True, True
        await client.start()
    bea.send_presence_subscription(pto=address("ana"))
    await bea.until("the presence of the contact", lambda it: isinstance(it, slixmpp.Presence) and it["from"] == ana.boundjid)
    await ana.until("ours, for the contact", lambda it: isinstance(it, slixmpp.Presence) and it["from"] == bea.boundjid)
    devices = ElementTree.fromstring(f"<list xmlns='{omemo}'><device id='4711'/></list>")
    await ana["xep_0060"].publish(None, f"{omemo}.devicelist", "current", devices, options=options(access_model="open", persist_items="true"))
    event = await bea.until("the list of devices", lambda it: isinstance(it, slixmpp.Message) and "4711" in str(it) and "pubsub#event" in str(it))
    check("whose list it is", event["from"].bare == address("ana"), event)
    keys = "".join(f"<preKeyPublic preKeyId='{n}'>{'QUJD' * 11}</preKeyPublic>" for n in range(100))
    bundle = f"<bundle xmlns='{omemo}'><signedPreKeyPublic signedPreKeyId='1'>QUJD</signedPreKeyPublic><prekeys>{keys}</prekeys></bundle>"
    await ana["xep_0060"].publish(None, f"{omemo}.bundles:4711", "current", ElementTree.fromstring(bundle), options=options(access_model="open", persist_items="true", max_items="max"))
    stranger = await Client("dana", "stranger", plugins).start()
    got = await stranger["xep_0060"].get_items(address("ana"), f"{omemo}.bundles:4711")
    check("a stranger has the bundle", str(got).count("<preKeyPublic ") == 100, got)
    await refused("a node with other options", "conflict", ana["xep_0060"].publish(None, f"{omemo}.devicelist", "current", devices, options=options(access_model="whitelist")))
    await ana["xep_0060"].publish(None, "urn:example:mine", "one", ElementTree.fromstring("<x xmlns='urn:example'/>"), options=options(access_model="whitelist"))
    await refused("what is on a white list", "not-allowed", stranger["xep_0060"].get_items(address("ana"), "urn:example:mine"))
    picture = b"\x89PNG\r\n\x1a\n" + b"picture" * 100
    await ana["xep_0084"].publish_avatar(picture)
    hashed = ana["xep_0084"].generate_id(picture)
    await ana["xep_0084"].publish_avatar_metadata([{"id": hashed, "type": "image/png", "bytes": len(picture)}])
    await bea.until("the picture's description", lambda it: isinstance(it, slixmpp.Message) and hashed in str(it))
    data = await bea["xep_0084"].retrieve_avatar(address("ana"), hashed)
    check("the picture", data["pubsub"]["items"]["item"]["avatar_data"]["value"] == picture, data)
    for client in (ana, bea, stranger):
        await client.disconnect()


async def rooms():
    plugins = ("xep_0045", "xep_0313", "xep_0359", "xep_0203", "xep_0249")
    ana, bea = await Client("ana", "rooms", plugins).start(), await Client("bea", "rooms", plugins).start()
    found = [it[0] for it in (await ana["xep_0030"].get_items(jid=world["domain"]))["disco_items"]["items"]]
    services = [it for it in found if "http://jabber.org/protocol/muc" in (await ana["xep_0030"].get_info(jid=it))["disco_info"]["features"]]
    check("where rooms are", len(services) == 1, found)
    room = slixmpp.JID(f"garden@{services[0]}")
    presence, _, _, _ = await ana["xep_0045"].join_muc_wait(room, "Ana", timeout=patience)
    check("its first is its owner", {201, 110} <= set(presence["muc"]["status_codes"]) and presence["muc"]["affiliation"] == "owner", presence)
    form = await ana["xep_0045"].get_room_config(room)
    form["type"] = "submit"
    form.set_values({**form.get_values(), "muc#roomconfig_roomname": "The garden", "muc#roomconfig_persistentroom": True})
    await ana["xep_0045"].set_room_config(room, form)
    info = (await bea["xep_0030"].get_info(jid=room))["disco_info"]
    check("its name", any(it[3] == "The garden" for it in info["identities"]), info)
    check("it has an archive", "urn:xmpp:mam:2" in info["features"], info["features"])
    for number in range(3):
        ana.send_message(mto=room, mbody=f"seed {number}", mtype="groupchat")
        await ana.message(f"seed {number}")
    _, _, occupants, history = await bea["xep_0045"].join_muc_wait(room, "Bea", maxstanzas=2, timeout=patience)
    check("who is there", "Ana" in [it["from"].resource for it in occupants], occupants)
    check("what was said last", [it["body"] for it in history] == ["seed 1", "seed 2"], history)
    bea.send_message(mto=room, mbody="and water", mtype="groupchat")
    heard = await ana.message("and water")
    check("who said it", heard["from"] == f"{room}/Bea", heard)
    check("the room's id of it", heard["stanza_id"]["by"] == room, heard)
    archived = [it async for it in bea["xep_0313"].iterate(jid=room, rsm={"max": 10})]
    bodies = [it["mam_result"]["forwarded"]["message"]["body"] for it in archived]
    check("the archive of the room", [it for it in bodies if it] == ["seed 0", "seed 1", "seed 2", "and water"], bodies)
    ana["xep_0045"].set_subject(room, "What grows")
    await bea.until("the subject", lambda it: isinstance(it, slixmpp.Message) and it["subject"] == "What grows")
    await refused("the form of the owner", "forbidden", bea["xep_0045"].get_room_config(room))
    await ana["xep_0045"].set_affiliation(room, "outcast", jid=address("bea"), reason="enough")
    gone = await bea.until("a ban", lambda it: isinstance(it, slixmpp.Presence) and it["type"] == "unavailable" and it["from"] == f"{room}/Bea")
    check("who is banned is told so", 301 in gone["muc"]["status_codes"], gone)
    await ana["xep_0045"].destroy(room)
    await ana.disconnect()
    await bea.disconnect()


async def main(part):
    try:
        await part()
    except (Fault, IqError) as fault:
        print(f"FAULT {fault.iq if isinstance(fault, IqError) else fault}")
        return 1
    print("done")
    return 0


parts = {part.__name__: part for part in (login, service, roster, messages, carbons, archive, blocking, resumption, private, upload, eventing, rooms)}
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
sys.exit(loop.run_until_complete(main(parts[sys.argv[2]])))

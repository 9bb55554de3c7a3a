"""What aioxmpp does, against a running server: `aioxmpp_client.py WORLD PART`; one line per check, exit 1 on the first fault."""

import asyncio
import json
import logging
import socket
import sys
import warnings

import aioxmpp
import aioxmpp.avatar
import aioxmpp.connector
import aioxmpp.muc.xso
import aioxmpp.pubsub.xso
import aioxmpp.xso

world = json.loads(sys.argv[1])
patience = 30
logging.basicConfig(level=logging.ERROR)
# Its own tasks are left pending at its end.
logging.getLogger("asyncio").setLevel(logging.CRITICAL)
warnings.simplefilter("ignore")

png = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6364f8cf500f0003860180"
    "5a347d6b0000000049454e44ae426082"
)


@aioxmpp.pubsub.xso.as_payload_class
class Note(aioxmpp.xso.XSO):
    TAG = ("urn:example:note", "note")
    text = aioxmpp.xso.Text(default=None)


class Fault(Exception):
    pass


def check(name, holds, saw=None):
    if not holds:
        raise Fault(f"{name}: {saw}")
    print(f"ok {name}")


def address(name):
    return aioxmpp.JID.fromstr(f"{name}@{world['domain']}")


async def soon(what, awaited):
    try:
        return await asyncio.wait_for(awaited, patience)
    except asyncio.TimeoutError:
        raise Fault(f"{what} did not come") from None


class Client:
    """Signed in, available; keeps the messages that come."""

    def __init__(self, name, resource, direct=False, services=()):
        port = world["ports"]["xmpps" if direct else "xmpp"]
        kind = aioxmpp.connector.XMPPOverTLSConnector if direct else aioxmpp.connector.STARTTLSConnector
        self.client = aioxmpp.PresenceManagedClient(
            address(name).replace(resource=resource),
            aioxmpp.make_security_layer(world["password"]),
            override_peer=[("127.0.0.1", port, kind())],
        )
        self.client.backoff_start = aioxmpp.node.timedelta(milliseconds=100)
        self.services = {each: self.client.summon(each) for each in services}
        self.came = asyncio.Queue()
        dispatcher = self.client.summon(aioxmpp.dispatcher.SimpleMessageDispatcher)
        for of in (aioxmpp.MessageType.CHAT, aioxmpp.MessageType.NORMAL):
            dispatcher.register_callback(of, None, self.came.put_nowait)

    def __getitem__(self, service):
        return self.services[service]

    async def __aenter__(self):
        self.connected = self.client.connected(presence=aioxmpp.PresenceState(True))
        await soon("the session", self.connected.__aenter__())
        return self

    async def __aexit__(self, *fault):
        await soon("the end of the session", self.connected.__aexit__(None, None, None))

    def heard(self, signal, what, wanted=lambda *_: True):
        """The first time that what is wanted is signalled."""
        came = asyncio.get_running_loop().create_future()

        def take(*args, **named):
            if not came.done() and wanted(*args):
                came.set_result(args)
            return came.done()

        signal.connect(take)
        return soon(what, came)

    async def message(self, body):
        while True:
            message = await soon(f"the message '{body}'", self.came.get())
            if message.body and message.body.any() == body:
                return message

    async def send(self, to, body, kind=aioxmpp.MessageType.CHAT):
        message = aioxmpp.Message(type_=kind, to=to)
        message.body[None] = body
        await soon(f"'{body}' being sent", self.client.send(message))


async def login():
    for direct in (False, True):
        async with Client("ana", f"direct-{direct}", direct) as ana:
            check(f"direct TLS: {direct}", ana.client.local_jid == address("ana").replace(resource=f"direct-{direct}"), ana.client.local_jid)
            check("stream management", ana.client.stream.sm_enabled)


async def service():
    async with Client("ana", "service", services=(aioxmpp.DiscoClient,)) as ana:
        info = await ana[aioxmpp.DiscoClient].query_info(address("ana").replace(localpart=None))
        check("the server is one", ("server", "im") in {(it.category, it.type_) for it in info.identities}, info.identities)
        own = await ana[aioxmpp.DiscoClient].query_info(address("ana"))
        for each in ("urn:xmpp:mam:2", "http://jabber.org/protocol/pubsub#publish-options", "http://jabber.org/protocol/rsm"):
            check(f"the account has {each}", each in own.features, own.features)
        version = await soon("the version", aioxmpp.version.query_version(ana.client.stream, address("ana").replace(localpart=None)))
        check("version", version.name == "myco", version)
        await soon("a ping", aioxmpp.ping.ping(ana.client, address("ana").replace(localpart=None)))


async def contacts():
    async with Client("ana", "contacts", services=(aioxmpp.RosterClient,)) as ana:
        async with Client("bea", "contacts", services=(aioxmpp.RosterClient,)) as bea:
            ours, theirs = ana[aioxmpp.RosterClient], bea[aioxmpp.RosterClient]
            await ours.set_entry(address("bea"), name="Bea", add_to_groups={"Garden"})
            asked = bea.heard(theirs.on_subscribe, "the request", lambda it: it.from_ == address("ana"))
            ours.subscribe(address("bea"))
            await asked
            both = ana.heard(ours.on_entry_subscription_state_changed, "a subscription", lambda it: it.jid == address("bea") and it.subscription == "to")
            theirs.approve(address("ana"))
            await both
            entry = ours.items[address("bea")]
            check("a contact is kept", (entry.name, set(entry.groups)) == ("Bea", {"Garden"}), entry)
            gone = ana.heard(ours.on_entry_removed, "the end of a contact")
            await ours.remove_entry(address("bea"))
            await gone
            check("a contact is removed", address("bea") not in ours.items, ours.items)


async def messages():
    async with Client("ana", "messages") as ana:
        async with Client("bea", "messages") as bea:
            await ana.send(address("bea"), "grüezi 🌱")
            got = await bea.message("grüezi 🌱")
            check("from", got.from_ == ana.client.local_jid, got)
        await ana.send(address("bea"), "while you were away")
        async with Client("bea", "again") as bea:
            late = await bea.message("while you were away")
            check("when", late.xep0203_delay, late)


async def rooms():
    garden = aioxmpp.JID.fromstr(f"garden@rooms.{world['domain']}")
    async with Client("ana", "rooms", services=(aioxmpp.MUCClient,)) as ana:
        async with Client("bea", "rooms", services=(aioxmpp.MUCClient,)) as bea:
            room, entered = ana[aioxmpp.MUCClient].join(garden, "Ana")
            await soon("entering", entered)
            # It takes no field of another type than the registered one.
            form = aioxmpp.muc.xso.ConfigurationForm.from_xso(await ana[aioxmpp.MUCClient].get_room_config(garden))
            form.roomname.value = "The garden"
            form.roomdesc.value = "Who waters what"
            await ana[aioxmpp.MUCClient].set_room_config(garden, form.render_reply())
            there = ana.heard(room.on_join, "somebody else", lambda it, **_: it.nick == "Bea")
            other, entered = bea[aioxmpp.MUCClient].join(garden, "Bea")
            await soon("entering", entered)
            await there
            heard = ana.heard(room.on_message, "what is said", lambda it, *_, **__: it.body.any() == "who waters?")
            _, tracker = other.send_message_tracked(said("who waters?"))
            # It knows its own message again by the id.
            back = bea.heard(tracker.on_state_changed, "what one said oneself", lambda it, *_: it == aioxmpp.tracking.MessageState.DELIVERED_TO_RECIPIENT)
            await heard
            await back
            topic = bea.heard(other.on_topic_changed, "the subject", lambda _, it, **__: it.any() == "Tomatoes")
            await room.set_topic({None: "Tomatoes"})
            await topic
            out = bea.heard(other.on_exit, "being shown out", lambda *_, **__: True)
            bea_there = next(it for it in room.members if it.nick == "Bea")
            await room.kick(bea_there, "enough")
            await out
            check("shown out", not other.muc_joined)


def said(body):
    message = aioxmpp.Message(type_=aioxmpp.MessageType.GROUPCHAT)
    message.body[None] = body
    return message


async def nodes():
    services = (aioxmpp.PubSubClient, aioxmpp.avatar.AvatarService)
    async with Client("ana", "nodes", services=services) as ana:
        pubsub = ana[aioxmpp.PubSubClient]
        await pubsub.create(address("ana"), "notes")
        form = aioxmpp.pubsub.xso.NodeConfigForm.from_xso(await pubsub.get_node_config(address("ana"), "notes"))
        form.max_items.value = "10"
        await pubsub.set_node_config(address("ana"), form.render_reply(), "notes")
        ids = []
        for text in ("one", "two", "three"):
            note = Note()
            note.text = text
            ids.append(await pubsub.publish(address("ana"), "notes", note))
        got = await pubsub.get_items_by_id(address("ana"), "notes", ids[:2])
        check("items by their ids", sorted(it.registered_payload.text for it in got.payload.items) == ["one", "two"], got)
        owners = (await pubsub.get_node_affiliations(address("ana"), "notes")).payload.affiliations
        check("whose it is", {(it.jid, it.affiliation) for it in owners} == {(address("ana"), "owner")}, owners)
        await pubsub.purge(address("ana"), "notes")
        check("emptied", not (await pubsub.get_items(address("ana"), "notes")).payload.items)
        await pubsub.delete(address("ana"), "notes")
        avatars = ana[aioxmpp.avatar.AvatarService]
        picture = aioxmpp.avatar.AvatarSet()
        picture.add_avatar_image("image/png", image_bytes=png)
        await avatars.publish_avatar_set(picture)
        [shown] = await avatars.get_avatar_metadata(address("ana"), require_fresh=True)
        check("a picture", await shown.get_image_bytes() == png and shown.mime_type == "image/png", shown)


async def blocking():
    async with Client("ana", "blocking", services=(aioxmpp.BlockingClient,)) as ana:
        mine = ana[aioxmpp.BlockingClient]
        if mine.blocklist is None:
            await ana.heard(mine.on_initial_blocklist_received, "who is blocked")
        told = ana.heard(mine.on_jids_blocked, "a block")
        await mine.block_jids([address("cato")])
        await told
        check("blocked", address("cato") in mine.blocklist, mine.blocklist)
        told = ana.heard(mine.on_jids_unblocked, "its end")
        await mine.unblock_jids([address("cato")])
        await told
        check("not blocked any more", not mine.blocklist, mine.blocklist)


async def resumption():
    async with Client("ana", "resumption") as ana, Client("bea", "resumption") as bea:
        destroyed = []
        ana.client.on_stream_destroyed.connect(lambda *_: destroyed.append(True))
        back = ana.heard(ana.client.on_stream_resumed, "the session")
        ana.client.stream._xmlstream.transport.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        await bea.send(address("ana"), "while the line was cut")
        await back
        await ana.message("while the line was cut")
        check("the same session", not destroyed)


async def main(part):
    await globals()[part]()
    print("done")


try:
    asyncio.run(main(sys.argv[2]))
except Fault as fault:
    print(f"FAULT {fault}")
    sys.exit(1)

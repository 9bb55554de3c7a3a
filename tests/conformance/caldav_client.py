"""What python3-caldav offers, against a running server; one line per check, exit 1 on the first fault."""

import sys
import time
from datetime import date, datetime, timedelta, timezone

import caldav
from caldav.elements import dav, ical
from caldav.lib import error

base, authority, user, other, password = sys.argv[1:6]
at = lambda day, hour=10: datetime(2026, 3, day, hour, tzinfo=timezone.utc)


def check(name, holds, saw=None):
    if not holds:
        print(f"FAULT {name}: {saw!r}")
        sys.exit(1)
    print(f"ok {name}")


def refused(name, kind, call):
    try:
        saw = call()
    except kind as fault:
        check(name, True, fault)
        return
    check(name, False, saw)


def event(uid, more="", start="DTSTART:20260305T100000Z\nDTEND:20260305T110000Z"):
    return (
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\nBEGIN:VEVENT\n"
        f"UID:{uid}\nDTSTAMP:20260101T000000Z\n{start}\nSUMMARY:About {uid}\n{more}END:VEVENT\nEND:VCALENDAR\n"
    )


def todo(uid, more=""):
    return (
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\nBEGIN:VTODO\n"
        f"UID:{uid}\nDTSTAMP:20260101T000000Z\nSUMMARY:{uid}\nSTATUS:NEEDS-ACTION\n{more}END:VTODO\nEND:VCALENDAR\n"
    )


def uids(found):
    return sorted(str(each.icalendar_component["uid"]) for each in found)


client = caldav.DAVClient(url=base, username=user, password=password, ssl_verify_cert=authority)
with client:
    # From the root of the server, as from a mail address.
    check("check_dav_support", client.check_dav_support())
    check("check_cdav_support", client.check_cdav_support())
    principal = client.principal()
    check("principal", principal.url.path == "/dav/principals/ana/", principal.url)
    check("calendar_home_set", principal.calendar_home_set.url.path == "/dav/calendars/ana/")
    check("get_display_name", principal.get_display_name() == user or principal.get_display_name() != "")
    names = [each.url.path for each in principal.calendars()]
    check("calendars", "/dav/calendars/ana/personal/" in names, names)

    work = principal.make_calendar(name="Work & play", cal_id="work")
    check("make_calendar", work.url.path == "/dav/calendars/ana/work/", work.url)
    check("its display name", work.get_display_name() == "Work & play", work.get_display_name())
    refused("make_calendar where one is", error.MkcalendarError, lambda: principal.make_calendar(cal_id="work"))
    work.set_properties([dav.DisplayName("Work"), ical.CalendarColor("#ff0000")])
    check("set_properties", work.get_property(ical.CalendarColor()).lower().startswith("#ff0000"))
    check("get_properties", work.get_properties([dav.DisplayName()])[dav.DisplayName.tag] == "Work")
    check("get_supported_components", "VEVENT" in work.get_supported_components(), work.get_supported_components())
    tasks = principal.make_calendar(name="Tasks", cal_id="tasks", supported_calendar_component_set=["VTODO"])
    check("make_calendar of to-dos", tasks.get_supported_components() == ["VTODO"], tasks.get_supported_components())
    refused("an event among to-dos", error.DAVError, lambda: tasks.save_event(event("misplaced")))
    check("calendar by name", principal.calendar(name="Work").url.path == work.url.path)
    check("calendar by id", principal.calendar(cal_id="work").url.path == work.url.path)

    # Events
    first = work.save_event(event("one@x", "LOCATION:Room 1\nCATEGORIES:chess,go\n"))
    check("save_event", first.url.path.startswith("/dav/calendars/ana/work/"), first.url)
    words = work.save_event(dtstart=at(6), dtend=at(6, 11), summary="made of words").id
    work.save_event(event("daily", "RRULE:FREQ=DAILY;COUNT=5\n", "DTSTART:20260310T080000Z\nDURATION:PT1H"))
    work.save_event(event("allday", "", "DTSTART;VALUE=DATE:20260320\nDTEND;VALUE=DATE:20260321"))
    refused("no_overwrite", error.ConsistencyError, lambda: work.save_event(event("one@x"), no_overwrite=True))
    refused("no_create", error.ConsistencyError, lambda: work.save_event(event("nowhere"), no_create=True))
    refused("a rule that is none", error.AuthorizationError, lambda: work.save_event(event("bad", "RRULE:FREQ=SOMETIMES\n")))
    check("events", uids(work.events()) == sorted(["allday", "daily", "one@x", words]), uids(work.events()))
    check("event_by_uid", work.event_by_uid("daily").icalendar_component["summary"] == "About daily")
    refused("a uid that is nowhere", error.NotFoundError, lambda: work.event_by_uid("nowhere"))
    check("event_by_url", str(work.event_by_url(first.url).icalendar_component["uid"]) == "one@x")
    got = work.calendar_multiget([first.url, work.event_by_uid("daily").url])
    check("calendar_multiget", uids(got) == ["daily", "one@x"], uids(got))

    # Searches
    found = work.date_search(at(5, 0), at(7, 0))
    check("date_search", uids(found) == sorted(["one@x", words]), uids(found))
    found = work.search(event=True, start=at(11, 0), end=at(13, 0), expand=True)
    starts = sorted(each.icalendar_component["dtstart"].dt for each in found)
    check("search that expands", starts == [at(11, 8), at(12, 8)], starts)
    found = work.search(event=True, start=at(11, 0), end=at(13, 0))
    check("search that does not", uids(found) == ["daily"], uids(found))
    check("search by category", uids(work.search(event=True, category="chess")) == ["one@x"])
    check("search by summary", uids(work.search(event=True, summary="made of")) == [words])
    check("search by location", uids(work.search(event=True, location="Room")) == ["one@x"])
    check("search by uid", uids(work.search(comp_class=caldav.Event, uid="daily")) == ["daily"])
    found = work.search(event=True, sort_keys=("dtstart",))
    check("search that sorts", str(found[0].icalendar_component["uid"]) == "one@x", uids(found))
    busy = work.freebusy_request(at(5, 0), at(12, 0)).data
    check("freebusy_request", busy.count("FREEBUSY") >= 3 and "About" not in busy, busy)

    # To-dos and journals
    tasks.save_todo(todo("later", "DUE;VALUE=DATE:20270401\n"))
    tasks.save_todo(todo("sooner", "DUE;VALUE=DATE:20260301\n"))
    tasks.save_todo(todo("undated"))
    check("todos", [str(each.icalendar_component["uid"]) for each in tasks.todos()][:2] == ["sooner", "later"])
    tasks.todo_by_uid("later").complete()
    check("complete", uids(tasks.todos()) == ["sooner", "undated"], uids(tasks.todos()))
    check("include_completed", "later" in uids(tasks.todos(include_completed=True)))
    tasks.todo_by_uid("later").uncomplete()
    check("uncomplete", "later" in uids(tasks.todos()))
    part = tasks.save_todo(summary="part").id
    sooner = tasks.todo_by_uid("sooner")
    sooner.set_relation(part, reltype="child", set_reverse=False)
    sooner.save()
    related = tasks.todo_by_uid("sooner").icalendar_component.get("related-to")
    check("set_relation", str(related) == part, related)
    diary = work.save_journal(summary="what was", dtstart=date(2026, 3, 5), description="rain").id
    check("journals", uids(work.journals()) == [diary], uids(work.journals()))
    check("journal_by_uid", work.journal_by_uid(diary).icalendar_component["summary"] == "what was")

    # Changes
    seen = work.objects(load_objects=True)
    check("objects_by_sync_token", len(list(seen)) == 5, len(list(seen)))
    one = work.event_by_uid("one@x")
    one.icalendar_component["summary"] = "changed"
    one.save()
    work.event_by_uid(words).delete()
    work.save_event(event("late"))
    updated, deleted = seen.sync()
    check("sync", (len(list(updated)), len(list(deleted))) == (2, 1), (list(updated), list(deleted)))
    changed = work.objects_by_sync_token(sync_token=seen.sync_token)
    check("nothing since", len(list(changed)) == 0, list(changed))
    moved = work.event_by_uid("late").copy(new_parent=principal.calendar(cal_id="personal"))
    moved.save()
    check("copy", principal.calendar(cal_id="personal").event_by_uid(moved.id) is not None)
    check("load", (one.load(), str(one.icalendar_component["summary"]))[1] == "changed")

    # What goes
    one.delete()
    refused("load what went", error.NotFoundError, one.load)
    tasks.delete()
    check("delete", "/dav/calendars/ana/tasks/" not in [each.url.path for each in principal.calendars()])
    refused("events of what went", error.NotFoundError, lambda: tasks.events())
    wrong = caldav.DAVClient(url=base, username=user, password="wrong", ssl_verify_cert=authority)
    refused("a wrong password", error.AuthorizationError, wrong.principal)

def eventually(call, patience=20):
    """What the server does behind the answer is there soon, and without asking for it by a fixed time."""
    end = time.monotonic() + patience
    while True:
        found = call()
        if found or time.monotonic() > end:
            return found
        time.sleep(0.1)


with caldav.DAVClient(url=base, username=user, password=password, ssl_verify_cert=authority) as mine, caldav.DAVClient(
    url=base, username=other, password=password, ssl_verify_cert=authority
) as theirs:
    ana, bea = mine.principal(), theirs.principal()
    check("check_scheduling_support", mine.check_scheduling_support())
    check("calendar_user_address_set", f"mailto:{user}" in ana.calendar_user_address_set())
    check("get_vcal_address", "@" in str(ana.get_vcal_address()) or str(ana.get_vcal_address()).startswith("/"))
    check("schedule_inbox", bea.schedule_inbox().url is not None)
    check("schedule_outbox", ana.schedule_outbox().url is not None)
    work, personal = ana.calendar(cal_id="work"), bea.calendar(cal_id="personal")
    bea.calendars()
    invitation = event("meeting", "", "DTSTART:20270401T100000Z\nDTEND:20270401T110000Z")
    made = work.save_with_invites(invitation, [ana, bea.get_vcal_address()])
    check("save_with_invites", made.url is not None)
    invites = eventually(lambda: [each for each in bea.schedule_inbox().get_items() if each.is_invite_request() and "meeting" in each.data])
    check("get_items, is_invite_request", len(invites) >= 1, invites)
    check("it is in the calendar", eventually(lambda: "meeting" in uids(personal.events())))
    # The invitation is in the calendar already (RFC 6638 §4.1): it is answered there.
    copy = personal.event_by_uid("meeting")
    copy.change_attendee_status(attendee=bea.get_vcal_address(), partstat="ACCEPTED")
    copy.save()

    def answer():
        attendees = work.event_by_uid("meeting").icalendar_component["attendee"]
        return [each.params["PARTSTAT"] for each in attendees if each.params.get("PARTSTAT") == "ACCEPTED" and "bea" in each]

    check("change_attendee_status", eventually(answer) == ["ACCEPTED"], work.event_by_uid("meeting").data)
    busy = ana.freebusy_request(at(1) + timedelta(days=395), at(5) + timedelta(days=395), [bea.get_vcal_address()])
    check("freebusy_request of another", "20270401T100000Z" in str(busy) or len(busy) > 0, busy)
    work.event_by_uid("meeting").delete()
    gone = lambda: "CANCELLED" in personal.event_by_uid("meeting").data
    check("a meeting that is called off", eventually(gone), personal.event_by_uid("meeting").data)

print("done")

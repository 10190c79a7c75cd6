/** What an owner says to submissions (docs/mtp.md, Submissions, Verdicts). */
import { encodeErasure, encodeOpaque, encodeProperty } from "../../../mappings/event-content.ts";
import { type Check, NotChecked } from "../ledger.ts";
import { checkerOf, makeEvent, makeMessage, newSalt, type OwnEvent, unknownId } from "../own-events.ts";
import type { Guest } from "../parties.ts";
import { readLog } from "../reading.ts";
import { describe } from "../wire.ts";

const textOf = (octets: Uint8Array | undefined): string => Buffer.from(octets ?? []).toString("base64url");

const accepted: Check<Guest> = {
  title: "messages that are right",
  about: [
    "sub-order",
    "proof-kept",
    "content-kept",
    "id-once",
    "idempotent",
    "opaque",
    "verdict-reference",
    "post-verdict",
  ],
  async run(guest, expect) {
    const { me, group, desk, subject } = guest;
    const user = checkerOf(guest);
    const messages = [1, 2, 3].map((number) =>
      makeMessage(me, group, user, `peer check: message ${number} of 3`),
    );
    const answer = makeMessage(me, group, user, "peer check: an answer to what nobody wrote", {
      inReplyTo: unknownId(),
    });
    const opaque = makeEvent(
      me,
      group,
      user,
      "opaque",
      encodeOpaque("application/octet-stream", newSalt(), newSalt()),
    );
    const events = [...messages, answer, opaque];
    const verdicts = await desk.submit(events);
    const codes = verdicts.map(({ code }) => code);
    expect(
      "sub-order",
      codes.slice(0, 3).every((code) => code === "accepted"),
      "three times accepted",
      codes.join(", "),
    );
    expect("verdict-reference", codes[3] === "accepted", "accepted, whatever it answers", codes[3] ?? "none");
    expect("opaque", codes[4] === "accepted", "accepted", codes[4] ?? "none");
    const log = await readLog(guest);
    const places = events.map(({ id }) => log.events.find((event) => event.id === id));
    const seqs = places.slice(0, 3).map((event) => Number(event?.seq ?? 0));
    expect(
      "sub-order",
      seqs.every((seq, index) => seq > (seqs[index - 1] ?? 0)),
      "places in the order of submission",
      seqs.join(", "),
    );
    for (const [index, event] of events.entries()) {
      const kept = places[index];
      if (kept === undefined) continue;
      const label = event.kind === "opaque" ? "opaque" : "content-kept";
      expect(label, textOf(kept.content) === event.content, "the octets that were submitted", "others");
      expect(
        "proof-kept",
        textOf(kept.proof) === event.proof,
        "the proof that was submitted",
        textOf(kept.proof),
      );
      const via = kept.via?.join(", ");
      expect(
        "content-kept",
        via === `${me.base}, ${subject.base}`,
        `via ${me.base}, ${subject.base}`,
        via ?? "none",
      );
    }
    const again = await desk.submit(messages.slice(0, 1));
    const place = again[0]?.seq;
    const told = `${again[0]?.code} ${place}`;
    if (subject.feature("submit.post")) {
      expect(
        "idempotent",
        again[0]?.code === "accepted" && (place === undefined || place === seqs[0]),
        `accepted ${seqs[0]} again`,
        told,
      );
      expect("post-verdict", codes.length === events.length, "a verdict on each", String(codes.length));
    }
    const twice = (await readLog(guest)).events.filter(({ id }) => id === messages[0]?.id).length;
    expect("id-once", twice === 1, "one place of the id", String(twice));
  },
};

const properties: Check<Guest> = {
  title: "a property with and without expect",
  about: ["property-expect", "property-same"],
  async run(guest, expect) {
    const { me, group, desk } = guest;
    const value = JSON.stringify({ title: "peer check", url: "https://peer-check.invalid/" });
    const set = (text: string): OwnEvent =>
      makeEvent(
        me,
        group,
        checkerOf(guest),
        "property",
        encodeProperty({ name: "links", item: "peer-check", value: text }, newSalt()),
      );
    const conflict: OwnEvent = { ...set(value), expect: 9_007_199_254 };
    const [first, second, third] = await desk.submit([conflict, set(value), set(value)]);
    const numbered = /^\d+$/.test(first?.detail ?? "");
    expect(
      "property-expect",
      first?.code === "property_conflict" && numbered,
      "property_conflict with the version",
      `${first?.code} ${first?.detail}`,
    );
    if (second?.code !== "accepted") throw new NotChecked(`a link was judged ${second?.code}`);
    expect(
      "property-same",
      third?.code === "accepted",
      "accepted where it stands already",
      third?.code ?? "none",
    );
    await desk.submit([set("")]);
  },
};

const erasure: Check<Guest> = {
  title: "a message that is erased",
  about: ["erase-log"],
  async run(guest, expect) {
    const { me, group, desk } = guest;
    const message = makeMessage(me, group, checkerOf(guest), "peer check: this is erased at once");
    const erase = makeEvent(
      me,
      group,
      checkerOf(guest),
      "erase",
      encodeErasure({ of: "events", ids: [message.id] }, newSalt()),
    );
    const verdicts = await desk.submit([message, erase]);
    const codes = verdicts.map(({ code }) => code).join(", ");
    if (codes !== "accepted, accepted") return expect("erase-log", false, "accepted, accepted", codes);
    const kept = (await readLog(guest)).events.find(({ id }) => id === message.id);
    expect(
      "erase-log",
      kept?.erased !== undefined && kept.content === undefined,
      "the event as erased, without content",
      JSON.stringify(Object.keys(kept ?? {})),
    );
  },
};

const bodies: Check<Guest> = {
  title: "posts that are none",
  about: ["feature-ask", "post-verdict"],
  async run(guest, expect) {
    const { subject, me, path } = guest;
    if (!subject.feature("submit.post")) {
      const answer = await subject.ask(me, { path: `${path}/events`, body: { events: [] } });
      return expect(
        "feature-ask",
        answer.code === "not_found",
        "404 not_found of a feature that is not announced",
        describe(answer),
      );
    }
    expect("feature-ask", true, "", "");
    const right = makeMessage(
      me,
      guest.group,
      checkerOf(guest),
      "peer check: this comes with another that is none",
    );
    for (const events of [
      [right, { ...right, id: "x" }],
      [right, { ...right, content: "=" }],
      [right, 7],
      "x",
    ]) {
      const answer = await subject.ask(me, { path: `${path}/events`, body: { events } });
      expect(
        "post-verdict",
        answer.code === "malformed",
        "400 malformed where an event has not its form",
        describe(answer),
      );
    }
    const { events } = await readLog(guest);
    expect(
      "post-verdict",
      !events.some(({ id }) => id === right.id),
      "nothing taken of such a body",
      "the event that was right",
    );
  },
};

const pulled: Check<Guest> = {
  title: "submissions that wait until they are pulled",
  about: ["sub-durable", "sub-verdict", "verdict-final"],
  async run(guest, expect) {
    const { me, group, desk } = guest;
    desk.refuse = 1;
    const event = makeMessage(me, group, checkerOf(guest), "peer check: this one was pulled");
    const [verdict] = await desk.submitByPull([event]);
    const place = (await readLog(guest)).events.find(({ id }) => id === event.id)?.seq;
    expect(
      "sub-durable",
      verdict?.code === "accepted" && place !== undefined,
      "accepted, and in the log",
      `${verdict?.code}, seq ${place}`,
    );
    const heard = desk.heard.get(event.id) ?? 0;
    expect("sub-verdict", heard > 1, "the verdict again after a request that was refused", `${heard} times`);
    expect(
      "verdict-final",
      verdict?.seq === undefined || verdict.seq === place,
      `seq ${place}`,
      String(verdict?.seq),
    );
    const [fault] = desk.misformed;
    if (fault === undefined) return;
    expect("sub-durable", false, "requests of the form of POST submissions", `${fault} is wrong`);
  },
};

/** What is submitted. */
export const submissionChecks: readonly Check<Guest>[] = [accepted, properties, erasure, bodies, pulled];

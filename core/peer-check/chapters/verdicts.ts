/** What an owner says to submissions that are wrong in one way (docs/mtp.md, Verdicts). */
import { encodeMember, encodeOpaque } from "../../../mappings/event-content.ts";
import type { EventId } from "../../../mappings/ids.ts";
import type { Check } from "../ledger.ts";
import type { Label } from "../musts.ts";
import {
  checkerOf,
  makeEvent,
  makeMessage,
  newSalt,
  type OwnEvent,
  proofOf,
  unknownId,
} from "../own-events.ts";
import type { Guest } from "../parties.ts";
import { readLog } from "../reading.ts";

interface Wrong {
  readonly label: Label;
  readonly code: string;
  readonly what: string;
  readonly event: OwnEvent;
}

/** One event for each verdict that a peer can bring about. */
function wrongEvents(guest: Guest): readonly Wrong[] {
  const { me, group, subject } = guest;
  const user = checkerOf(guest);
  const right = (): OwnEvent => makeMessage(me, group, user, "peer check: this is to be refused");
  const resigned = (event: OwnEvent, id: string): OwnEvent => ({
    ...event,
    id: id as EventId,
    proof: proofOf(me, id as EventId, user),
  });
  const [first, second, other] = [right(), right(), right()];
  const turned = first.id.slice(0, -1) + (first.id.endsWith("0") ? "1" : "0");
  const foreign = `mimi://${guest.path.split("/")[2] ?? ""}/u/checker`;
  const most = subject.limit("event_bytes", 262_144);
  const large = encodeOpaque("application/octet-stream", new Uint8Array(most), newSalt());
  const kick = encodeMember({ user: foreign, change: "kick" }, newSalt());
  const kickAgain = encodeMember({ user: foreign, change: "kick" }, newSalt());
  const unknownKind = makeEvent(
    me,
    group,
    user,
    "opaque",
    encodeOpaque("text/plain", new Uint8Array(), newSalt()),
  );
  const shape = makeEvent(me, group, user, "property", encodeMember({ user, change: "join" }, newSalt()));
  return [
    { label: "id", code: "id_mismatch", what: "another id", event: resigned(first, turned) },
    {
      label: "host-one-peer",
      code: "sender_foreign",
      what: "a sender of the owner's",
      event: makeMessage(me, group, foreign, "forged"),
    },
    {
      label: "host-counts",
      code: "sender_foreign",
      what: "a sender of nobody's",
      event: makeMessage(me, group, "mimi://nobody.invalid/u/x", "forged"),
    },
    {
      label: "proof-key",
      code: "sender_foreign",
      what: "a proof of another event",
      event: { ...second, proof: other.proof },
    },
    {
      label: "content-valid",
      code: "content_invalid",
      what: "another sender within",
      event: makeMessage(me, group, user, "forged", {}, { sender: foreign }),
    },
    {
      label: "content-valid",
      code: "content_invalid",
      what: "another group within",
      event: makeMessage(me, group, user, "forged", {}, { group: `mimi://${me.base}/r/x` }),
    },
    { label: "content-valid", code: "content_invalid", what: "the form of another kind", event: shape },
    {
      label: "kind-unknown",
      code: "content_invalid",
      what: "a kind that is not known",
      event: { ...resigned(unknownKind, `f9${unknownKind.id.slice(2)}`), kind: "future" },
    },
    {
      label: "limit-event",
      code: "content_invalid",
      what: "a content that is too large",
      event: makeEvent(me, group, user, "opaque", large),
    },
    {
      label: "via-loop",
      code: "loop",
      what: "the owner's base domain in via",
      event: { ...right(), via: [subject.base] },
    },
    {
      label: "via-loop",
      code: "loop",
      what: "the guest's base domain in via",
      event: { ...right(), via: [me.base] },
    },
    {
      label: "verdict-reference",
      code: "not_author",
      what: "an edit of what nobody wrote",
      event: makeMessage(me, group, user, "edited", { replaces: unknownId() }),
    },
    {
      label: "role-check",
      code: "no_right",
      what: "a kick by an ordinary member",
      event: makeEvent(me, group, user, "member", kick),
    },
    {
      label: "role-provider",
      code: "no_right",
      what: "a kick by nobody",
      event: makeEvent(me, group, null, "member", kickAgain),
    },
  ];
}

const refused: Check<Guest> = {
  title: "events that are wrong in one way",
  about: [
    "id",
    "host-one-peer",
    "host-counts",
    "proof-key",
    "content-valid",
    "kind-unknown",
    "limit-event",
    "via-loop",
    "verdict-reference",
    "role-check",
    "role-provider",
    "error-never-500",
  ],
  async run(guest, expect) {
    const wrong = wrongEvents(guest);
    const verdicts = await guest.desk.submit(wrong.map(({ event }) => event));
    for (const [index, { label, code, what, event }] of wrong.entries()) {
      const verdict = verdicts[index];
      const came =
        verdict === undefined
          ? "no verdict"
          : `${verdict.code} of ${verdict.id === event.id ? "it" : "another"}`;
      expect(label, came === `${code} of it`, `the verdict ${code} on ${what}`, came);
    }
    const { events } = await readLog(guest);
    const stored = wrong.filter(({ event }) => events.some(({ id }) => id === event.id));
    expect(
      "error-never-500",
      stored.length === 0,
      "nothing in the log of what was refused",
      stored.map(({ what }) => what).join(", "),
    );
  },
};

/** What is refused. */
export const verdictChecks: readonly Check<Guest>[] = [refused];

/** How a group's log grows in one transaction: opened under the group's lock, added to, closed. */
import type { Milliseconds } from "../../time.ts";
import type { ErrorCode } from "../../errors.ts";
import type { EventKind, MemberChange } from "../../../mappings/events.ts";
import type { EventId, GroupUri, SaidKey } from "../../../mappings/ids.ts";
import type { MessageAct } from "../../../mappings/message-act.ts";
import { step } from "../../steps.ts";
import type { AccountId, BindingId, GroupId, NativeId, PeerId, ProviderId, Seq } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";
import { isGone, judgeOwn, type OwnJudgedLog } from "./judge-own.ts";
import { addEvent, liveRooms, lockGroup, moveHead, setDeleted } from "./log.ts";
import { changeMember, type GrowingLog, joinBySpeaking, metSender, type Sender } from "./members.ts";
import { addMedia, type NewMedia } from "./media.ts";
import { linkTo, refuse } from "./event-links.ts";
import { addNotice } from "./notices.ts";
import { refusalNotice } from "./refusal-notice.ts";
import { noteProfile } from "./profiles.ts";
import { type Effect, isNews, takeEffect } from "./reactions.ts";
import { type HeldProperty, isChange, isShown } from "./properties.ts";
import { noteThread } from "./threads.ts";
import { queueRestore } from "./restore.ts";
import { forgetRules, takeProperty } from "./roles.ts";
import { withdraw } from "./submission-verdicts.ts";
import { addSubmission, isUnderWay } from "./submissions.ts";

/** A translated thing, its content written and its id computed. */
export interface NewEvent {
  readonly kind: EventKind;
  readonly id: EventId;
  readonly content: Uint8Array;
  readonly sender: Sender | null;
  /** What the origin's room calls it, and what else it refers to it by. */
  readonly native: NativeId | null;
  readonly aux: string | null;
  readonly effect: Effect;
  /** Of a message: what it does; null: it is none. */
  readonly act: MessageAct | null;
  readonly property: HeldProperty | null;
  /** Its sender's own going; nothing said: it is none. */
  readonly member?: MemberChange;
  /** Files that this gateway gives to others; nothing said: none. */
  readonly media?: readonly NewMedia[];
  /** The groups through which it came into the room, with spaces between; null or nothing said: none. */
  readonly passed?: string | null;
  /** What names it however it is read; null or nothing said: its id alone. */
  readonly saidKey?: SaidKey | null;
}

/** What something said in a room has become. */
export interface Translation {
  readonly events: readonly NewEvent[];
  /** Lines for people in the room, each alone. */
  readonly replies: readonly {
    readonly to: { readonly native: string; readonly name: string };
    readonly text: string;
  }[];
  /** Refused by the group's owner: the verdict, and the line for its author. */
  readonly refused: { readonly code: ErrorCode; readonly notice: string } | null;
}

/** The room that something was said in, and the group whose log it belongs to. */
export interface AppendPlace {
  readonly binding: BindingId;
  readonly group: GroupId;
  readonly provider: ProviderId;
  readonly now: Milliseconds;
}

// Where nothing else waits for it, the room that said this has nothing to be given: its outbox need not even run.
const passOwn = statement<{ binding: BindingId; from: number; to: number }>("group-log.passOwn")(
  (db, { p }) =>
    db
      .updateTable("binding")
      .set({ intended_seq: p.to as Seq, delivered_seq: p.to as Seq })
      .where("id", "=", p.binding)
      .where("intended_seq", "=", p.from as Seq)
      .where("delivered_seq", "=", p.from as Seq),
);

export interface Appended {
  readonly group: GroupId;
  readonly head: number;
  /** Whether the log has more than before. */
  readonly grew: boolean;
  /** The group's other rooms, each with the account that serves it: their lanes have work now. */
  readonly others: readonly { readonly id: BindingId; readonly account: AccountId }[];
  /** True: a verdict waits to be told in the origin's own room. */
  readonly told: boolean;
  /** The peer that has something to pull now, where the group is its own. */
  readonly submittedTo: PeerId | null;
}

interface OpenLog extends GrowingLog, OwnJudgedLog {
  readonly uri: GroupUri;
  readonly begun: number;
  /** null: the group is ours. */
  readonly owner: { readonly peer: PeerId; readonly reached: boolean } | null;
  told: boolean;
  submitted: boolean;
}

/** Takes the group's lock. */
export function* openLog(place: AppendPlace): Unit<OpenLog> {
  const row = yield* only(lockGroup, { group: place.group });
  const { uri, head, ownerPeer: peer } = row;
  return {
    uri,
    begun: head,
    head,
    owner: peer === null ? null : { peer, reached: row.following !== "left" },
    acceptedAt: Math.max(place.now, row.accepted_at),
    met: new Map(),
    standings: new Map(),
    flags: row,
    rules: null,
    told: false,
    submitted: false,
  };
}

/** Gives the events of one thing said their seqs, and the room its links; or the author his verdict. */
export function* addToLog(
  place: AppendPlace,
  log: OpenLog,
  said: Translation,
  times: { readonly originAt: Milliseconds; readonly receivedAt: Milliseconds },
): Unit<void> {
  for (const { to, text } of said.replies) {
    yield* addNotice({ binding: place.binding, to, text, at: place.now });
    log.told = true;
  }
  for (const event of said.events) {
    // Whoever goes is there no more to be told why it was not taken.
    if (event.member && (said.refused || log.owner?.reached === false)) continue;
    if (said.refused) {
      yield* refuse(place, event, said.refused.notice);
      log.told = true;
    } else if (log.owner === null) yield* add(place, log, event, times);
    else if (log.owner.reached) yield* submit(place, log, event, times);
    else {
      yield* refuse(place, event, NOT_REACHED);
      log.told = true;
    }
  }
}

/** Moves the group's head, and says who has to be given what is new. */
export function* closeLog(place: AppendPlace, log: OpenLog): Unit<Appended> {
  const { head, begun, told } = log;
  if (head !== begun) {
    yield* first(moveHead, { group: place.group, head, at: log.acceptedAt });
    yield* first(passOwn, { binding: place.binding, from: begun, to: head });
  }
  step("append.written");
  const others = head === begun ? [] : yield* all(liveRooms, { group: place.group, but: place.binding });
  return {
    group: place.group,
    head,
    grew: head !== begun,
    others,
    told,
    submittedTo: log.submitted && log.owner !== null ? log.owner.peer : null,
  };
}

function* add(
  place: AppendPlace,
  log: OpenLog,
  event: NewEvent,
  times: { readonly originAt: Milliseconds; readonly receivedAt: Milliseconds },
): Unit<void> {
  const { binding, group, now } = place;
  const { property } = event;
  if (property !== null && !(yield* isChange({ ...place, at: times.originAt }, property))) return;
  const at = { ...times, acceptedAt: log.acceptedAt, group, binding };
  const met = yield* metSender(place.provider, log, event);
  const sender = met && met.user;
  const judged = yield* judgeOwn(place, log, event, sender);
  if (judged.kind === "holds") return;
  if (judged.kind === "refused") {
    yield* refuse(place, event, refusalNotice(judged.code));
    if (property !== null && isShown(property.name))
      yield* queueRestore({ binding, name: property.name, event: event.id, at: now });
    log.told = true;
    return;
  }
  if (judged.joins && met && event.sender)
    yield* joinBySpeaking(log.uri, log, { uri: event.sender.uri, user: met.user }, at);
  if (met && met.before !== "met") yield* noteProfile(group, met.user);
  const seq = (log.head + 1) as Seq;
  const { id, kind, content, effect } = event;
  if (!(yield* takeEffect({ group, user: sender, id, seq, at: now }, effect))) return;
  // The room that has voted is shown how the poll stands, too.
  if (effect.kind === "vote") log.told = true;
  const root = effect.kind === "version" ? effect.root : null;
  const { passed = null, saidKey = null } = event;
  if (!(yield* first(addEvent, { ...at, seq, id, kind, sender, content, root, passed, saidKey }))) return;
  log.head = seq;
  yield* linkTo(place, event, "live");
  yield* addMedia(place, event);
  yield* noteThread(group, event.act, now);
  if (event.act?.act === "delete" && event.act.target !== null)
    yield* first(setDeleted, { group, seq, id: event.act.target });
  if (event.member && sender !== null) yield* changeMember(log, { group, user: sender, seq }, event.member);
  if (property === null) return;
  yield* takeProperty({ group, user: sender, seq }, property);
  forgetRules(log, kind);
}

const NOT_REACHED =
  "This was not carried to the linked rooms: the gateway has no part in their group any more.";

/** Instead of an entry in the log, where the log is a peer's: it gives the seq, and the event comes back with it. */
function* submit(
  place: AppendPlace,
  log: OpenLog,
  event: NewEvent,
  times: { readonly originAt: Milliseconds; readonly receivedAt: Milliseconds },
): Unit<void> {
  const { binding, group } = place;
  if (event.property !== null && !(yield* isChange({ ...place, at: times.originAt }, event.property))) return;
  const met = yield* metSender(place.provider, log, event);
  const sender = met && met.user;
  const open = sender !== null && (yield* isUnderWay({ group, sender }));
  // What he said last may be what lets him in.
  if (event.member && !open && (yield* isGone(log, group, sender))) return;
  if (met && met.before !== "met") yield* noteProfile(group, met.user);
  const { id, kind, content, native, aux, effect } = event;
  const deleted = event.act?.act === "delete" ? event.act.target : null;
  if (deleted !== null && sender !== null && (yield* withdraw({ group, id: deleted, sender }))) return;
  if (!open && !(yield* isNews({ group, user: sender }, effect))) return;
  const root = effect.kind === "version" ? effect.root : null;
  const { passed = null, saidKey = null } = event;
  const row = { ...times, group, binding, id, kind, sender, content, root, native, aux, passed, saidKey };
  if (!(yield* first(addSubmission, row))) return;
  log.submitted = true;
  yield* linkTo(place, event, "live");
  yield* addMedia(place, event);
}

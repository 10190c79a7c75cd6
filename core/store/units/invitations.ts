/** Groups of peers that somebody of ours is wanted in, until he has answered (docs/mtp.md, Invitations). */
import { randomBytes } from "node:crypto";
import { encodeMember } from "../../../mappings/event-content.ts";
import { eventId, SALT_OCTETS } from "../../../mappings/event-id.ts";
import {
  authorityOf,
  type GroupUri,
  parseUserUri,
  type ProviderDomain,
  type UserUri,
} from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { BindingId, ConnectionId, GroupId, InvitationId, PeerId, Seq } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";
import { addAudit } from "./audit.ts";
import { DECLINED, follow, stopFollowing } from "./following.ts";
import { mayBeInvited } from "./may-invite.ts";
import { speakFor } from "./peer-facts.ts";
import { peerSpeakingFor } from "./peer-of-host.ts";
import { userByUri } from "./remote-users.ts";
import { addSubmission } from "./submissions.ts";
import { noteUnread } from "./take-state.ts";

/** An invitation as it came. */
export interface NewInvitation {
  readonly group: GroupUri;
  /** The URI of a user or of a provider. */
  readonly wanted: string;
  readonly inviter: string;
  readonly role: number | null;
  /** Empty: it was not said. */
  readonly name: string;
  readonly expires: Milliseconds;
}

const ownAccount = statement<{ domain: ProviderDomain }>("invitations.ownAccount")((db, { p }) =>
  db
    .selectFrom("provider")
    .innerJoin("account", "account.provider", "provider.id")
    .select("account.id")
    .where("provider.domain", "=", p.domain)
    .limit(1),
);
const dropExpired = statement<{ now: Milliseconds }>("invitations.dropExpired")((db, { p }) =>
  db.deleteFrom("invitation").where("expires", "<=", p.now),
);
const others = statement<{ peer: PeerId; group: GroupUri; wanted: string }>("invitations.others")(
  (db, { p }) =>
    db
      .selectFrom("invitation")
      .select((eb) => eb.fn.countAll<number | string>().as("n"))
      .where("peer", "=", p.peer)
      .where((eb) => eb.not(eb.and([eb("grp_uri", "=", p.group), eb("wanted", "=", p.wanted)]))),
);
const put = statement<NewInvitation & { peer: PeerId; connection: ConnectionId | null; at: Milliseconds }>(
  "invitations.put",
)((db, { p }) =>
  db
    .insertInto("invitation")
    .values({
      grp_uri: p.group,
      wanted: p.wanted,
      peer: p.peer,
      connection: p.connection,
      inviter: p.inviter,
      role: p.role,
      name: p.name,
      expires: p.expires,
      at: p.at,
    })
    .onConflict((conflict) =>
      conflict.columns(["grp_uri", "wanted"]).doUpdateSet({
        peer: p.peer,
        connection: p.connection,
        inviter: p.inviter,
        role: p.role,
        name: p.name,
        expires: p.expires,
        at: p.at,
      }),
    ),
);

/**
 * Keeps an invitation in the place of an earlier one of the same to the same group (M112). False, and nothing is kept: it is
 * over, the peer may not invite or does not own the group, nobody here is meant, or the peer has `most` others here.
 */
export function* noteInvitation(
  input: NewInvitation & { peer: PeerId; most: number; now: Milliseconds },
): Unit<boolean> {
  const { group, wanted, peer, now } = input;
  yield* first(dropExpired, { now });
  if (input.expires <= now) return false;
  const grounds = yield* mayBeInvited({ peer, now });
  const owner = yield* peerSpeakingFor({ domain: authorityOf(group), now });
  if (grounds === null || owner?.peer !== peer) return false;
  if ((yield* first(ownAccount, { domain: authorityOf(wanted) })) === undefined) return false;
  if (Number((yield* only(others, { peer, group, wanted })).n) >= input.most) return false;
  yield* first(put, { ...input, connection: grounds.connection, at: now });
  return true;
}

export interface InvitationRow extends NewInvitation {
  readonly id: InvitationId;
  readonly peer: PeerId;
  readonly base: ProviderDomain;
  readonly connection: ConnectionId | null;
  readonly at: Milliseconds;
}

const live = statement<{ now: Milliseconds }>("invitations.live")((db, { p }) =>
  db
    .selectFrom("invitation")
    .innerJoin("peer", "peer.id", "invitation.peer")
    .select([
      "invitation.n as id",
      "invitation.grp_uri as group",
      "invitation.wanted",
      "invitation.peer",
      "peer.base",
      "invitation.connection",
      "invitation.inviter",
      "invitation.role",
      "invitation.name",
      "invitation.expires",
      "invitation.at",
    ])
    .where("invitation.expires", ">", p.now)
    .orderBy("invitation.n"),
);

/** Those that can be answered now, the oldest first. */
export function* listInvitations(now: Milliseconds): Unit<readonly InvitationRow[]> {
  return yield* all(live, { now });
}

/** Throws invitation_unknown, also where it is over. */
export function* findInvitation(input: { id: InvitationId; now: Milliseconds }): Unit<InvitationRow> {
  const row = (yield* all(live, input)).find(({ id }) => id === input.id);
  if (row) return row;
  throw new GatewayError("invitation_unknown", `no invitation ${input.id} is here, or it is over`);
}

const drop = statement<{ id: InvitationId }>("invitations.drop")((db, { p }) =>
  db.deleteFrom("invitation").where("n", "=", p.id),
);
const followingOf = statement<{ uri: GroupUri }>("invitations.followingOf")((db, { p }) =>
  db
    .selectFrom("following")
    .innerJoin("grp", "grp.id", "following.grp")
    .select(["grp.id as group", "following.state"])
    .where("grp.uri", "=", p.uri),
);

export interface AnswerInput {
  readonly id: InvitationId;
  /** Where the group's log begins for us. null: it is declined. */
  readonly place: { readonly after: Seq | 0; readonly rev: number } | null;
  readonly at: Milliseconds;
  readonly actor: string;
}

/**
 * Ends an invitation with its answer, a submission of the kind member (M111) that waits for the owner: by the user, for a
 * provider without sender. One that accepts follows the group from now on. Throws invitation_unknown, domain_taken.
 */
export function* answerInvitation(
  input: AnswerInput,
): Unit<{ readonly invitation: InvitationRow; readonly group: GroupId }> {
  const { id, place, at, actor } = input;
  const invitation = yield* findInvitation({ id, now: at });
  const { group: uri, wanted, peer, connection } = invitation;
  const before = yield* first(followingOf, { uri });
  const begin = { uri, owner: authorityOf(uri), peer, connection, cursor: null, at, actor };
  yield* ownedBy(peer, uri, at);
  const followed = before?.state === "following" ? before.group : null;
  const group = followed ?? (yield* follow({ ...begin, after: place?.after ?? 0, rev: place?.rev ?? 0 }));
  // Nothing is read of one that is declined, and only the answer is given out.
  if (followed === null && place === null)
    yield* stopFollowing({ fence: null, group, state: "left", code: DECLINED });
  if (followed === null && place !== null) yield* noteUnread(group);
  yield* submitAnswer(uri, group, { wanted, change: place === null ? "decline" : "accept", at });
  yield* first(drop, { id });
  const act = place === null ? "invitation decline" : "invitation accept";
  yield* first(addAudit, { at, actor, act, subject: uri, detail: wanted });
  return { invitation, group };
}

/** Who owns it may be another by now. */
function* ownedBy(peer: PeerId, uri: GroupUri, now: Milliseconds): Unit<void> {
  const domain = authorityOf(uri);
  const owner = yield* peerSpeakingFor({ domain, now });
  if (owner?.peer !== peer || !(yield* speakFor(peer, domain)))
    throw new GatewayError("domain_taken", `the gateway that invited does not speak for ${domain} any more`);
}

/** What an operator says was said in no room. */
const NO_ROOM = 0 as BindingId;

function* submitAnswer(
  uri: GroupUri,
  group: GroupId,
  { wanted, change, at }: { wanted: string; change: "accept" | "decline"; at: Milliseconds },
): Unit<void> {
  const user = parseUserUri(wanted);
  const sender = user === null ? null : (yield* userByUri(new Map<UserUri, never>(), user, null)).id;
  const salt = randomBytes(SALT_OCTETS);
  const content = encodeMember({ user: wanted, change }, salt);
  const id = eventId("member", user ?? "", uri, content, salt);
  const times = { originAt: at, receivedAt: at };
  const said = { group, id, kind: "member", sender, content, root: null, binding: NO_ROOM } as const;
  yield* only(addSubmission, { ...said, ...times, native: null, aux: null, passed: null, saidKey: null });
}

const answerUnderWay = statement<{ group: GroupUri; wanted: string }>("invitations.answerUnderWay")(
  (db, { p }) =>
    db
      .selectFrom("submission")
      .innerJoin("grp", "grp.id", "submission.grp")
      .leftJoin("user", "user.id", "submission.sender")
      .select("submission.n")
      .where("grp.uri", "=", p.group)
      .where("submission.kind", "=", "member")
      .where("submission.state", "in", ["pending", "served"])
      .where((eb) => eb.or([eb("user.uri", "is", null), eb("user.uri", "=", p.wanted as UserUri)]))
      .limit(1),
);

/** Whether the owner has not had our answer to an invitation yet, and so may tell of it again. */
export function* isAnswered(input: Pick<NewInvitation, "group" | "wanted">): Unit<boolean> {
  return (yield* first(answerUnderWay, input)) !== undefined;
}

const dropOfPeer = statement<{ peer: PeerId }>("invitations.dropOfPeer")((db, { p }) =>
  db.deleteFrom("invitation").where("peer", "=", p.peer),
);

/** Forgets a peer's invitations where nothing allows them any more (M107). */
export function* dropUnfounded(input: { peer: PeerId; now: Milliseconds }): Unit<void> {
  if ((yield* mayBeInvited(input)) === null) yield* first(dropOfPeer, input);
}

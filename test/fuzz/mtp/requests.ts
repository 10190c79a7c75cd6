/** Requests as a well-behaved gateway makes them, one of every resource: what is bent before it is sent. */
import { randomBytes } from "node:crypto";
import { signProof } from "../../../core/federation/wire/proof.ts";
import {
  encodeErasure,
  encodeMember,
  encodeOpaque,
  encodeProperty,
} from "../../../mappings/event-content.ts";
import { eventId } from "../../../mappings/event-id.ts";
import { type EventKind, noParticulars } from "../../../mappings/events.ts";
import { type EventId, type GroupUri, userUri, type UserUri } from "../../../mappings/ids.ts";
import { type Party, pathOf } from "../../core/federation/attacks/door.ts";
import { type House, SECRET } from "../../core/federation/attacks/house.ts";
import { saidMessage } from "../../core/federation/said-message.ts";
import { domain } from "../../core/federation/two-gateways.ts";
import type { Random } from "../../faults/random.ts";
import { mutatedOctets } from "../inputs.ts";

export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  /** Names and values, unescaped. */
  readonly query: Readonly<Record<string, string>>;
  /** Sent as JSON, where there is one; octets as they are. */
  readonly body: unknown;
}

/** What the requests speak of. */
export interface Facts {
  readonly house: House;
  /** Cursors that are good, by group. */
  readonly cursors: ReadonlyMap<GroupUri, string>;
  /** Events of each group, by their ids. */
  readonly events: ReadonlyMap<GroupUri, readonly EventId[]>;
}

const SALT = 16;
const MEDIA = 16;
const NAMES = ["bob", "ben", "zoe"];

const post = (path: string, body: unknown): FuzzRequest => ({ method: "POST", path, query: {}, body });

/** One request; `by` is who will sign it, though it may speak for others. */
export function wellFormed(random: Random, facts: Facts, by: Party): FuzzRequest {
  const { house } = facts;
  const room = random.pick([house.tea, house.tea, house.tea, house.milk, house.cake]);
  const group = room.groupUri;
  const cursor = facts.cursors.get(group);
  const from = cursor === undefined ? {} : { after: cursor };
  const wait = random.between(1, 500) === 1 ? 1 : 0;
  const limit = random.between(1, 20);
  const get = (path: string, query: FuzzRequest["query"] = {}): FuzzRequest => ({
    method: random.between(1, 30) === 1 ? "HEAD" : "GET",
    path,
    query,
    body: undefined,
  });
  const bob = userUri(by.as, random.pick(NAMES));
  const kinds: readonly (() => FuzzRequest)[] = [
    () => get("/.well-known/mtp"),
    () => get(`${pathOf(room)}/events`, { ...from, wait: String(wait), limit: String(limit) }),
    () => get(pathOf(room)),
    () => get(`${pathOf(room)}/members`, { limit: String(limit) }),
    () =>
      post("/sync", {
        subscriptions: [house.tea, house.milk].map(({ groupUri }) => ({
          group: groupUri,
          after: facts.cursors.get(groupUri) ?? "",
        })),
        wait,
        limit,
        max_bytes: 65_536,
        shard: { k: 0, n: 1 },
      }),
    () =>
      post("/submissions", {
        groups: [
          {
            group: house.cake.groupUri,
            verdicts: (facts.events.get(group) ?? []).map((id) => ({ id, code: "accepted", seq: 1 })),
          },
        ],
        wait,
        limit,
      }),
    ...Array.from(
      { length: 4 },
      () => () => post(`${pathOf(room)}/events`, submissions(random, facts, by, group)),
    ),
    () => ({
      method: "PUT",
      path: `${pathOf(room)}/media/${randomBytes(MEDIA).toString("base64url")}`,
      query: {},
      body: randomBytes(random.between(0, 200)),
    }),
    () => get(`/media/${randomBytes(MEDIA).toString("base64url")}`),
    () =>
      post("/redeem", {
        code: random.between(1, 2) === 1 ? SECRET : randomBytes(MEDIA).toString("base64url"),
        base: by.as,
        endpoint: `https://${by.as}`,
        public: "NEa0mEeqyB6tTonXzmqllNfuo66Fleonc3rarFlU_UM",
      }),
    () => get("/connections"),
    () => ({ ...get(`/connections/${random.pick(["c-none", "c-rival"])}`), method: "DELETE" }),
    () =>
      post("/invitations", {
        group,
        user: bob,
        inviter: userUri(by.as, "eve"),
        role: 2,
        name: "Tea",
        expires: house.clock.now + 86_400_000,
      }),
    () => post(`${pathOf(room)}/knocks`, { user: bob, reason: "let me in" }),
    () => post("/hint", random.pick([{ reason: "back" }, { reason: "new", groups: [group] }])),
  ];
  return random.pick(kinds)();
}

/** Events with right ids and good proofs, of contents that may be bent: what a checksum alone would not keep out. */
function submissions(random: Random, facts: Facts, by: Party, group: GroupUri): unknown {
  const events = Array.from({ length: random.between(1, 3) }, () => submission(random, facts, by, group));
  const sender = userUri(by.as, random.pick(NAMES));
  const [known] = facts.events.get(group) ?? [];
  return {
    events,
    markers: [{ user: sender, kind: "read", id: known, at: facts.house.clock.now }],
    profiles: [{ user: sender, name: "Bob", rev: random.between(1, 3) }],
    transients: [{ user: sender, kind: "typing", on: true }],
  };
}

function submission(random: Random, facts: Facts, by: Party, group: GroupUri): unknown {
  const { house } = facts;
  const sender = userUri(random.between(1, 12) === 1 ? house.rival.as : by.as, random.pick(NAMES));
  const { kind, content: written } = contentOf(random, facts, sender, group);
  const bent = random.between(1, 3) === 1;
  const content = bent ? Buffer.from(mutatedOctets(random, written), "hex") : Buffer.from(written);
  const salt = content.subarray(2, 2 + SALT);
  const id = eventId(kind, sender, group, content, salt);
  return {
    id,
    kind,
    sender,
    origin_at: house.clock.now,
    content: content.toString("base64url"),
    proof: Buffer.from(signProof(id, by.as, by.signer)).toString("base64url"),
    ...(random.between(1, 10) === 1 ? { via: [house.waiting.as] } : {}),
    ...(kind === "property" && random.between(1, 4) === 1 ? { expect: random.between(0, 3) } : {}),
  };
}

function contentOf(
  random: Random,
  { events }: Facts,
  sender: UserUri,
  group: GroupUri,
): { readonly kind: EventKind; readonly content: Uint8Array } {
  const salt = randomBytes(SALT);
  const [known] = events.get(group) ?? [];
  switch (random.between(1, 6)) {
    case 1:
      return { kind: "property", content: encodeProperty({ name: "topic", item: "", value: "Cups" }, salt) };
    case 2:
      return {
        kind: "member",
        content: encodeMember(
          { ...noParticulars, user: sender, change: random.pick(["join", "leave", "ban", "role"]) },
          salt,
        ),
      };
    case 3:
      if (known !== undefined)
        return { kind: "erase", content: encodeErasure({ of: "events", ids: [known] }, salt) };
      return { kind: "opaque", content: encodeOpaque("a/b", salt, salt) };
    default:
      return { kind: "message", content: messageOf(sender, group) };
  }
}

function messageOf(sender: UserUri, group: GroupUri): Uint8Array {
  const [, , host = "", , name = ""] = sender.split("/");
  return saidMessage(domain(host), group, "tea?", name).content;
}

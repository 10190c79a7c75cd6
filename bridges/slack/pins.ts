/** The pins of a channel as they stand (pins.list), to be compared with what is known of them. */
import { z } from "zod";
import type { Lookups, NativeUser, Raw, Translated } from "../../core/bridge/inbound.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { EventId } from "../../mappings/ids.ts";
import { timestamp } from "../../mappings/slack/timestamp.ts";
import type { Arguments } from "./api.ts";
import { timeOf } from "./names.ts";
import type { People } from "./people.ts";
import { asGatewayFault } from "./refusal.ts";

const TYPE = "pins_state";

/** A room whose pins the app changes all the time is compared the next time. */
const MOST_READINGS = 5;

const answerForm = z.object({
  items: z.array(
    z.object({
      type: z.string(),
      created_by: z.string().nullish(),
      message: z.object({ ts: timestamp }).nullish(),
    }),
  ),
});
const stateForm = z.object({
  type: z.literal(TYPE),
  pins: z.array(z.object({ ts: timestamp, user: z.string().nullable() })),
});

/** A pinned message, and who has pinned it. */
export type Pin = z.infer<typeof stateForm>["pins"][number];

export interface PinsOptions {
  readonly call: (method: string, args: Arguments) => Promise<unknown>;
  /** Counts calls of the app's own that change pins, at their begin and at their end. */
  readonly calls: () => number;
  /** Slack's timestamp of this moment. */
  readonly now: () => string;
}

/**
 * The pins as the inbox keeps them. null: the app may not read them, and the rest works. Rejects with request_timeout and the
 * like where Slack can't say now.
 */
export async function pinsNow(room: NativeRoom, { call, calls, now }: PinsOptions): Promise<Raw | null> {
  for (let reading = 0; reading < MOST_READINGS; reading++) {
    const [before, moment] = [calls(), now()];
    const pins = await readPins(room, call);
    if (pins === null) return null;
    // What the app changed meanwhile may be among them or not.
    if (before % 2 === 0 && calls() === before) return keptPins(room, pins, moment);
  }
  return null;
}

/** Hands them over. What can't be read now is compared the next time. */
export async function handOverPins(
  room: NativeRoom,
  options: PinsOptions,
  { accept, log }: { readonly accept: (raw: Raw) => Promise<void>; readonly log: Logger },
): Promise<void> {
  try {
    const raw = await pinsNow(room, options);
    if (raw !== null) await accept(raw);
  } catch (thrown) {
    log.warn({ room, err: asGatewayError(thrown) }, "pins could not be read");
  }
}

async function readPins(room: NativeRoom, call: PinsOptions["call"]): Promise<readonly Pin[] | null> {
  try {
    const { items } = answerForm.parse(await call("pins.list", { channel: room }));
    return items.flatMap(({ type, message, created_by: user }) =>
      type === "message" && message ? [{ ts: message.ts, user: user ?? null }] : [],
    );
  } catch (thrown) {
    const fault = asGatewayFault(thrown, "pins.list");
    if (fault.code === "request_refused") return null;
    throw fault;
  }
}

function keptPins(room: NativeRoom, pins: readonly Pin[], moment: string): Raw {
  const state = { type: TYPE, channel: room, pins, event_ts: moment };
  return { nativeKey: null, at: timeOf(moment), raw: JSON.stringify(state) };
}

/** What `pinsNow` has given; null: it is something else. */
export const pinsIn = (event: unknown): readonly Pin[] | null =>
  stateForm.safeParse(event).data?.pins ?? null;

/**
 * The state of every pin, of those that stand and of those that stood: the core drops what it knows. Pins of messages that the
 * log does not have are nothing.
 */
export async function pinChanges(
  pins: readonly Pin[],
  self: string,
  people: Pick<People, "find">,
  lookups: Lookups,
): Promise<readonly Translated[]> {
  const standing = new Set<EventId>();
  const changes: Translated[] = [];
  for (const { ts, user } of pins) {
    if (!(await lookups.knows(ts))) continue;
    const [known] = await lookups.messages([{ by: "native", name: ts }]);
    if (!known) continue;
    standing.add(known.root);
    // The app's own is what a remote user has pinned.
    if (user === self) continue;
    const sender = user === null ? null : await named(user, people);
    changes.push({ kind: "property", sender, name: "pins", item: known.root, value: "true" });
  }
  for (const item of await lookups.pins())
    if (!standing.has(item)) changes.push({ kind: "property", sender: null, name: "pins", item, value: "" });
  return changes;
}

async function named(native: string, people: Pick<People, "find">): Promise<NativeUser> {
  return { native, name: (await people.find(native))?.name ?? `Slack user ${native}` };
}

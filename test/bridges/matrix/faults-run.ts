/** What the tests of Matrix's faults share: two linked rooms, and proxies on both ways between gateway and homeserver. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import type { ShownMessage } from "../../../deploy/clients/matrix-shown.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { HttpProxy, type RequestFault, type SeenRequest } from "../../support/http-proxy.ts";
import { type LinkedRooms, linkingRooms } from "./matrix-gateway.ts";

const PATIENCE_MS = 40_000;

export interface FaultyRooms extends LinkedRooms {
  /** What the gateway asks of the homeserver. */
  readonly calls: HttpProxy;
  /** What the homeserver hands over to the gateway. */
  readonly transactions: HttpProxy;
  /** Where the gateway takes transactions, past the proxy. */
  readonly door: string;
  /** What the gateway has logged. */
  readonly log: () => string;
}

/** Call it at the top of a test file; the function that it gives makes two new rooms each time. */
export async function faultyRooms(name: string): Promise<() => Promise<FaultyRooms>> {
  const [port = 0] = await freePorts(1);
  const listen = `127.0.0.1:${port}`;
  const door = `http://${listen}`;
  let homeserver = "";
  const calls = await HttpProxy.open(() => homeserver);
  const transactions = await HttpProxy.open(() => door);
  after(() => Promise.all([calls.close(), transactions.close()]));
  const linked = await linkingRooms(name, { listen, homeserver: calls.url, url: transactions.url });
  const begun = ({ url }: { readonly url: string }): void => void (homeserver = url);
  return async () => {
    calls.onRequest = transactions.onRequest = () => null;
    const run = await linked({ begun });
    const log = (): string => readFileSync(join(run.folder, "gateway.log"), "utf8");
    return { ...run, calls, transactions, door, log };
  };
}

/** Whether a call says something in a room, or takes something away. */
export const writes = ({ method, path }: SeenRequest, room: string): boolean =>
  method === "PUT" && /\/(?:send|redact)\//.test(path) && path.includes(encodeURIComponent(room));

/** The first call that writes in the room meets the fault; the others are as they are. */
export function firstWrite(run: FaultyRooms, fault: RequestFault): void {
  let met = false;
  run.calls.onRequest = (request) => {
    if (met || !writes(request, run.to)) return null;
    met = true;
    return fault;
  };
}

/** Whether a transaction has somebody's message in it. */
export const tells = ({ path, body }: SeenRequest): boolean =>
  path.includes("/transactions/") && body.includes('"m.room.message"');

/** A room as far as both sides show it alike. */
const shown = (messages: readonly ShownMessage[], bot: string) =>
  messages
    .filter(({ sender, deleted }) => sender !== bot && !deleted)
    .map(({ body, edited, replyTo, reactions }) => ({
      body,
      edited,
      answers: messages.find(({ id }) => id === replyTo)?.body ?? null,
      reactions: reactions.map(({ emoji }) => emoji).toSorted(),
    }));

/** Waits until both rooms show the same, in the same order. */
export async function agree({ anna, ben, bot, from, to }: FaultyRooms): Promise<void> {
  const here = async () => shown(await anna.messages(from), bot);
  const there = async () => shown(await ben.messages(to), bot);
  const same = async () => JSON.stringify(await here()) === JSON.stringify(await there());
  // What differs is said by the comparison.
  await eventually("the rooms to show the same", same, PATIENCE_MS).catch(() => undefined);
  assert.deepEqual(await there(), await here());
}

/** What stands in the second room, less the gateway's own lines. */
export async function textsThere({ ben, bot, to }: FaultyRooms): Promise<readonly string[]> {
  const all = await ben.messages(to);
  return all.filter(({ sender, deleted }) => sender !== bot && !deleted).map(({ body }) => body);
}

/** Waits until all these texts are there, and nothing is left to be done; there must be no others, and in this order. */
export async function holds(run: FaultyRooms, texts: readonly string[]): Promise<void> {
  const isThere = async () => {
    const { bindings } = await run.gateway().operations.status();
    const isCaughtUp = bindings.every(({ behind, inbox }) => behind === 0 && inbox === 0);
    return isCaughtUp && (await textsThere(run)).join("\n") === texts.join("\n");
  };
  // What differs is said by the comparison.
  await eventually("the texts", isThere, PATIENCE_MS).catch(() => undefined);
  assert.deepEqual(await textsThere(run), texts);
}

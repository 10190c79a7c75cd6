/** Many gateways that ask one owner for their groups, each by one request that is held: a child of the bench. */
import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { Exchanger } from "../../core/federation/peers/exchange.ts";
import { PeerClient } from "../../core/federation/peers/peer-client.ts";
import { keyIdOf } from "../../core/federation/wire/public-key.ts";
import { parseProviderDomain } from "../../mappings/ids.ts";
import { clock, type CrowdJob, crowdJobForm, crowdOrderForm } from "./mtp-job.ts";

const WAIT_SECONDS = 25;
const TIMEOUT = 40_000;
/** Milliseconds in which a gateway takes what came. */
const TAKES = 25;
const answerForm = z.object({
  groups: z.array(
    z.object({
      group: z.string(),
      cursor: z.string(),
      events: z.array(z.unknown()),
      state: z.string().optional(),
    }),
  ),
});

/** How far a gateway has a group's log and its values: whoever does not say so is given them again at once. */
interface Place {
  readonly after?: string;
  readonly state?: string;
}

const job = crowdJobForm.parse(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")));
const asks = job.peers.map(member);
process.on("message", (message) => {
  const order = crowdOrderForm.safeParse(message);
  if (!order.success) return;
  if (order.data.crowd === "hold") for (const ask of asks) void hold(ask);
  else void Promise.all(asks.map((ask) => ask(0))).then(() => process.send?.({ once: asks.length }));
});
process.send?.({ ready: clock() });

/** Whoever is woken has something to do before it asks again; in this process, all others' answers come first. */
async function hold(ask: (wait: number) => Promise<void>): Promise<never> {
  for (;;) {
    await ask(WAIT_SECONDS);
    await delay(TAKES);
  }
}

/** Every gateway has its own connections. */
function member({ base, key: text, groups }: CrowdJob["peers"][number]): (wait: number) => Promise<void> {
  const key = createPrivateKey({ key: Buffer.from(text, "base64"), format: "der", type: "pkcs8" });
  const signer = { kid: keyIdOf(createPublicKey(key)), key };
  const client = new PeerClient({ exchanger: new Exchanger([]), signer: () => signer, now: Date.now });
  const as = parseProviderDomain(base);
  if (as === null) throw new Error(`${base} is no domain`);
  const places = new Map<string, Place>(groups.map((group) => [group, {}]));
  return async (wait) => {
    const subscriptions = [...places].map(([group, place]) => ({ group, ...place }));
    const answer = await client.request({
      endpoint: { url: job.endpoint, trusted: true },
      method: "POST",
      path: "/sync",
      body: { subscriptions, wait },
      as,
      timeoutMs: TIMEOUT,
      answer: answerForm,
    });
    const at = clock();
    for (const { group, cursor, events, state = places.get(group)?.state } of answer.groups) {
      places.set(group, { after: cursor, ...(state === undefined ? {} : { state }) });
      if (events.length > 0) process.send?.({ woken: group, at });
    }
  };
}

/** Many gateways that ask one owner for their groups, each by one request that is held: a child of the bench. */
import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { Exchanger } from "../../core/federation/exchange.ts";
import { PeerClient } from "../../core/federation/peer-client.ts";
import { keyIdOf } from "../../core/federation/public-key.ts";
import { parseProviderDomain } from "../../mappings/ids.ts";
import { clock, type CrowdJob, crowdJobForm, crowdOrderForm } from "./mtp-job.ts";

const WAIT_SECONDS = 25;
const TIMEOUT = 40_000;
const answerForm = z.object({
  groups: z.array(z.object({ group: z.string(), cursor: z.string(), events: z.array(z.unknown()) })),
});

const job = crowdJobForm.parse(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")));
const asks = job.peers.map(member);
process.on("message", (message) => {
  const order = crowdOrderForm.safeParse(message);
  if (!order.success) return;
  if (order.data.crowd === "hold") for (const ask of asks) void hold(ask);
  else void Promise.all(asks.map((ask) => ask(0))).then(() => process.send?.({ once: asks.length }));
});
process.send?.({ ready: clock() });

async function hold(ask: (wait: number) => Promise<void>): Promise<never> {
  for (;;) await ask(WAIT_SECONDS);
}

/** Every gateway has its own connections. */
function member({ base, key: text, groups }: CrowdJob["peers"][number]): (wait: number) => Promise<void> {
  const key = createPrivateKey({ key: Buffer.from(text, "base64"), format: "der", type: "pkcs8" });
  const signer = { kid: keyIdOf(createPublicKey(key)), key };
  const client = new PeerClient({ exchanger: new Exchanger([]), signer: () => signer, now: Date.now });
  const as = parseProviderDomain(base);
  if (as === null) throw new Error(`${base} is no domain`);
  const cursors = new Map<string, string | null>(groups.map((group) => [group, null]));
  return async (wait) => {
    const subscriptions = [...cursors].map(([group, after]) => ({
      group,
      ...(after === null ? {} : { after }),
    }));
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
    for (const { group, cursor, events } of answer.groups) {
      cursors.set(group, cursor);
      if (events.length > 0) process.send?.({ woken: group, at });
    }
  };
}

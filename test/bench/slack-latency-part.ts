/** How long it takes from a post on Slack until people in a linked MUC have it, beside the MUC's own reflection. */
import { setTimeout as delay } from "node:timers/promises";
import { startProsody } from "../../deploy/servers/prosody.ts";
import { join } from "node:path";
import { startSlackSimulator } from "../slack/simulator.ts";
import { eventually } from "../support/harness-eventually.ts";
import type { BenchContext } from "./context.ts";
import { LeanClient } from "./lean-client.ts";
import type { Line } from "./lines.ts";
import { CHANNEL, startSlackGateway } from "./slack-gateway.ts";
import { percentile } from "./statistics.ts";
import { xmppYaml } from "./xmpp-yaml.ts";

const DOMAIN = "slack-bench.localhost";
const COMPONENT = { domain: `mimi.${DOMAIN}`, secret: "bench-secret" };
const PASSWORD = "bench";
const MESSAGES = 200;
const WARM_UP = 20;
const EVERY_MS = 50;

export async function slackLatencyPart(context: BenchContext): Promise<readonly Line[]> {
  const prosody = await startProsody({
    folder: join(context.folder, "prosody-slack"),
    domain: DOMAIN,
    archive: "memory",
    components: [COMPONENT],
    users: [{ name: "anna", password: PASSWORD }],
  });
  const simulator = await startSlackSimulator({ limits: "off" });
  const more = xmppYaml(prosody, COMPONENT);
  const gateway = await startSlackGateway(context, simulator, { name: "latency", listen: null, more });
  const heard = new Map<string, Map<number, number>>([
    ["slack", new Map()],
    ["muc", new Map()],
  ]);
  const anna = await LeanClient.connect(
    { port: prosody.ports.c2s, domain: DOMAIN, name: "anna", password: PASSWORD },
    (line, number, at) => heard.get(line)?.set(number, at),
  );
  const [linked, own] = [`linked@${prosody.rooms}`, `own@${prosody.rooms}`] as const;
  await anna.join(linked, "anna");
  await anna.join(own, "anna");
  await gateway.operations.link(
    [
      { account: "slack", room: CHANNEL },
      { account: "xmpp", room: linked },
    ],
    null,
  );
  const said = new Map<string, number[]>([
    ["slack", []],
    ["muc", []],
  ]);
  try {
    context.progress(`Slack to XMPP, ${1_000 / EVERY_MS} a second`);
    for (let number = 0; number < WARM_UP + MESSAGES; number++) {
      // What the room itself takes, at the same time and of the same length.
      said.get("muc")?.push(performance.now());
      anna.say(own, "muc", number);
      await delay(EVERY_MS / 2);
      said.get("slack")?.push(performance.now());
      simulator
        .workspace()
        .people.post(CHANNEL, "U0BOB", `slack:${number} Shall we meet at the bridge at noon?`);
      await delay(EVERY_MS / 2);
    }
    const all = WARM_UP + MESSAGES;
    await eventually("the last", () => heard.get("slack")?.has(all - 1), 10_000).catch(() => undefined);
    const took = (line: string): number[] =>
      [...(heard.get(line) ?? [])]
        .filter(([number]) => number >= WARM_UP)
        .map(([number, at]) => at - (said.get(line)?.[number] ?? Number.NaN));
    return linesOf(took("slack"), took("muc"), all - (heard.get("slack")?.size ?? 0));
  } finally {
    await anna.close();
    await gateway.stop();
    await simulator.stop();
    await prosody.stop();
  }
}

function linesOf(arrivals: readonly number[], reflections: readonly number[], missing: number): Line[] {
  const what = `Slack to XMPP, ${1_000 / EVERY_MS}/s`;
  const part = "slack";
  const none = { bound: "at most", limit: 0, of: "value" } as const;
  const arrival = (share: number): Line => ({
    part,
    what: `${what}: arrival p${share * 100} (floor: the MUC's own reflection)`,
    value: percentile(arrivals, share),
    unit: "ms",
    floor: percentile(reflections, share),
    goal: null,
  });
  return [
    arrival(0.5),
    arrival(0.99),
    { part, what: `${what}: lost`, value: missing, unit: "messages", floor: null, goal: none },
  ];
}

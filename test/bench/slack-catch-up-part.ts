/**
 * What is missed while the gateway is away, read again within Slack's tiers. The tiers' waiting is counted and not slept:
 * the simulator's clock and the bridge's pace are moved on together.
 */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SlackAccount } from "../../bridges/slack/account.ts";
import { slackConfig, slackConfigSchema } from "../../bridges/slack/config.ts";
import { SimulatedClock } from "../slack/clock.ts";
import { type SlackSimulator, startSlackSimulator } from "../slack/simulator.ts";
import { startHarness } from "../support/harness.ts";
import { eventually } from "../support/harness-eventually.ts";
import type { BenchContext } from "./context.ts";
import { CountedPace } from "./counted-pace.ts";
import type { Line } from "./lines.ts";
import { CHANNEL } from "./slack-gateway.ts";

const MISSED = 10_000;
/** Messages that Slack gives in one answer. */
const PAGES = { internal: 200, restricted: 15 } as const;
const WITHIN_MS = 120_000;

type Kind = keyof typeof PAGES;
const TITLES = {
  internal: "internal app",
  restricted: "app sold outside of the directory",
} as const;

export async function slackCatchUpPart(context: BenchContext): Promise<readonly Line[]> {
  return [...(await measure(context, "internal")), ...(await measure(context, "restricted"))];
}

async function measure(context: BenchContext, history: Kind): Promise<readonly Line[]> {
  const what = `catch-up of ${MISSED}, ${TITLES[history]}`;
  context.progress(what);
  const clock = new SimulatedClock();
  const simulator = await startSlackSimulator({ clock, history });
  const folder = join(context.folder, `catch-up-${history}`);
  const start = (pace: CountedPace) =>
    startHarness({ folder }, [accountOf(simulator)], (account, { log, media }) => {
      return new SlackAccount(slackConfig(account), log, media, pace);
    });
  try {
    const before = await start(new CountedPace(clock));
    await before.operations.link([{ account: "slack", room: CHANNEL }], null);
    await before.stop();
    const { people } = simulator.workspace();
    for (let number = 0; number < MISSED; number++) people.post(CHANNEL, "U0BOB", `missed ${number}`);
    const calls = simulator.calls.length;
    const pace = new CountedPace(clock);
    const cpu = process.cpuUsage();
    const from = performance.now();
    const gateway = await start(pace);
    const store = new DatabaseSync(join(folder, "gateway.sqlite"), { readOnly: true });
    const logged = store.prepare("select count(*) as rows from event where kind = 'message'");
    const count = (): number => Number(logged.get()?.["rows"]);
    await eventually("all to be in the log", () => count() >= MISSED, WITHIN_MS).catch(() => undefined);
    const seconds = (performance.now() - from) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    const missing = MISSED - count();
    store.close();
    await gateway.stop();
    const asked = simulator.calls.slice(calls).filter(({ method }) => method.startsWith("conversations."));
    return linesOf(what, history, {
      calls: asked.length,
      refusals: pace.refusals,
      waited: pace.waitedMs / 1_000,
      seconds,
      cpu: user + system,
      missing,
    });
  } finally {
    await simulator.stop();
  }
}

interface CaughtUp {
  readonly calls: number;
  readonly refusals: number;
  readonly waited: number;
  readonly seconds: number;
  readonly cpu: number;
  readonly missing: number;
}

function linesOf(what: string, history: Kind, done: CaughtUp): Line[] {
  const part = "slack";
  const pages = Math.ceil(MISSED / PAGES[history]);
  const perMinute = history === "internal" ? 50 : 1;
  const none = { bound: "at most", limit: 0, of: "value" } as const;
  return [
    {
      part,
      what: `${what}: calls (floor: pages)`,
      value: done.calls,
      unit: "calls",
      floor: pages,
      goal: null,
    },
    {
      part,
      what: `${what}: time that the tiers ask for (floor: pages)`,
      value: done.waited,
      unit: "s",
      floor: (pages / perMinute) * 60,
      goal: null,
    },
    { part, what: `${what}: refused with 429`, value: done.refusals, unit: "calls", floor: null, goal: null },
    {
      part,
      what: `${what}: own time, simulator included`,
      value: done.seconds,
      unit: "s",
      floor: null,
      goal: null,
    },
    {
      part,
      what: `${what}: CPU, simulator included`,
      value: done.cpu / MISSED,
      unit: "us a message",
      floor: null,
      goal: null,
    },
    { part, what: `${what}: lost`, value: done.missing, unit: "messages", floor: null, goal: none },
  ];
}

function accountOf(simulator: SlackSimulator) {
  const keys = {
    token: simulator.workspace().botToken,
    app_token: simulator.app.appToken,
    api: simulator.apiUrl,
  };
  return { name: "slack", bridge: "slack" as const, ...slackConfigSchema.parse(keys) };
}

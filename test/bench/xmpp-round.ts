import { sayPaced, sayWindowed } from "./load.ts";
import type { MessageLine } from "./message-line.ts";
import { cpuMicroseconds } from "./process-usage.ts";
import type { Stage, StagedSystem } from "./xmpp-stage.ts";

/** How messages are said: so many, at a pace on one pair, or with a window under way in each of some pairs. */
export type Load = { readonly messages: number } & (
  | { readonly perSecond: number }
  | { readonly pairs: number; readonly window: number }
);

/** What one system did with one load. CPU in microseconds, latencies in milliseconds. */
export interface Round {
  readonly messages: number;
  readonly seconds: number;
  readonly systemCpu: number;
  readonly prosodyCpu: number;
  readonly clientCpu: number;
  readonly reflections: readonly number[];
  readonly arrivals: readonly number[];
  /** 0 where there is no store. */
  readonly commits: number;
  readonly rows: number;
}

export async function runRound(stage: Stage, { system, lines }: StagedSystem, load: Load): Promise<Round> {
  const used = "window" in load ? lines.slice(0, load.pairs) : lines.slice(0, 1);
  const counts = await system.storeCounts();
  const cpu = process.cpuUsage();
  const systemCpu = system.cpu();
  const prosodyCpu = cpuMicroseconds(stage.prosody.pid);
  const seconds = await say(used, load);
  const ours = process.cpuUsage(cpu);
  const round = {
    messages: load.messages,
    seconds,
    systemCpu: system.cpu() - systemCpu,
    prosodyCpu: cpuMicroseconds(stage.prosody.pid) - prosodyCpu,
    clientCpu: ours.user + ours.system,
  };
  const written = await system.storeCounts();
  const latencies = used.map((line) => line.takeLatencies());
  return {
    ...round,
    reflections: latencies.flatMap(({ reflections }) => reflections),
    arrivals: latencies.flatMap(({ arrivals }) => arrivals),
    commits: (written?.commits ?? 0) - (counts?.commits ?? 0),
    rows: (written?.rows ?? 0) - (counts?.rows ?? 0),
  };
}

/** Resolves with the seconds that it took. */
async function say(lines: readonly MessageLine[], load: Load): Promise<number> {
  if ("window" in load) return sayWindowed(lines, load.messages, load.window);
  return sayPaced(lines, load.messages, load.perSecond);
}

/** The rounds of one system under one load as one. */
export function together(rounds: readonly Round[]): Round {
  const sum = (of: (round: Round) => number): number => rounds.reduce((all, round) => all + of(round), 0);
  return {
    messages: sum(({ messages }) => messages),
    seconds: sum(({ seconds }) => seconds),
    systemCpu: sum(({ systemCpu }) => systemCpu),
    prosodyCpu: sum(({ prosodyCpu }) => prosodyCpu),
    clientCpu: sum(({ clientCpu }) => clientCpu),
    reflections: rounds.flatMap(({ reflections }) => reflections),
    arrivals: rounds.flatMap(({ arrivals }) => arrivals),
    commits: sum(({ commits }) => commits),
    rows: sum(({ rows }) => rows),
  };
}

/** What a run comes to, after everybody has fallen silent and the gateways have ended in order. */
import type { StepName } from "../../core/steps.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { RunningServer } from "../../deploy/servers/server-process.ts";
import type { Disturbance } from "./disturbance.ts";
import type { GatewayProcess } from "./gateway-process.ts";
import type { Scene } from "./scene.ts";

export interface Outcome {
  readonly said: number;
  readonly points: number;
  readonly lost: number;
  readonly doubled: number;
  readonly misplaced: number;
  /** What stands there otherwise than where it was said. */
  readonly misdirected: number;
  /** Milliseconds beyond the faults. */
  readonly stall: number;
  readonly deaths: number;
  /** Where the faults were. */
  readonly steps: readonly StepName[];
  /** Empty: the run is green. */
  readonly problems: readonly string[];
}

export interface Judged {
  readonly lab: Scene;
  readonly gateways: readonly GatewayProcess[];
  /** Those that have a store of their own; the first one where there is one store. */
  readonly answering?: readonly GatewayProcess[];
  readonly disturbance: Disturbance;
  /** How many points were to be reached. */
  readonly count: number;
  readonly longestStall: number;
  readonly problems: string[];
  readonly keepLogs: boolean;
  /** What else is ended with the run. */
  readonly servers?: readonly RunningServer[];
}

/** Ends the run and judges it. Where it is red the folder with all logs stays, if that is wanted, and is named. */
export async function judge(run: Judged): Promise<Outcome> {
  const { lab, gateways, disturbance, problems } = run;
  const answering = run.answering ?? gateways.slice(0, 1);
  const attempt = async (act: () => Promise<void>): Promise<void> => {
    await act().catch((thrown: unknown) => void problems.push(asGatewayError(thrown).detail));
  };
  await attempt(async () => lab.crowd.hush());
  await attempt(async () => {
    const asked = await Promise.all(answering.map(async (gateway) => gateway.operations()));
    const reports = await lab.drain(async () => Promise.all(asked.map(async (one) => one.status())));
    for (const { setAside, unclear, bindings } of reports) {
      if (setAside > 0) problems.push(`${setAside} set aside`);
      if (unclear > 0) problems.push(`${unclear} of unclear outcome`);
      const behind = bindings.filter(({ behind, inbox }) => behind > 0 || inbox > 0);
      for (const { room, behind: events, inbox } of behind)
        problems.push(`${room} is ${events} events behind, ${inbox} in its inbox`);
    }
  });
  // One that has only just been started again does not know yet how to end in order.
  for (const gateway of gateways)
    if (gateway.pid !== null) await attempt(async () => void (await gateway.operations()));
  for (const gateway of gateways) await attempt(async () => gateway.stop());
  for (const server of run.servers ?? []) await attempt(async () => server.stop());
  let results: Awaited<ReturnType<Scene["results"]>> = [];
  await attempt(async () => {
    results = await lab.results();
  });
  for (const { from, to, lost, doubled, misplaced, misdirected } of results) {
    if (lost.length > 0) problems.push(`${from} to ${to} lost ${list(lost)}`);
    if (doubled.length > 0) problems.push(`${from} to ${to} doubled ${list(doubled)}`);
    if (misplaced.length > 0) problems.push(`${from} to ${to} out of order ${list(misplaced)}`);
    if (misdirected.length > 0) problems.push(`${from} to ${to} corrected wrongly ${list(misdirected)}`);
  }
  const stall = lab.longestStall(disturbance.outages);
  if (stall > run.longestStall) problems.push(`a message took ${stall / 1000} s beyond the faults`);
  if (disturbance.fired.length !== run.count)
    problems.push(`${disturbance.fired.length} of ${run.count} points were reached`);
  const keep = run.keepLogs && problems.length > 0;
  const left = await lab.close(keep);
  if (left.length > 0) problems.push(`still running: ${left.join("; ")}`);
  if (keep) problems.push(`logs and archives: ${lab.folder}`);
  const sum = (count: (result: (typeof results)[number]) => number): number =>
    results.reduce((total, result) => total + count(result), 0);
  return {
    said: sum(({ said }) => said),
    points: disturbance.fired.length,
    lost: sum(({ lost }) => lost.length),
    doubled: sum(({ doubled }) => doubled.length),
    misplaced: sum(({ misplaced }) => misplaced.length),
    misdirected: sum(({ misdirected }) => misdirected.length),
    stall,
    deaths: gateways.reduce((total, { deaths }) => total + deaths, 0),
    steps: disturbance.fired.map(({ step }) => step),
    problems,
  };
}

function list(texts: readonly string[]): string {
  const more = texts.length > 5 ? ` and ${texts.length - 5} more` : "";
  return `${texts.slice(0, 5).join(", ")}${more}`;
}

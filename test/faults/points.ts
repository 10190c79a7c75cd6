/** Where and how a run is disturbed: all of it follows from the seed. */
import type { StepName } from "../../core/steps.ts";
import type { End } from "./crowd.ts";
import { Random } from "./random.ts";

export type Fault =
  | "gateway-kill"
  | "gateway-stop"
  | "redis-kill"
  | "redis-stop"
  | "redis-flush"
  | "server-restart";

/** A named step of a message's way, the how many-th time it is passed, and what happens there. */
export interface Point {
  readonly number: number;
  readonly step: StepName;
  readonly occurrence: number;
  readonly fault: Fault;
  /** What makes the gateway pass a step of recovery at all: a kill at this step, before the point is armed. */
  readonly provokedAt: StepName | null;
  /** At which of two gateways; null: whichever comes to it first. */
  readonly gateway: End | null;
}

export interface Drawing {
  readonly count: number;
  /** Whether there are two gateways, that pass the steps between gateways. */
  readonly federated?: boolean;
  /** How many of the faults are a stop of the gateway, and how many one of Redis. Each takes 15 s. */
  readonly gatewayStops: number;
  readonly redisStops: number;
  /** How often a step is passed at most before the fault, and a page read again; without: as often as busy rooms allow. */
  readonly passes?: { readonly steps: number; readonly pages: number };
  /** Which faults there are is drawn too, and at which of two gateways: few points come to all of it over many seeds. */
  readonly sampled?: boolean;
}

/** Every step that the product publishes; the compiler says so where one is missing here. */
const stepKinds: Readonly<Record<StepName, "on the way" | "of recovery" | "between gateways">> = {
  "accept.begin": "on the way",
  "accept.written": "on the way",
  "accept.done": "on the way",
  "append.begin": "on the way",
  "append.written": "on the way",
  "append.done": "on the way",
  "intend.begin": "on the way",
  "intend.written": "on the way",
  "intend.done": "on the way",
  "perform.sent": "on the way",
  "perform.reflected": "on the way",
  "settle.begin": "on the way",
  "probe.begin": "of recovery",
  "catchup.page": "of recovery",
  "follow.begin": "between gateways",
  "follow.done": "between gateways",
  "submit.begin": "between gateways",
  "submit.done": "between gateways",
  "judge.begin": "between gateways",
  "judge.done": "between gateways",
  "verdict.begin": "between gateways",
};
/** All that a run with one gateway, or with two, comes to. */
export const stepsOf = (federated: boolean): readonly StepName[] =>
  (Object.keys(stepKinds) as StepName[]).filter(
    (step) => federated || stepKinds[step] !== "between gateways",
  );

/** Kills that leave deliveries under way, so that there is something to ask the room for. */
const provocations: readonly StepName[] = [
  "intend.done",
  "perform.sent",
  "perform.reflected",
  "settle.begin",
];
/** Of the deliveries under way at a kill one is certain: it is asked for once. */
const MOST_PROBES = 1;
/** Every room reads a page at least when it is entered again. */
const BUSY = { steps: 25, pages: 10 } as const;

const ENDS: readonly End[] = ["north", "south"];

/** The points of a run, in order. Where there are enough of them every step is among them. */
export function drawPoints(
  seed: number,
  { count, gatewayStops, redisStops, federated = false, passes = BUSY, sampled = false }: Drawing,
): readonly Point[] {
  const random = new Random(seed);
  const steps: StepName[] = [];
  while (steps.length < count) steps.push(...random.shuffle(stepsOf(federated)));
  const short: readonly Fault[] = [
    "gateway-kill",
    "server-restart",
    "gateway-kill",
    "redis-flush",
    "gateway-kill",
    "redis-kill",
  ];
  const faults: Fault[] = [
    ...Array.from({ length: gatewayStops }, (): Fault => "gateway-stop"),
    ...Array.from({ length: redisStops }, (): Fault => "redis-stop"),
    ...short,
  ];
  while (faults.length < count) faults.push(...short);
  const shuffled = random.shuffle(sampled ? faults : faults.slice(0, count));
  const order = random.shuffle(steps.slice(0, count));
  return order.map((step, i) => {
    const recovery = stepKinds[step] === "of recovery";
    const most = step === "probe.begin" ? MOST_PROBES : recovery ? passes.pages : passes.steps;
    return {
      number: i + 1,
      step,
      occurrence: random.between(1, most),
      fault: shuffled[i] ?? "gateway-kill",
      provokedAt: recovery ? random.pick(provocations) : null,
      gateway: sampled && stepKinds[step] !== "between gateways" ? random.pick(ENDS) : null,
    };
  });
}

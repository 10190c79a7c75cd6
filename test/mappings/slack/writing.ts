/** What the table cases of entries for Slack share. */
import assert from "node:assert/strict";
import type { FeatureKey } from "../../../mappings/features.ts";
import type { Outgoing } from "../../../mappings/mapping.ts";
import type { SlackCall, SlackCapabilities, SlackOutbound } from "../../../mappings/slack/call.ts";
import { fromMimi } from "../../../mappings/slack/from-mimi.ts";
import { AL, BOB, everything, outbound } from "./context.ts";
import type { MappingCase } from "../cases/case.ts";

export interface Setting extends Partial<SlackOutbound> {
  readonly capabilities?: Partial<SlackCapabilities>;
}

export interface Wrote {
  readonly calls: readonly {
    readonly method: string;
    readonly arguments: Readonly<Record<string, unknown>>;
  }[];
  readonly codes: readonly string[];
}

export function write(event: Outgoing, { capabilities, ...context }: Setting = {}): Wrote {
  const { calls, losses } = fromMimi(event, { ...everything, ...capabilities }, outbound(context));
  const plain = calls.map((call: SlackCall) => ({ method: call.method, arguments: { ...call.arguments } }));
  return { calls: plain, codes: losses.map(({ code }) => code) };
}

export function first(event: Outgoing, setting: Setting = {}): Wrote["calls"][number] {
  const [call] = write(event, setting).calls;
  assert.ok(call, JSON.stringify(write(event, setting)));
  return call;
}

export function shows(feature: FeatureKey, name: string, run: () => void): MappingCase {
  return { feature, direction: "out", name, run };
}

/** Exactly these calls and losses. */
export function calls(
  feature: FeatureKey,
  name: string,
  event: Outgoing,
  expected: Wrote["calls"],
  codes: readonly string[] = [],
  setting: Setting = {},
): MappingCase {
  return shows(feature, name, () => {
    assert.deepEqual(write(event, setting), { calls: expected, codes });
  });
}

/** Nothing to call: the loss says why. */
export function loses(
  feature: FeatureKey,
  name: string,
  event: Outgoing,
  code: string,
  setting: Setting = {},
): MappingCase {
  return calls(feature, name, event, [], [code], setting);
}

export const bob = { uri: BOB, name: "Bob" };
export const al = { uri: AL, name: "Al" };
export const appearance = { username: "Bob (Matrix)", icon_url: "https://gw.example/a/9f3c.png" };

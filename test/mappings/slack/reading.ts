/** What the table cases of Slack's events share. */
import assert from "node:assert/strict";
import type { FeatureKey } from "../../../mappings/features.ts";
import type { Mapped, MappedEvent } from "../../../mappings/mapping.ts";
import type { Message, MessageBody } from "../../../mappings/message.ts";
import type { SlackInbound } from "../../../mappings/slack/inbound.ts";
import { toMimi } from "../../../mappings/slack/to-mimi.ts";
import { LATER, inbound } from "./context.ts";
import type { MappingCase } from "../cases/case.ts";

export const AL = { native: "U123", name: "Al" };

export function read(event: object, changes: Partial<SlackInbound> = {}): MappedEvent {
  return toMimi(event, inbound(changes));
}

export function only(result: MappedEvent): Mapped {
  const [event] = result.events;
  assert.ok(event !== undefined && result.events.length === 1, JSON.stringify(result));
  return event;
}

export function messageOf(event: object, changes: Partial<SlackInbound> = {}): Message {
  const mapped = only(read(event, changes));
  assert.ok(mapped.kind === "message", mapped.kind);
  return mapped.message;
}

export function bodyOf<Kind extends MessageBody["kind"]>(
  kind: Kind,
  event: object,
  changes: Partial<SlackInbound> = {},
): Extract<MessageBody, { kind: Kind }> {
  const { body } = messageOf(event, changes);
  assert.equal(body.kind, kind);
  return body as Extract<MessageBody, { kind: Kind }>;
}

export function said(changes: object): object {
  return { type: "message", user: "U123", ts: LATER, text: "hi", ...changes };
}

export function gives(feature: FeatureKey, name: string, event: object, expected: Mapped): MappingCase {
  return {
    feature,
    direction: "in",
    name,
    run: () => {
      assert.deepEqual(read(event), { events: [expected], losses: [] });
    },
  };
}

export function shows(feature: FeatureKey, name: string, run: () => void): MappingCase {
  return { feature, direction: "in", name, run };
}

import type { Lookups, Translated } from "../../core/bridge/inbound.ts";
import { typedNames, withTypedMentions } from "../../mappings/slack/typed-mentions.ts";

/** What was said with mentions of those elsewhere whose names were typed in it. Rejects as the look-up does. */
export async function withNamedPeople(
  said: Translated,
  lookups: Pick<Lookups, "named">,
): Promise<Translated> {
  if (said.kind !== "message") return said;
  const names = typedNames(said.message);
  if (names.length === 0) return said;
  const people = new Map((await lookups.named(names)).map(({ name, uri }) => [name, uri] as const));
  return { ...said, message: withTypedMentions(said.message, people) };
}

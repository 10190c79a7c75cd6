/** What the people of a group hear of each other. */
import assert from "node:assert/strict";
import type { ForeignPerson, Heard, HeardMessage } from "./foreign-person.ts";

/** What each person has of the same message. */
export type Copies = ReadonlyMap<ForeignPerson, HeardMessage>;
export const copyOf = (all: Copies, person: ForeignPerson): HeardMessage =>
  all.get(person) ?? assert.fail(`${person.name} has no copy`);

/** What each of the people has of something that the author has said; waited for. */
export async function copies(
  people: readonly ForeignPerson[],
  author: ForeignPerson,
  what: string,
  is: (one: HeardMessage) => boolean,
): Promise<Copies> {
  const copy = async (person: ForeignPerson) =>
    [
      person,
      await hears(person, `${what} of ${author.name}`, (one) => one.by === author.name && is(one)),
    ] as const;
  return new Map(await Promise.all(people.map(copy)));
}

/** Resolves when each of the people has heard it. */
export async function allHear(
  people: readonly ForeignPerson[],
  what: string,
  is: (one: Heard, person: ForeignPerson) => boolean,
): Promise<void> {
  await Promise.all(
    people.map(async (person) => person.until(what, () => person.heard.some((one) => is(one, person)))),
  );
}

/** The first message that is such; waited for. */
export async function hears(
  person: ForeignPerson,
  what: string,
  is: (one: HeardMessage) => boolean,
): Promise<HeardMessage> {
  const find = () =>
    person.heard.find((one): one is HeardMessage => one.what === "said" && !one.old && is(one));
  await person.until(what, find);
  const found = find();
  if (found === undefined) throw new Error(`${person.name} no longer hears ${what}`);
  return found;
}

/** What somebody has to say to a message with emoji, as the person sees it. */
export function reactionsSeen(person: ForeignPerson, from: string, of: string): readonly string[] {
  const ids = new Map<string, string>();
  let all: readonly string[] = [];
  for (const one of person.heard) {
    if (one.what === "gone") ids.delete(one.of);
    if (one.what !== "reacted" || one.by !== from || one.of !== of) continue;
    if (one.id === null) all = one.emoji;
    else for (const each of one.emoji) ids.set(one.id, each);
  }
  return [...all, ...ids.values()].toSorted();
}

/** What the person has heard twice of that which happens once; it does not look at the others, such as typing. */
export function heardTwice(person: ForeignPerson): readonly string[] {
  const once = person.heard.flatMap((one) => {
    if (one.what === "said") return [JSON.stringify([one.by, one.text, one.replaces])];
    return one.what === "gone" || one.what === "topic" ? [JSON.stringify(one)] : [];
  });
  return once.filter((one, index) => once.indexOf(one) !== index);
}

/** How many messages of the author the person has heard. */
export const messagesOf = (person: ForeignPerson, author: ForeignPerson): number =>
  person.heard.filter(({ what, by }) => what === "said" && by === author.name).length;

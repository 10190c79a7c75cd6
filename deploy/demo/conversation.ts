/** What the people of the demo say and change, and when the others see it. */
import { setTimeout as delay } from "node:timers/promises";
import type { Milliseconds } from "../../core/bridge.ts";
import type { Person, Side } from "./installation.ts";
import type { Line } from "./transcript.ts";

const TALK = [
  ["anna", "Hello! Is anybody over there?"],
  ["carla", "Yes, we hear you in the coffee room."],
  ["ben", "Tea is ready 🍵"],
  ["david", "So is coffee ☕ <b>not HTML</b> & no entity: &amp;"],
  ["carla", "Two lines\nare one message."],
  ["anna", "Grüße, こんにちは, שלום"],
] as const;
/** Lines that everybody says at once, without waiting for the others. */
const BURST = 5;
export const TOPIC = "Hot drinks, both kinds";
export const NAME = "The Kitchen";

/** How long a change or a line may take before it counts as lost. */
const PATIENCE: Milliseconds = 15_000;
const LOOK_EVERY: Milliseconds = 20;

interface Said {
  readonly text: string;
  readonly at: Milliseconds;
  readonly from: Side;
}

/**
 * Lets everybody talk, first in turn, then all at once, and returns the lines as the two rooms saw them. A line that
 * does not arrive in time is missing there, and ends the talk; the archives tell what became of it.
 */
export async function converse(
  sides: readonly [Side, Side],
): Promise<{ readonly lines: Line[]; readonly complete: boolean }> {
  const said: Said[] = [];
  const say = async (side: Side, { user }: Person, text: string): Promise<void> => {
    said.push({ text, at: Date.now(), from: side });
    await user.say(side.room, text);
  };
  const transcript = (complete: boolean) => ({ lines: sides.flatMap((side) => seen(side, said)), complete });
  for (const [name, text] of TALK) {
    for (const [side, other] of [sides, sides.toReversed() as [Side, Side]] as const) {
      const person = side.people.find((one) => one.name === name);
      if (!person) continue;
      await say(side, person, text);
      if (!(await arrivals(other, [text]))) return transcript(false);
    }
  }
  const bursts = sides.flatMap((side) =>
    side.people.map(async (person) => {
      for (let i = 1; i <= BURST; i += 1) await say(side, person, `${person.name}, all at once, ${i}`);
    }),
  );
  await Promise.all(bursts);
  const crossing = (to: Side): string[] => said.filter(({ from }) => from !== to).map(({ text }) => text);
  const arrived = await Promise.all(sides.map(async (side) => arrivals(side, crossing(side))));
  return transcript(arrived.every(Boolean));
}

/** Changes the topic on one side, then the room's name on the other; says how long it took what crossed in time. */
export async function changeState([left, right]: readonly [Side, Side]): Promise<
  { readonly what: string; readonly tookMs: Milliseconds }[]
> {
  const topicAt = Date.now();
  await left.people[0].user.setSubject(left.room, TOPIC);
  const topic = await right.people[1].user
    .waitFor(`the topic in ${right.room}`, () => topicOf(right) === TOPIC, PATIENCE)
    .catch(() => false);
  const topicMs = Date.now() - topicAt;
  const nameAt = Date.now();
  await right.people[0].user.setRoomName(right.room, NAME);
  // A room says that something in it was changed, not what: it has to be asked.
  let name = false;
  while (!name && Date.now() - nameAt < PATIENCE) {
    await delay(LOOK_EVERY);
    name = (await left.people[0].user.roomName(left.room)) === NAME;
  }
  return [
    ...(topic ? [{ what: `The topic "${TOPIC}"`, tookMs: topicMs }] : []),
    ...(name ? [{ what: `The room's name "${NAME}"`, tookMs: Date.now() - nameAt }] : []),
  ];
}

/** Whether somebody on that side has seen all the texts in time. */
async function arrivals(side: Side, texts: readonly string[]): Promise<boolean> {
  const { user } = side.people[1];
  const all = (): boolean => {
    const bodies = new Set(user.bodies(side.room));
    return texts.every((text) => bodies.has(text));
  };
  return user.waitFor("the lines of the other room", all, PATIENCE).catch(() => false);
}

/** What the second person of a side saw, in order, without lines of the gateway itself. */
function seen(side: Side, said: readonly Said[]): Line[] {
  return side.people[1].user.messages(side.room).flatMap(({ body, nick, at }) => {
    const line = said.find(({ text }) => text === body);
    if (!line || body === null) return [];
    const tookMs = line.from === side ? null : at - line.at;
    return [{ room: side.room, at, who: nick ?? "", text: body, tookMs }];
  });
}

/** The topic as somebody in the room sees it now; null where there is none. */
export function topicOf({ room, people }: Side): string | null {
  return (
    people[1].user.messages(room).findLast(({ subject, body }) => subject !== null && body === null)
      ?.subject ?? null
  );
}

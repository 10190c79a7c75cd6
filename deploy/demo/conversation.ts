/** What the people of the demo say, and when the others see it. */
import type { Milliseconds } from "../../core/time.ts";
import type { Pair, Person, Side } from "./service.ts";
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

/** How long a line may take before it counts as lost. */
const PATIENCE: Milliseconds = 15_000;

interface Said {
  readonly text: string;
  readonly at: Milliseconds;
  readonly from: Side;
}

/**
 * Lets everybody talk, first in turn, then all at once, and returns the lines as the two rooms saw them. A line that
 * does not arrive in time is missing there, and ends the talk; the archives tell what became of it.
 */
export async function converse(sides: Pair): Promise<{ readonly lines: Line[]; readonly complete: boolean }> {
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

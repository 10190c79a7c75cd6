/** A poll at Matrix, and how it reads in each room while people vote. */
import { shortened } from "../reading.ts";
import type { Change, RoomName, Scene } from "./group-stage.ts";
import { OPTIONS, POLL_TEXT, QUESTION } from "./lines.ts";
import { PROVIDERS } from "./linked-rooms.ts";

/** Who has asked. */
const ASKER = "Mia";

/** `counts`: votes for each option; null: nobody has voted yet. */
export function pollOnSlack(counts: readonly number[] | null, closing = ""): string {
  const button = closing === "" ? " [Vote]" : "";
  const options = OPTIONS.map((option, at) => {
    const votes = counts?.[at];
    const count = votes === undefined ? "" : ` — ${votes} ${votes === 1 ? "vote" : "votes"}`;
    return `${at + 1}. ${option}${count}${button}`;
  });
  const lines = [`📊 ${QUESTION}`, ...options, ...(closing === "" ? [] : [closing])];
  return `${ASKER} (${PROVIDERS.matrix}): ${lines.join(" ⏎ ")}${counts ? " (edited)" : ""}`;
}

/** The votes of everybody, in the order in which they are given. */
export class Votes {
  #counts: readonly number[] | null = null;

  /** Somebody votes. `option`: its place, from 0. `own`: what he does for it in his own MUC. */
  cast(option: number, home: RoomName, own = ""): Scene["change"] {
    const before = this.#counts;
    const after = OPTIONS.map((_, at) => (before?.[at] ?? 0) + (at === option ? 1 : 0));
    this.#counts = after;
    return (room, name): Change => {
      if (room === "channel") return { adds: [pollOnSlack(after)], removes: [pollOnSlack(before)] };
      if (room === "matrix")
        return { adds: [`${name} votes for ${OPTIONS[option] ?? ""} (on: ${shortened(QUESTION)})`] };
      if (room === home) return { adds: [`${name}: ${own} (to: ${shortened(POLL_TEXT)})`] };
      return { adds: [], unshown: "nothing: MUCs have no votes" };
    };
  }

  /** Whoever asked ends the poll. */
  end(): Scene["change"] {
    const counts = this.#counts ?? OPTIONS.map(() => 0);
    const lines = OPTIONS.map((option, at) => {
      const votes = counts[at] ?? 0;
      return `${at + 1}. ${option} — ${votes} ${votes === 1 ? "vote" : "votes"}`;
    });
    return (room, name): Change => {
      if (room === "channel")
        return { adds: [pollOnSlack(counts, "The poll has ended.")], removes: [pollOnSlack(this.#counts)] };
      if (room === "matrix") return { adds: [`${name} ends the poll (on: ${shortened(QUESTION)})`] };
      const result = ["The poll has ended.", ...lines].join(" ⏎ ");
      return { adds: [`${name}: ${result} (to: ${shortened(POLL_TEXT)})`] };
    };
  }
}

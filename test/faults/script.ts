/** What everybody does in turn, on either platform: says, edits, reacts and deletes, so that a room's end shows all of it. */
export type Deed = "say" | "edit" | "react" | "delete" | "unreact";

interface Act {
  readonly deed: Deed;
  /** Which of the texts of the round it is about, from 0; a text that is not there yet is said. */
  readonly text: number;
}

/** Of the four texts of a round one stays as it is, one is edited and keeps its reaction, one goes, one loses its reaction. */
const round: readonly Act[] = [
  { deed: "say", text: 0 },
  { deed: "say", text: 1 },
  { deed: "edit", text: 1 },
  { deed: "react", text: 1 },
  { deed: "say", text: 2 },
  { deed: "delete", text: 2 },
  { deed: "say", text: 3 },
  { deed: "react", text: 3 },
  { deed: "unreact", text: 3 },
];

/** With what everybody reacts. */
export const EMOJI = "🎉";

/** A person's way through the round: which message each deed is about, as its platform names it. */
export class Script<Message> {
  #turn = 0;
  #said: (Message | null)[] = [];

  /** What comes next. `of`: the message that it is about; a deed about one that was not said is left out. */
  next(): {
    readonly deed: Deed;
    readonly of: Message | null;
    readonly done: (said: Message | null) => void;
  } {
    for (;;) {
      const act = round[this.#turn % round.length] ?? { deed: "say", text: 0 };
      this.#turn += 1;
      if (act === round[0]) this.#said = [];
      const of = this.#said[act.text] ?? null;
      if (act.deed !== "say" && of === null) continue;
      return {
        deed: act.deed,
        of,
        done: (said) => {
          if (act.deed === "say") this.#said[act.text] = said;
        },
      };
    }
  }
}

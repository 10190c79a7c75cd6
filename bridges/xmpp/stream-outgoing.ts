/** What a connection sends: all of one turn in one write, and what makes the server go on where there is nothing to send. */
export interface OutgoingOptions {
  /** Text that is not kept until the turn ends, in UTF-16 code units. */
  readonly flushLength: number;
  /** False: nothing is written now. */
  readonly open: () => boolean;
  readonly write: (text: string) => void;
}

export class Outgoing {
  readonly #options: OutgoingOptions;
  #text = "";
  #turnEnds = false;
  #unacknowledged = false;

  constructor(options: OutgoingOptions) {
    this.#options = options;
  }

  /** What is not written yet. */
  get text(): string {
    return this.#text;
  }

  add(text: string): void {
    this.#text += text;
    if (this.#text.length >= this.#options.flushLength) this.flush();
    else this.#atEndOfTurn();
  }

  /** Something came whose acknowledgement the server may wait for. */
  received(): void {
    this.#unacknowledged = true;
    this.#atEndOfTurn();
  }

  /** Writes all that there is now. */
  flush(): void {
    if (!this.#options.open()) return;
    // A blank between stanzas means nothing, but carries the acknowledgement for which a server with Nagle's
    // algorithm holds back its next stanza.
    const text = this.#text === "" && this.#unacknowledged ? " " : this.#text;
    this.#text = "";
    this.#unacknowledged = false;
    if (text !== "") this.#options.write(text);
  }

  #atEndOfTurn(): void {
    if (this.#turnEnds) return;
    this.#turnEnds = true;
    setImmediate(() => {
      this.#turnEnds = false;
      this.flush();
    });
  }
}

/** What one person hears at the stand-in for a homeserver: messages of all rooms, by one held request after the other. */

/** Of that person; nobody else's requests for news are held. */
export const PERSON_TOKEN = "token-of-a-person";

/** Where somebody begins who has not asked before. */
const FIRST = "s0";

export class StandInSync {
  /** Messages (JSON) that were not asked for yet; null: nobody has ever asked. */
  #news: string[] | null = null;
  #place = 0;
  #waiting: ((json: string) => void) | null = null;

  /** A message has been sent. */
  happened(event: string): void {
    if (this.#news === null) return;
    this.#news.push(event);
    // What is sent in one go is told together.
    if (this.#waiting && this.#news.length === 1) setImmediate(() => this.#tell());
  }

  /** Answers with JSON as soon as there is news; at once where nothing was asked for before. */
  ask(since: string | null, answer: (json: string) => void): void {
    if (since === null) {
      this.#news = [];
      answer(`{"next_batch":"${FIRST}"}`);
      return;
    }
    this.#waiting = answer;
    if (this.#news !== null && this.#news.length > 0) this.#tell();
  }

  #tell(): void {
    const news = this.#news ?? [];
    const answer = this.#waiting;
    if (answer === null || news.length === 0) return;
    this.#waiting = null;
    this.#news = [];
    this.#place += 1;
    answer(`{"next_batch":"s${this.#place}","events":[${news.join(",")}]}`);
  }
}

/** What somebody at a Matrix client reads of his rooms, and how he waits for something to be there. */
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import type { MatrixContent } from "./matrix-contents.ts";
import { MatrixHttp, MatrixRefusal } from "./matrix-http.ts";
import { eventForm, type MatrixEvent, type ShownMessage, shownMessages } from "./matrix-shown.ts";
import { MatrixSync } from "./matrix-sync.ts";
import type { Answer } from "./waits.ts";

const pageForm = z.object({ chunk: z.array(eventForm), end: z.string().optional() });
const contentForm = z.record(z.string(), z.unknown());

const PAGE = "200";
const PATIENCE: Milliseconds = 30_000;

export interface MatrixLogin {
  /** Of the client-server API, without a slash at the end. */
  readonly url: string;
  readonly id: string;
  readonly token: string;
}

export class MatrixReader {
  /** `@name:server` */
  readonly id: string;
  readonly http: MatrixHttp;
  readonly sync: MatrixSync;

  constructor({ url, id, token }: MatrixLogin) {
    this.id = id;
    this.http = new MatrixHttp(url, token);
    this.sync = new MatrixSync(this.http);
  }

  /** All that the room's timeline holds for us, oldest first. */
  async timeline(room: string): Promise<readonly MatrixEvent[]> {
    const events: MatrixEvent[] = [];
    for (let from: string | undefined, first = true; first || from !== undefined; first = false) {
      const query = { dir: "f", limit: PAGE, ...(from === undefined ? {} : { from }) };
      const page = pageForm.parse(await this.inRoom("GET", room, "messages", undefined, query));
      events.push(...page.chunk);
      from = page.end;
    }
    return events;
  }

  /** The room's messages as they stand now, oldest first. */
  async messages(room: string): Promise<readonly ShownMessage[]> {
    return shownMessages(await this.timeline(room));
  }

  /** The content of one state event; null: there is none. */
  async state(room: string, type: string, key = ""): Promise<MatrixContent | null> {
    try {
      const path = `state/${encodeURIComponent(type)}/${encodeURIComponent(key)}`;
      return contentForm.parse(await this.inRoom("GET", room, path));
    } catch (error) {
      if (error instanceof MatrixRefusal && error.code === "M_NOT_FOUND") return null;
      throw error;
    }
  }

  /** The room's whole state. */
  async states(room: string): Promise<readonly MatrixEvent[]> {
    return z.array(eventForm).parse(await this.inRoom("GET", room, "state"));
  }

  /**
   * Asks, and asks again whenever something has happened in a room of ours, and resolves with the answer. Rejects when the time
   * is over, naming `what`.
   */
  async waitFor<T>(
    what: string,
    ask: () => Answer<T> | Promise<Answer<T>>,
    within: Milliseconds = PATIENCE,
  ): Promise<Exclude<T, Error | undefined | null | false>> {
    const deadline = Date.now() + within;
    // What happens between a question and the next wait ends that wait, since it is told from here on.
    if (!this.sync.begun) await this.sync.next(0);
    for (;;) {
      const answer = await ask();
      if (answer instanceof Error) throw answer;
      if (answer !== undefined && answer !== null && answer !== false)
        return answer as Exclude<T, Error | undefined | null | false>;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`${this.id} waited ${within} ms in vain for ${what}`);
      await this.sync.next(left);
    }
  }

  /** A call about one room; `path`: below it, with escapes. */
  protected async inRoom(
    method: "GET" | "PUT" | "POST",
    room: string,
    path: string,
    body?: MatrixContent,
    query?: Readonly<Record<string, string>>,
  ): Promise<unknown> {
    return this.http.call(method, `/v3/rooms/${encodeURIComponent(room)}/${path}`, body, query);
  }
}

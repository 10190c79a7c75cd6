/** A room's message archive (XEP-0313), read page by page. */
import { randomBytes } from "node:crypto";
import type { ArchiveMark, NativeRoom } from "../../core/ids.ts";
import type { Milliseconds } from "../../core/time.ts";
import { step } from "../../core/steps.ts";
import { NS } from "./names.ts";
import { type ComponentStream, StanzaError } from "./stream.ts";
import { attribute, type Element, xml } from "./xml.ts";

/** Servers give fewer at once if they like (Prosody: 50). */
const PAGE = 100;
const ANSWER_WITHIN_MS = 30_000;
/** Where an archive ends that holds nothing yet: whatever comes is after it. */
const EMPTY = "" as ArchiveMark;

/** One archived message: its id in the archive is the room's stanza-id. */
export interface Archived {
  readonly id: ArchiveMark;
  readonly at: Milliseconds;
  readonly message: Element;
}

export interface ArchivePage {
  readonly items: readonly Archived[];
  readonly last: ArchiveMark | null;
}

export class Archive {
  readonly #stream: ComponentStream;
  readonly #from: string;
  readonly #collecting = new Map<string, { readonly room: string; readonly results: Element[] }>();

  constructor(stream: ComponentStream, from: string) {
    this.#stream = stream;
    this.#from = from;
  }

  /** Takes a stanza if it is part of an answer under way; only the room that was asked can give one. */
  take(stanza: Element): boolean {
    const result = stanza.getChild("result", NS.mam);
    if (!result) return false;
    const query = this.#collecting.get(attribute(result, "queryid") ?? "");
    if (query && query.room === attribute(stanza, "from")) query.results.push(result);
    return true;
  }

  /**
   * Everything after the mark, oldest first. A mark that the archive has forgotten is older than all that it holds:
   * then all of it. Without a mark what came since `start`.
   */
  async *after(
    room: NativeRoom,
    mark: ArchiveMark | null,
    start: Milliseconds | null,
  ): AsyncGenerator<ArchivePage> {
    let after = mark === EMPTY ? null : mark;
    for (;;) {
      const answer = await this.#page(room, after, after === null ? start : null);
      step("catchup.page");
      if (answer === "forgotten") {
        after = null;
        continue;
      }
      if (answer.items.length > 0) yield answer;
      if (answer.complete || answer.last === null) return;
      after = answer.last;
    }
  }

  /** Where the archive ends now. */
  async end(room: NativeRoom): Promise<ArchiveMark> {
    const { last } = await this.#query(room, [], [xml("max", {}, "1"), xml("before")]);
    return last ?? EMPTY;
  }

  async #page(room: NativeRoom, after: ArchiveMark | null, start: Milliseconds | null) {
    const fields = start === null ? [] : [field("start", new Date(start).toISOString())];
    const set = [xml("max", {}, String(PAGE)), ...(after === null ? [] : [xml("after", {}, after)])];
    try {
      return await this.#query(room, fields, set);
    } catch (thrown) {
      if (after !== null && thrown instanceof StanzaError && thrown.condition === "item-not-found")
        return "forgotten" as const;
      throw thrown;
    }
  }

  async #query(room: NativeRoom, fields: readonly Element[], set: readonly Element[]) {
    const queryid = randomBytes(12).toString("hex");
    const form = xml("x", { xmlns: NS.dataForm, type: "submit" }, field("FORM_TYPE", NS.mam), ...fields);
    const rsm = xml("set", { xmlns: NS.rsm }, ...set);
    const query = xml("query", { xmlns: NS.mam, queryid }, form, rsm);
    const results: Element[] = [];
    this.#collecting.set(queryid, { room, results });
    try {
      const iq = xml("iq", { type: "set", from: this.#from, to: room }, query);
      const answer = await this.#stream.request(iq, ANSWER_WITHIN_MS);
      const fin = answer.getChild("fin", NS.mam);
      const last = fin?.getChild("set", NS.rsm)?.getChildText("last") ?? null;
      const items = results.flatMap((result) => archived(result) ?? []);
      return {
        items,
        last: (last || null) as ArchiveMark | null,
        complete: fin ? attribute(fin, "complete") === "true" : true,
      };
    } finally {
      this.#collecting.delete(queryid);
    }
  }
}

const field = (name: string, value: string): Element =>
  xml("field", { var: name, ...(name === "FORM_TYPE" && { type: "hidden" }) }, xml("value", {}, value));

function archived(result: Element): Archived | null {
  const forwarded = result.getChild("forwarded", NS.forward);
  const message = forwarded?.getChildElements().find((child) => child.name === "message");
  const id = attribute(result, "id");
  if (!message || id === undefined) return null;
  const stamp = forwarded?.getChild("delay", NS.delay)?.attrs["stamp"] as unknown;
  const at = typeof stamp === "string" ? Date.parse(stamp) : Number.NaN;
  return { id: id as ArchiveMark, at: Number.isNaN(at) ? 0 : at, message };
}

import { decodeContent } from "../../mappings/content/codec.ts";
import type { EventId, UserUri } from "../../mappings/ids.ts";
import { fromContent } from "../../mappings/message/from-content.ts";
import type { KnownInRoom, Lookups, MessageName, Milliseconds } from "../bridge.ts";
import { GatewayError } from "../errors.ts";
import type { EventWriter } from "../groups/event-writer.ts";
import type { Store } from "../store/store.ts";
import type { InboxBinding } from "../store/units/inbox.ts";
import { callsUnderWay, knownMessages, type KnownRow, reactionsTo } from "../store/units/relations.ts";

/** How long something said waits for a call under way that may be what it refers to. */
const WAITS_FOR_MS = 10_000;

/** The look-ups of one thing said in a room, at the time it was taken in. */
export class RoomLookups implements Lookups {
  readonly #store: Store;
  readonly #writer: EventWriter;
  readonly #room: InboxBinding;
  readonly #age: Milliseconds;

  constructor(store: Store, writer: EventWriter, room: InboxBinding, age: Milliseconds) {
    this.#store = store;
    this.#writer = writer;
    this.#room = room;
    this.#age = age;
  }

  async messages(names: readonly MessageName[]): Promise<readonly KnownInRoom[]> {
    const { id: binding, group, native: room } = this.#room;
    // Looked at first: a receipt that is committed in between is then found below.
    const underWay = this.#age < WAITS_FOR_MS && (await this.#store.read(callsUnderWay(binding)));
    const found: KnownInRoom[] = [];
    for (const called of names)
      for (const row of await this.#store.read(knownMessages({ binding, group, ...called })))
        found.push(this.#known(row, called));
    const [first] = names;
    if (found.length === 0 && first && underWay)
      throw new GatewayError("target_under_way", `${first.name} in ${room} may be a call under way`);
    return found;
  }

  async reactions(target: EventId, user: string) {
    const rows = await this.#store.read(reactionsTo({ group: this.#room.group, target }));
    return rows.filter(
      (row) => row.goneSeq === null && row.provider === this.#room.provider && row.native === user,
    );
  }

  user(native: string): UserUri {
    return this.#writer.userUri(this.#room, native);
  }

  #known(row: KnownRow, called: MessageName): KnownInRoom {
    const { root, version, at } = row;
    const author = row.authorProvider === this.#room.provider ? row.authorNative : null;
    const message = row.content === null ? null : fromContent(decodeContent(row.content));
    const thread = message?.thread ?? new Uint8Array();
    const pollOptions = message?.body.kind === "poll" ? message.body.options.map(({ id }) => id) : null;
    return { called, root, version, at, author, thread, replyTo: message?.replyTo ?? null, pollOptions };
  }
}

/**
 * A chat platform in memory: rooms with messages, a name and a topic, and an archive. It outlives the gateways that
 * are connected to it, keeps what was said for good, and fails in whatever way a test asks for.
 */
import type { Milliseconds } from "../../core/time.ts";
import type { Answer } from "../../deploy/clients/waits.ts";
import { Waits } from "../../deploy/clients/waits.ts";

/** How this platform is to be spoken to; fixed for a platform's life. */
export interface FakeModes {
  /** True: one process at a time holds a connection. False: any process may call, and what is said is pushed until acknowledged. */
  readonly connected: boolean;
  readonly window: number;
  readonly archive: boolean;
  /** How long something may have been made before the archive and `find` show it. */
  readonly settleMs: Milliseconds;
  readonly unclear: "repeat" | "hold";
  /** Longest text of one message; longer ones are split into several steps. */
  readonly textBytes: number;
}

export const usualModes: FakeModes = {
  connected: true,
  window: 1,
  archive: true,
  settleMs: 0,
  unclear: "hold",
  textBytes: 4_000,
};

export interface FakeMessage {
  readonly id: string;
  readonly at: Milliseconds;
  readonly user: string;
  readonly text: string;
  /** The delivery's key where a gateway said it. */
  readonly key: string | null;
  /** Whom alone it is for. */
  readonly to: string | null;
  readonly visibleAt: Milliseconds;
}

export interface FakeState {
  readonly name: string;
  readonly topic: string;
}

export interface FakeCall {
  readonly room: string;
  readonly op: "message" | "notice" | "name" | "topic";
  readonly key: string;
  readonly user: string;
  readonly text: string;
  readonly to: string | null;
}

export type FakeAnswer =
  | { readonly made: true; readonly id: string | null; readonly at: Milliseconds }
  | {
      readonly made: false;
      readonly code: "delivery_refused" | "delivery_throttled" | "delivery_unclear";
      readonly certainty: "certain" | "unknown";
      readonly retry: "never" | "backoff" | "after";
      readonly afterMs: Milliseconds;
    };

/** What becomes of a call instead of its being made and answered. */
export type FakeFault =
  | { readonly kind: "refuse" }
  | { readonly kind: "stumble" }
  | { readonly kind: "throttle"; readonly ms: Milliseconds }
  /** Not made, and not answered. */
  | { readonly kind: "lost-before" }
  /** Made, and not answered. */
  | { readonly kind: "lost-after" }
  /** Made, not answered, and seen only this much later. */
  | { readonly kind: "lost-unseen"; readonly ms: Milliseconds }
  /** Made and answered when the promise resolves. */
  | { readonly kind: "late"; readonly until: Promise<void> };

/** What the platform tells a gateway, in each room's order. */
export type FakePush =
  | { readonly n: number; readonly room: string; readonly message: FakeMessage }
  | {
      readonly n: number;
      readonly room: string;
      readonly change: {
        readonly name: "name" | "topic";
        readonly value: string;
        readonly user: string | null;
      };
    };

/** What a gateway can ask of the platform. Plain data only, so that another process can ask too. */
export interface PlatformEnd {
  enter(room: string): Promise<FakeState & { readonly mark: string }>;
  leave(room: string): Promise<void>;
  history(room: string, after: string): Promise<readonly FakeMessage[]>;
  perform(call: FakeCall): Promise<FakeAnswer>;
  find(room: string, key: string): Promise<{ readonly id: string; readonly at: Milliseconds } | null>;
  state(room: string): Promise<FakeState>;
  acknowledge(room: string, n: number): Promise<void>;
}

/** What the platform calls back. */
export interface PlatformClient {
  push(push: FakePush): void;
  /** The connection is gone; the client may attach again. */
  cut(): void;
}

class FakeRoom {
  readonly messages: FakeMessage[] = [];
  readonly insiders = new Set<Attached>();
  state: FakeState = { name: "", topic: "" };
  /** Calls under way, and by whom. */
  readonly under: Attached[] = [];
  /** What waits for an acknowledgement, oldest first; the first one is on its way. */
  readonly unacknowledged: FakePush[] = [];
  /** When calls were taken, for the rate. */
  readonly taken: Milliseconds[] = [];
}

interface Attached {
  readonly client: PlatformClient;
  gone: boolean;
}

type Unnumbered = FakePush extends infer One ? (One extends FakePush ? Omit<One, "n"> : never) : never;

const sayNothing = () => null;

export class FakePlatform {
  readonly modes: FakeModes;
  /** Decides on each call before it is made. */
  onCall: (call: FakeCall) => FakeFault | null = sayNothing;
  /** Everything that is pushed comes twice. */
  repeating = false;
  /** Calls a room takes within so many milliseconds; more are throttled. */
  rate: { readonly calls: number; readonly ms: Milliseconds } | null = null;
  /** How long a call is under way, drawn anew for each. */
  latency: () => Milliseconds = () => 0;
  /** Calls, faulty ones included, in the order in which they came. */
  readonly calls: FakeCall[] = [];
  /** How often a room had calls of two connections under way at once, and more calls than the window allows. */
  overlaps = 0;
  beyondWindow = 0;
  readonly #rooms = new Map<string, FakeRoom>();
  readonly #attached = new Set<Attached>();
  readonly #waits = new Waits("the fake platform");
  #pushes = 0;

  constructor(modes: Partial<FakeModes> = {}) {
    this.modes = { ...usualModes, ...modes };
  }

  /** Somebody who is no gateway says something. Returns the message's id. */
  say(room: string, user: string, text: string): string {
    return this.#add(room, { user, text, key: null, to: null, hiddenMs: 0 }).id;
  }

  setState(room: string, change: Partial<FakeState>, user: string | null = "somebody"): void {
    const found = this.#room(room);
    found.state = { ...found.state, ...change };
    for (const name of ["name", "topic"] as const) {
      const value = change[name];
      if (value !== undefined) this.#tell(found, { room, change: { name, value, user } });
    }
    this.#waits.check();
  }

  state(room: string): FakeState {
    return this.#room(room).state;
  }

  /** What a room shows to everybody, lines of the gateway itself left out. */
  texts(room: string): readonly string[] {
    return this.#room(room)
      .messages.filter(({ to, key }) => to === null && !(key?.startsWith("notice-") ?? false))
      .map(({ text }) => text);
  }

  /** Lines of gateways themselves: to everybody (null) or to one person. */
  notices(room: string, to: string | null = null): readonly string[] {
    return this.#room(room)
      .messages.filter((message) => (message.key?.startsWith("notice-") ?? false) && message.to === to)
      .map(({ text }) => text);
  }

  messages(room: string): readonly FakeMessage[] {
    return this.#room(room).messages;
  }

  /** How many connections take part in the room. */
  insiders(room: string): number {
    return this.#room(room).insiders.size;
  }

  /** Resolves with the answer once it is one; asked again at every change here. */
  until<T>(what: string, ask: () => Answer<T>, within?: Milliseconds) {
    return this.#waits.until(what, ask, within);
  }

  /** Ends all connections without a word, as a restart of the platform does. */
  cut(): void {
    // Those that attach again at once are none of them.
    const present = Array.from(this.#attached);
    for (const one of present) {
      this.#detach(one);
      one.client.cut();
    }
  }

  /** A gateway connects. `detach`: its process is gone. */
  attach(client: PlatformClient): { readonly end: PlatformEnd; detach(): void } {
    const one: Attached = { client, gone: false };
    this.#attached.add(one);
    const end: PlatformEnd = {
      enter: (room) => {
        const found = this.#room(room);
        found.insiders.add(one);
        if (!this.modes.connected) pushNext(found);
        this.#waits.check();
        return Promise.resolve({ ...found.state, mark: found.messages.at(-1)?.id ?? `${room} 0` });
      },
      leave: (room) => {
        this.#room(room).insiders.delete(one);
        this.#waits.check();
        return Promise.resolve();
      },
      history: (room, after) => Promise.resolve(this.#visible(room).filter(({ id }) => isLater(id, after))),
      perform: (call) => this.#perform(one, call),
      find: (room, key) => {
        const found = this.#visible(room).find((message) => message.key === key);
        return Promise.resolve(found ? { id: found.id, at: found.at } : null);
      },
      state: (room) => Promise.resolve(this.state(room)),
      acknowledge: (room, n) => {
        const found = this.#room(room);
        if (found.unacknowledged[0]?.n === n) {
          found.unacknowledged.shift();
          pushNext(found);
        }
        this.#waits.check();
        return Promise.resolve();
      },
    };
    return { end, detach: () => this.#detach(one) };
  }

  #detach(one: Attached): void {
    one.gone = true;
    this.#attached.delete(one);
    for (const room of this.#rooms.values()) {
      // What it had not acknowledged goes to another one.
      if (room.insiders.delete(one) && !this.modes.connected) pushNext(room);
    }
    this.#waits.check();
  }

  #room(room: string): FakeRoom {
    let found = this.#rooms.get(room);
    if (!found) this.#rooms.set(room, (found = new FakeRoom()));
    return found;
  }

  #visible(room: string): readonly FakeMessage[] {
    return this.#room(room).messages.filter(({ visibleAt }) => visibleAt <= Date.now());
  }

  #add(
    room: string,
    said: Pick<FakeMessage, "user" | "text" | "key" | "to"> & { hiddenMs: Milliseconds },
  ): FakeMessage {
    const found = this.#room(room);
    const { hiddenMs, ...rest } = said;
    const at = Date.now();
    const message = {
      ...rest,
      id: `${room} ${found.messages.length + 1}`,
      at,
      visibleAt: at + hiddenMs,
    };
    found.messages.push(message);
    if (message.to === null) this.#tell(found, { room, message });
    this.#waits.check();
    return message;
  }

  #tell(room: FakeRoom, push: Unnumbered): void {
    for (let times = this.repeating ? 2 : 1; times > 0; times--) {
      const numbered = { ...push, n: ++this.#pushes };
      if (this.modes.connected) for (const { client } of room.insiders) client.push(numbered);
      else {
        room.unacknowledged.push(numbered);
        if (room.unacknowledged.length === 1) pushNext(room);
      }
    }
  }

  async #perform(one: Attached, call: FakeCall): Promise<FakeAnswer> {
    const room = this.#room(call.room);
    if (one.gone) return lost;
    this.calls.push(call);
    if (room.under.some((other) => other !== one)) this.overlaps += 1;
    room.under.push(one);
    if (room.under.length > this.modes.window) this.beyondWindow += 1;
    try {
      const fault = this.onCall(call) ?? this.#tooMany(room);
      this.#waits.check();
      switch (fault?.kind) {
        case "refuse":
          return refused("delivery_refused", "never", 0);
        case "stumble":
          return refused("delivery_refused", "backoff", 0);
        case "throttle":
          return refused("delivery_throttled", "after", fault.ms);
        case "lost-before":
          return lost;
        case "lost-after":
        case "lost-unseen":
          this.#make(call, fault.kind === "lost-unseen" ? fault.ms : 0);
          return lost;
        case "late":
          await fault.until;
          break;
        case undefined:
      }
      const made = this.#make(call, 0);
      const latency = this.latency();
      if (latency > 0) await new Promise((resolve) => setTimeout(resolve, latency));
      return one.gone ? lost : made;
    } finally {
      room.under.splice(room.under.indexOf(one), 1);
      this.#waits.check();
    }
  }

  #make(call: FakeCall, hiddenMs: Milliseconds): FakeAnswer {
    const { room, op, user, text, key, to } = call;
    if (op === "name" || op === "topic") {
      this.setState(room, { [op]: text }, null);
      return { made: true, id: null, at: Date.now() };
    }
    const { id, at } = this.#add(room, { user, text, key, to, hiddenMs });
    return { made: true, id, at };
  }

  #tooMany(room: FakeRoom): FakeFault | null {
    if (!this.rate) return null;
    const { calls, ms } = this.rate;
    const now = Date.now();
    while ((room.taken[0] ?? now) <= now - ms) room.taken.shift();
    const oldest = room.taken[0];
    if (oldest !== undefined && room.taken.length >= calls)
      return { kind: "throttle", ms: oldest + ms - now + 1 };
    room.taken.push(now);
    return null;
  }
}

function pushNext(room: FakeRoom): void {
  const [someone] = room.insiders;
  const next = room.unacknowledged[0];
  if (someone && next) someone.client.push(next);
}

const lost: FakeAnswer = {
  made: false,
  code: "delivery_unclear",
  certainty: "unknown",
  retry: "backoff",
  afterMs: 0,
};

const refused = (
  code: "delivery_refused" | "delivery_throttled",
  retry: "never" | "backoff" | "after",
  afterMs: Milliseconds,
): FakeAnswer => ({ made: false, code, certainty: "certain", retry, afterMs });

/** Ids count up within a room. */
function isLater(id: string, mark: string): boolean {
  return Number(id.slice(id.lastIndexOf(" "))) > Number(mark.slice(mark.lastIndexOf(" ")));
}
